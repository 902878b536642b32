"""A real server over a small institution, people who hand in there, and a look at what was kept."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple

from bench.browser import Browser, Form, Page, Upload
from bench.server import Server, write_settings
from lms_leiderschap.app import configure
from lms_leiderschap.cli import settings_of
from lms_leiderschap.demo.bulk import fill_bulk, participant_email
from lms_leiderschap.demo.make import PASSWORD
from lms_leiderschap.people.actions import person_with
from lms_leiderschap.store.folder import find, path_of
from tests.conftest import STORAGE, storage_in

HOST = "127.0.0.1"
WORKERS = 1 if STORAGE == "file" else 2


class Sheet(NamedTuple):
    """A piece of work that somebody can hand in."""

    email: str
    path: str


class Sent(NamedTuple):
    """A form as it went out, so that it can be sent once more; `sha256` of its file.

    cookies  those of the browser in which it was drawn
    """

    sheet: Sheet
    page: Page
    form: Form
    uploads: tuple[Upload, ...] = ()
    sha256: str = ""
    cookies: dict[str, str] = {}


def make(directory: Path, participants: int, storage: str = "") -> tuple[Path, list[Sheet]]:
    """An institution in which nobody handed in anything; its ini file and all open work.

    storage  where it is kept; without it a new place of the kind of this run
    """
    storage = storage or storage_in(directory, "database", durable=True)
    ini = write_settings(directory, storage)
    with opened(ini) as registry:
        fill_bulk(registry, participants, 0)
        return ini, within(registry, lambda one: sheets_of(one, participants))


def serve(ini: Path, port: int) -> Server:
    """The server as each storage is run: with two processes where it lets more than one in."""
    return Server(ini, port, WORKERS)


def sheets_of(institution: Any, participants: int) -> list[Sheet]:
    """All that the first participants can hand in."""
    return [sheet for number in range(participants)
            for sheet in _sheets(institution, participant_email(number + 1))]


def _sheets(institution: Any, email: str) -> Iterator[Sheet]:
    path = next(iter(person_with(institution, email).enrolments))
    for work in find(institution, tuple(path.split("/"))).work.values():
        if not work.is_tick:
            yield Sheet(email, "/" + "/".join(path_of(work)) + "/")


@contextmanager
def opened(ini: Path) -> Iterator[Any]:
    """The registry over the files of a server that does not run now."""
    registry = configure(settings_of(str(ini))).registry
    try:
        yield registry
    finally:
        registry.databases.close()
        registry.side.close()


def within(registry: Any, look: Any) -> Any:
    return registry.jobs.within(registry.lms.institutions[0], look)


def sessions(registry: Any, emails: list[str]) -> dict[str, dict[str, str]]:
    """The cookies of these people, as if each had signed in just now."""
    entry, now = registry.lms.institutions[0], datetime.now(UTC)

    def begin(institution: Any) -> dict[str, dict[str, str]]:
        people = {email: person_with(institution, email) for email in emails}
        return {email: {"lms": registry.side.begin_session(
                    entry.key, person.__name__, now, method="test", epoch=person.epoch)}
                for email, person in people.items()}  # fmt: skip

    return within(registry, begin)  # type: ignore[no-any-return]


def signed_in(port: int, emails: list[str]) -> dict[str, dict[str, str]]:
    """The cookies of each of these people."""
    found = {}
    browser = Browser(HOST, port)
    for email in emails:
        browser.cookies = {}
        browser.sign_in(email, PASSWORD)
        found[email] = browser.cookies
    browser.close()
    return found


def fill_in(browser: Browser, sheet: Sheet, chance: random.Random) -> Sent:
    """Open the form, write a line and choose a file of its own."""
    page = browser.get(f"{sheet.path}submit")
    form = page.form("hand_in")
    if any(name == "text" for name, _value in form.fields):
        form.fill("text", f"Verslag {chance.random()}")
    form.tick("names")
    parts = [value.partition(":")[0] for name, value in form.fields if name == "__start__"]
    form.fields.append(("without", " ".join(parts)))
    content = (b"%PDF-1.4\n" + chance.randbytes(chance.randrange(100, 200_000))
               + b"\nstartxref\n0\n%%EOF\n")
    upload = Upload(form.files[0], "verslag.pdf", "application/pdf", content)
    return Sent(sheet, page, form, (upload,), hashlib.sha256(content).hexdigest(),
                dict(browser.cookies))  # fmt: skip


def send(browser: Browser, sent: Sent, button: str = "hand_in") -> Page | None:
    """The answer to the form; None when nobody knows what became of it."""
    try:
        return browser.send(sent.page, sent.form, button, uploads=sent.uploads)
    except (OSError, HTTPException):
        browser.close()
        return None


def kept(registry: Any, sheet: Sheet) -> list[list[str]]:
    """Of each version of a piece of work the SHA-256 of its files, from their bytes."""
    def look(institution: Any) -> list[list[str]]:
        work = find(institution, tuple(sheet.path.strip("/").split("/")))
        return [[_sha256(work.files[file_id]) for file_id in version.files]
                for version in work.versions.values()]

    return within(registry, look)  # type: ignore[no-any-return]


def _sha256(file: Any) -> str:
    with file.open() as source:
        found = hashlib.sha256(source.read()).hexdigest()
    assert found == file.sha256
    return found
