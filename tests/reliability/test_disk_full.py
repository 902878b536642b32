"""A disk of 64 MB that is full while people hand in and teachers give feedback: refused calmly,
and on when there is room.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from bench.browser import Browser, Form, Page
from bench.server import free_port
from lms_leiderschap.demo.bulk import teacher_email
from lms_leiderschap.store.folder import find
from lms_leiderschap.web.multipart import URLENCODED
from tests.conftest import STORAGE
from tests.reliability import live

MOST = 400  # hand-ins; the disk is full long before
CALM = (503, 507)
WORDS = "Wat ik op mijn school zag, in eigen woorden. " * 10
TEACHER, VERSIONS = teacher_email(1), 8
STATES = {"remark": ("", "draft"), "ready": ("", "ready"), "release": ("ready", "released")}
SOME = 8 << 10  # bytes that are left where nothing is held in reserve: enough to begin with


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", place],
                             capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no disk of 64 MB can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.slow
@pytest.mark.tier("nightly")
@pytest.mark.part("faults")
@pytest.mark.promise("A10")
@pytest.mark.parametrize("reserve", [8 << 20, 0], ids=["with a reserve", "to the last byte"])
def test_a_full_disk_refuses_and_goes_on(
    disk: Path, reserve: int, figure: Callable[..., None]
) -> None:
    if STORAGE == "postgresql":
        pytest.skip("a server keeps the database, on a disk of its own")
    ini, sheets = live.make(disk, MOST // 8)
    _hold(ini, reserve)
    with live.opened(ini) as registry:
        cookies = live.sessions(registry, sorted({sheet.email for sheet in sheets}))
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(30 << 20))
    server, sent, acknowledged = live.serve(ini, free_port()), None, []
    browser = Browser(live.HOST, server.port)
    try:
        for sheet in sheets[:MOST]:
            browser.cookies = dict(cookies[sheet.email])
            sent = _with_words(live.fill_in(browser, sheet, random.Random(sheet.path)))
            answer = live.send(browser, sent)
            assert answer is not None
            if answer.status == 303:
                acknowledged.append(sent)
            elif ("text", WORDS) in sent.form.fields:
                break
        assert sent is not None and answer.status in CALM, answer.text
        is_shown = WORDS in answer.text
        ballast.unlink()
        begun = time.monotonic()
        browser.cookies = dict(sent.cookies)
        while (again := live.send(browser, sent)) is None or again.status != 303:
            assert time.monotonic() - begun < 60, again and again.status
        took = time.monotonic() - begun
        acknowledged.append(sent)
        assert server.process.poll() is None
    finally:
        browser.close()
        server.stop()
    with live.opened(ini) as registry:
        wrong = [one for one in acknowledged if live.kept(registry, one.sheet) != [[one.sha256]]]
    figure("hand-ins until it was full", len(acknowledged) - 1, "hand-ins", at_least=5)
    figure("acknowledged and lost", len(wrong), "hand-ins", at_most=0)
    figure("went on after", took, "s", at_most=5)
    assert is_shown


def _with_words(sent: live.Sent) -> live.Sent:
    """The same form with a text of some length, where it asks for one."""
    for at, (name, value) in enumerate(sent.form.fields):
        if name == "text" and value:
            sent.form.fields[at] = (name, WORDS)
    return sent


def _hold(ini: Path, reserve: int) -> None:
    settings = f"[app:main]\nlms.disk_reserve = {reserve}"
    ini.write_text(ini.read_text("utf-8").replace("[app:main]", settings), "utf-8")


class Press(NamedTuple):
    """A form about the version at an address, its button, and what was written, there or before."""

    address: str
    page: Page
    form: Form
    button: str
    text: str = ""


class Desk:
    """A teacher at a server, and what was handed in there."""

    def __init__(self, disk: Path, reserve: int) -> None:
        self.ini, sheets = live.make(disk, VERSIONS // 4)
        _hold(self.ini, reserve)
        with live.opened(self.ini) as registry:
            self.cookies = live.sessions(registry, [TEACHER, *{one.email for one in sheets}])
        self.server = live.serve(self.ini, free_port())
        self.browser = Browser(live.HOST, self.server.port)
        self.numbers = count(1)
        self.addresses = [address for sheet in sheets if (address := self.handed_in(sheet))]

    def handed_in(self, sheet: live.Sheet) -> str:
        """The address of the version; "" when nobody is asked for feedback on it."""
        self.browser.cookies = dict(self.cookies[sheet.email])
        answer = live.send(self.browser, live.fill_in(self.browser, sheet, random.Random()))
        assert answer is not None and answer.status == 303
        address = answer.location.removesuffix("receipt")
        self.browser.cookies = dict(self.cookies[TEACHER])
        page = self.browser.get(address)
        return address if any("ready" in form.buttons for form in page.forms()) else ""

    def words(self) -> str:
        return f"{WORDS}Dit is tekst {next(self.numbers)}."

    def remark(self, address: str) -> Press:
        place = re.search(r'href="[^"]*/remark\?([^"#]+)"', self.browser.get(address).text)
        assert place is not None
        page = self.browser.get(f"{address}remark?{place[1].replace('&amp;', '&')}")
        form, text = page.form("keep"), self.words()
        form.fill("text", text)
        form.tick("kind", "question")
        return Press(address, page, form, "keep", text)

    def ready(self, address: str) -> Press:
        page = self.browser.get(address)
        form, text = page.form("ready"), self.words()
        form.fill(next(name for name, _value in form.fields if name.startswith("note-")), text)
        form.fill("step", "Vraag een collega om mee te lezen.")
        form.tick("decision", "met")
        return Press(address, page, form, "ready", text)

    def release(self, address: str) -> Press:
        made = self.ready(address)
        assert self.press(made).status == 303
        page = self.browser.get(address)
        return Press(address, page, page.form("release"), "release", made.text)

    def press(self, press: Press) -> Page:
        return self.browser.send(press.page, press.form, press.button)

    def close(self) -> None:
        self.browser.close()
        self.server.stop()


@pytest.mark.slow
@pytest.mark.tier("nightly")
@pytest.mark.part("faults")
@pytest.mark.promise("A9", "A10")
@pytest.mark.parametrize("reserve", [8 << 20, 0], ids=["with a reserve", "to the last byte"])
@pytest.mark.parametrize("verb", ["remark", "ready", "release"])
def test_feedback_on_a_full_disk(
    disk: Path, verb: str, reserve: int, figure: Callable[..., None]
) -> None:
    if STORAGE == "postgresql":
        pytest.skip("a server keeps the database, on a disk of its own")
    before, after = STATES[verb]
    desk = Desk(disk, reserve)
    try:
        presses = [getattr(desk, verb)(address) for address in desk.addresses]
        _fill(disk, reserve or SOME)
        pressed = []
        for press in presses:
            pressed.append(press)
            if (answer := desk.press(press)).status != 303:
                break
        assert answer.status in CALM, answer.text
        typed = press.text in dict(press.form.fields).values()
        shown = desk.browser.get(press.address)
        assert shown.status == 200
        assert not typed or (press.text in answer.text and press.text not in shown.text)
        (disk / "ballast").unlink()
        begun = time.monotonic()
        [form] = [form for form in answer.forms() if set(press.form.fields) <= {*form.fields}]
        sent = urlencode(form.fields).encode()
        while (again := desk.browser.post(form.action, sent, URLENCODED)).status != 303:
            assert time.monotonic() - begun < 60, again.text
        took = time.monotonic() - begun
        assert desk.server.process.poll() is None
    finally:
        desk.close()
    asked = {press.address: (before, [press.text] if before else []) for press in presses}
    asked |= {press.address: (after, [press.text]) for press in pressed}
    with live.opened(desk.ini) as registry:
        kept = {at: live.within(registry, lambda one, at=at: _given(one, at)) for at in asked}
    figure("acknowledged before it was full", len(pressed) - 1, "of these")
    figure("lost, doubled or half", sum(kept[at] != asked[at] for at in asked), "of all", at_most=0)
    figure("went on after", took, "s", at_most=5)


def _fill(disk: Path, leave: int) -> None:
    """Take all room but so many bytes, whatever the server writes meanwhile."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as full:
        while True:
            full.write(bytes(1 << 12))
    os.truncate(ballast, ballast.stat().st_size - leave)


def _given(institution: Any, address: str) -> tuple[str, list[str]]:
    """The state of all feedback on a version, and the texts in it."""
    version = find(institution, tuple(address.strip("/").split("/")))
    found = list(version.feedback.values())
    texts = [text for each in found for text in
             (*each.notes.values(), *(remark.text for remark in each.remarks.values())) if text]
    return "".join(each.state for each in found), texts
