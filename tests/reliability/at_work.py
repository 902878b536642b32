"""People at work on a server that may be gone at any moment, and what they were told.

Of everything that was sent there are three ends: acknowledged, refused, or unknown because nobody
answered. What is unknown is sent once more, as a person does who sees an error. One in five sends
presses the button twice.
"""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPMessage
from pathlib import Path
from typing import Any, NamedTuple

from bench.browser import Browser, Form, Page
from lms_leiderschap.feedback.model import released
from lms_leiderschap.store.folder import find
from tests.reliability import live

TWICE = 0.2  # of all sends
HANDING_IN = 4  # participants at the same moment
STEP = "Vraag een collega om mee te lezen."


class Gone(Exception):
    """The server did not answer."""


class Calm(Browser):
    """Takes "just a moment" (503) for no answer: who reads that sends it once more, later."""

    def _ask(self, *asked: Any) -> Page:
        page = super()._ask(*asked)
        if page.status == 503:
            raise ConnectionError(page.path)
        return page


class Heard:
    """What all of them were told, and how to wait for it.

    browser       what they work with

    acknowledged  hand-ins with a receipt: the form, and where the receipt is
    given         feedback that is released: address of the version, note about its first part
    wrong         answers that nobody should get, and texts that were acknowledged and not there
    """

    def __init__(self, browser: type[Browser] = Browser) -> None:
        self.browser = browser
        self.acknowledged: list[tuple[live.Sent, str]] = []
        self.given: dict[str, str] = {}
        self.wrong: list[str] = []
        self.unknown = self.doubled = self.kept = 0
        self.waiting: deque[str] = deque()
        self.bell = threading.Semaphore(0)

    def receipt(self, sent: live.Sent, place: str) -> None:
        self.acknowledged.append((sent, place))
        self.waiting.append(place.removesuffix("receipt"))
        self.bell.release()

    def released(self, address: str, note: str) -> None:
        self.given[address] = note
        self.bell.release()


class Worker:
    """One person after the other over one connection.

    run  until told to stop, until all is done, or until the server is gone
    """

    def __init__(self, port: int, heard: Heard) -> None:
        self.port, self.heard, self.chance = port, heard, random.Random()
        self.browser = heard.browser(live.HOST, port)

    def run(self, stop: threading.Event) -> None:
        self.browser = self.heard.browser(live.HOST, self.port)
        try:
            while not stop.is_set() and self.work():
                pass
        except (Gone, OSError, live.HTTPException):
            self.heard.unknown += 1
        finally:
            self.browser.close()

    def work(self) -> bool:
        """Do the next thing; False when there is nothing to do. Raises Gone."""
        raise NotImplementedError

    def send(self, sent: live.Sent, button: str) -> list[Page]:
        """The answers to one press of a button, or to two at the same moment. Raises Gone."""
        browsers = [self.browser]
        if self.chance.random() < TWICE:
            browsers.append(self.heard.browser(live.HOST, self.port))
            browsers[1].cookies = dict(self.browser.cookies)
            self.heard.doubled += 1
        with ThreadPoolExecutor(len(browsers)) as presses:
            told = list(presses.map(lambda browser: live.send(browser, sent, button), browsers))
        for other in browsers[1:]:
            other.close()
        answers = [answer for answer in told if answer is not None]
        if not answers:
            raise Gone
        if len({answer.status for answer in answers}) > 1:
            self.heard.wrong.append(f"two answers to one form: {[it.status for it in answers]}")
        return answers


class Participant(Worker):
    """Hands in one piece of work after the other."""

    def __init__(self, port: int, heard: Heard, sheets: list[live.Sheet],
                 cookies: dict[str, dict[str, str]]) -> None:  # fmt: skip
        super().__init__(port, heard)
        self.sheets, self.cookies = sheets, cookies
        self.open: live.Sent | None = None

    def work(self) -> bool:
        if self.open is None:
            if not self.sheets:
                return False
            sheet = self.sheets[-1]
            self.browser.cookies = dict(self.cookies[sheet.email])
            self.open = live.fill_in(self.browser, sheet, self.chance)
            self.sheets.pop()
        self.browser.cookies = dict(self.open.cookies)
        answer, *same = self.send(self.open, "hand_in")
        sent, self.open = self.open, None
        if any(other.location != answer.location for other in same):
            self.heard.wrong.append(f"two receipts for one form: {answer.location}")
        if answer.status == 303:
            self.heard.receipt(sent, answer.location)
        else:
            self.heard.wrong.append(f"handed in {sent.sheet.path}: {answer.status}")
        return True


class Draft(NamedTuple):
    """Feedback at hand: where, the note that was acknowledged last, and those sent since."""

    address: str
    note: str = ""
    sent: tuple[str, ...] = ()


class Teacher(Worker):
    """Gives feedback on what was handed in: a note that saves itself, all of it, its release."""

    def __init__(self, port: int, heard: Heard, cookies: dict[str, str]) -> None:
        super().__init__(port, heard)
        self.cookies = cookies
        self.draft = Draft("")

    def work(self) -> bool:
        if not self.draft.address:
            if not self.heard.waiting:
                return False
            self.draft = Draft(self.heard.waiting.popleft())
        self.browser.cookies = dict(self.cookies)
        page = self.browser.get(self.draft.address)
        if any("ready" in form.buttons for form in page.forms()):
            page = self.autosave(page)
            token = self.finish(page.form("ready"), page)
            self.release(token)
        # Otherwise a release that nobody answered has happened; or none is asked for.
        if self.draft.note:
            self.heard.released(self.draft.address, self.draft.note)
        self.draft = Draft("")
        return True

    def autosave(self, page: Page) -> Page:
        """Have a note saved as the script does it, and see that it is there."""
        form = page.form("ready")
        name, there = next(pair for pair in form.fields if pair[0].startswith("note-"))
        if there not in (self.draft.note, *self.draft.sent):
            self.heard.wrong.append(f"a note that was saved is gone: {self.draft.address}")
        note = f"Kort gezegd: {self.chance.random()}"
        self.draft = self.draft._replace(sent=(*self.draft.sent, note))
        serial = _value(form, f"serial-{name}")
        pairs = [("csrf_token", _value(form, "csrf_token")), ("part", name), (name, note)]
        fields = Form("", f"{self.draft.address}draft", fields=[*pairs, ("serial", serial)])
        answer = self.browser.send(page, fields, "auto")
        if answer.status != 200:
            self.heard.wrong.append(f"a note was not saved: {answer.status}")
        self.draft = self.draft._replace(note=note, sent=())
        self.heard.kept += 1
        fresh = self.browser.get(self.draft.address)
        if (name, note) not in fresh.form("ready").fields:
            self.heard.wrong.append(f"a note is not there: {self.draft.address}")
        return fresh

    def finish(self, form: Form, page: Page) -> str:
        """Say that it is ready; the token that forms of this browser carry."""
        for name in dict.fromkeys(name for name, _v in form.ticks if name.startswith("choice-")):
            form.tick(name)
        if not any(name == "step" and value for name, value in form.fields):
            form.fill("step", STEP)
        form.tick("decision", "met")
        self.press(page, form, "ready")
        return _value(form, "csrf_token")

    def release(self, token: str) -> None:
        form = Form("", f"{self.draft.address}release", fields=[("csrf_token", token)])
        self.press(Page(self.draft.address, 200, HTTPMessage(), b""), form, "release")

    def press(self, page: Page, form: Form, button: str) -> None:
        for answer in self.send(live.Sent(live.Sheet("", page.path), page, form), button):
            if answer.status != 303:
                self.heard.wrong.append(f"feedback {page.path} {button}: {answer.status}")


def _value(form: Form, name: str) -> str:
    return next(value for known, value in form.fields if known == name)


def participants(port: int, heard: Heard, sheets: list[live.Sheet],
                  cookies: dict[str, dict[str, str]]) -> Iterator[Worker]:  # fmt: skip
    random.shuffle(sheets)
    for number in range(HANDING_IN):
        yield Participant(port, heard, sheets[number::HANDING_IN], cookies)


@contextmanager
def at_work(workers: list[Worker]) -> Iterator[None]:
    """All of them at once; each that loses its server begins anew with the next one."""
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(stop,)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def finish(workers: list[Worker]) -> None:
    """What is still open is sent once more, to a server that stays."""
    for worker in workers:
        if isinstance(worker, Participant):
            worker.sheets.clear()
        worker.run(threading.Event())


def look(ini: Path, sheets: list[live.Sheet], heard: Heard) -> Counter[str]:
    """What of all that was acknowledged is not there once and whole."""
    found: Counter[str] = Counter()
    sent = {sent.sheet: sent.sha256 for sent, _place in heard.acknowledged}
    with live.opened(ini) as registry:
        for sheet in sheets:
            versions = live.kept(registry, sheet)
            found["lost"] += sheet in sent and not versions
            found["doubled"] += len(versions) > 1 or (sheet not in sent and len(versions) > 0)
            found["corrupt"] += bool(versions) and versions[0] != [sent.get(sheet)]
        for address, note in heard.given.items():
            notes = live.within(registry, lambda one, at=address: _notes(one, at))
            found["feedback lost"] += note not in notes
            found["feedback doubled"] += len(notes) > 1
    return found


def _notes(institution: Any, address: str) -> list[str]:
    """The notes of all that is released on a version."""
    version = find(institution, tuple(address.strip("/").split("/")))
    assert len(version.feedback) == len(released(version))
    return [note for each in released(version) for note in each.notes.values() if note]
