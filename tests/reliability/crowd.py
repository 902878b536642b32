"""Many who press the same button at the same moment: each has a form before them, drawn earlier."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPMessage
from pathlib import Path
from typing import Any, NamedTuple

from bench.browser import Browser, Form, Page
from bench.server import free_port
from lms_leiderschap.demo.bulk import teacher_email
from lms_leiderschap.feedback.model import released
from lms_leiderschap.store.folder import find
from tests.reliability import live

AT_ONCE = 50
STAFF = ("office@voorbeeld.example", "admin@voorbeeld.example")
STEP = "Vraag een collega om mee te lezen."


class Pressed(NamedTuple):
    """What became of one form: the status of each answer (0 for none), where those lead to, and
    the milliseconds that each took."""

    sent: live.Sent
    statuses: list[int]
    places: set[str]
    times: list[float]


class Crowd:
    """A server, everybody of an institution signed in, and all that can be handed in."""

    def __init__(self, directory: Path, people: int) -> None:
        self.ini, self.sheets = live.make(directory, people)
        self.teachers = [teacher_email(number + 1) for number in range(max(2, people // 100))]
        emails = dict.fromkeys(sheet.email for sheet in self.sheets)
        with live.opened(self.ini) as registry:
            self.cookies = live.sessions(registry, [*emails, *self.teachers, *STAFF])
        self.server = live.serve(self.ini, free_port())

    def browser(self, cookies: dict[str, str]) -> Browser:
        made = Browser(live.HOST, self.server.port)
        made.cookies = dict(cookies)
        return made

    def drawn(self, sheets: Sequence[live.Sheet]) -> list[live.Sent]:
        """A form filled in for each of these."""
        with ThreadPoolExecutor(4) as people:
            return list(people.map(self._draw, sheets))

    def _draw(self, sheet: live.Sheet) -> live.Sent:
        browser = self.browser(self.cookies[sheet.email])
        try:
            return live.fill_in(browser, sheet, random.Random(sheet.path))
        finally:
            browser.close()

    def press(self, sent: live.Sent, button: str, count: int) -> Pressed:
        """Send one form so often at the same moment, each over a connection of its own."""
        browsers = [self.browser(sent.cookies) for _press in range(count)]
        with ThreadPoolExecutor(count) as presses:
            answers = list(presses.map(lambda one: live.send(one, sent, button), browsers))
        times = [ms for one in browsers for ms in one.times]
        for one in browsers:
            one.close()
        return Pressed(sent, [answer.status if answer else 0 for answer in answers],
                       {answer.location for answer in answers if answer}, times)  # fmt: skip

    def all_at_once(self, forms: Sequence[live.Sent], button: str,
                    twice: float) -> tuple[list[Pressed], float]:  # fmt: skip
        """What became of each, AT_ONCE at a time, and the seconds that all of them took.

        twice  the share that is sent twice at the same moment
        """
        begun = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as people:
            done = list(people.map(
                lambda sent: self.press(sent, button, 2 if random.random() < twice else 1), forms))
        return done, time.monotonic() - begun

    def feedback(self, addresses: Sequence[str]) -> list[live.Sent]:
        """The form of each version on which feedback is asked, filled in by one of the teachers."""
        forms = []
        for number, address in enumerate(addresses):
            browser = self.browser(self.cookies[self.teachers[number % len(self.teachers)]])
            page = browser.get(address)
            browser.close()
            for form in (form for form in page.forms() if "ready" in form.buttons):
                form.fill("step", STEP)
                form.tick("decision", "met")
                sheet = live.Sheet("", address)
                forms.append(live.Sent(sheet, page, form, cookies=browser.cookies))
        return forms


def release_of(sent: live.Sent) -> live.Sent:
    """The form that releases what this one made ready."""
    token = [pair for pair in sent.form.fields if pair[0] == "csrf_token"]
    return sent._replace(page=Page(sent.sheet.path, 200, HTTPMessage(), b""),
                         form=Form("", f"{sent.sheet.path}release", fields=token))  # fmt: skip


def released_on(institution: Any, address: str) -> int:
    """How many feedbacks there are on a version, where each of them is released; else 0."""
    version = find(institution, tuple(address.strip("/").split("/")))
    return len(released(version)) if len(version.feedback) == len(released(version)) else 0
