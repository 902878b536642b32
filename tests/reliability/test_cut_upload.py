"""Files on their way in: cut off at any byte nothing is kept; whole, every byte is as it was sent.

The line to the server runs through a proxy that ends it after so many bytes.
"""

from __future__ import annotations

import hashlib
import random
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from bench.browser import Browser, Page, Upload
from bench.server import free_port
from lms_leiderschap.people.actions import person_with
from lms_leiderschap.people.staging import MOST_FILES
from lms_leiderschap.store.folder import find
from lms_leiderschap.web.multipart import LARGEST
from tests.reliability import live
from tests.reliability.proxy import Proxy

AT_ONCE = 4
HEAD, TAIL = b"%PDF-1.4\n", b"\nstartxref\n0\n%%EOF\n"
# Where a reader of forms goes another way: a block, a file in memory, a form in memory.
EDGES = (2**16, 2**20, LARGEST)
# What looks like the end of a line, of a file or of a form.
LURES = (b"\r\n--", b"\r", b"\n", b"\r\n\r\n", b"--\r\n", b"\0", b"\r\n--x\r\nContent-Type: ")


class Paper(HTTPConnection):
    """Writes down what would go over the line; nobody answers."""

    written = b""

    def send(self, data: Any) -> None:
        self.written += data

    def getresponse(self) -> HTTPResponse:
        raise ConnectionError("it is only written down")


class Site:
    """A server, the line to it that is cut, and what can be handed in there."""

    def __init__(self, directory: Path, participants: int) -> None:
        self.ini, self.sheets = live.make(directory, participants)
        text = self.ini.read_text("utf-8").replace("[app:main]", "[app:main]\nlms.jobs = false")
        self.ini.write_text(text, "utf-8")
        with live.opened(self.ini) as registry:
            self.cookies = live.sessions(registry, sorted({sheet.email for sheet in self.sheets}))
        self.server = live.serve(self.ini, free_port())
        self.proxy = Proxy(self.server.port)

    def filled_in(self, sheet: live.Sheet, contents: list[bytes]) -> live.Sent:
        """The form for a piece of work, with these files."""
        browser = Browser(live.HOST, self.server.port)
        browser.cookies = dict(self.cookies[sheet.email])
        sent = live.fill_in(browser, sheet, random.Random())
        browser.close()
        uploads = [Upload(sent.form.files[0], f"verslag {number}.pdf", "application/pdf", content)
                   for number, content in enumerate(contents)]  # fmt: skip
        return sent._replace(uploads=tuple(uploads))

    def close(self) -> None:
        self.proxy.close()
        self.server.stop()


@pytest.fixture
def site(tmp_path: Path, tier: str) -> Iterator[Site]:
    made = Site(tmp_path, {"commit": 1, "nightly": 8, "release": 80}[tier])
    yield made
    made.close()


def document(chance: random.Random, size: int) -> bytes:
    """A PDF of so many bytes at least, full of what a reader may take for its end."""
    inside = [HEAD]
    left = size - len(HEAD) - len(TAIL)
    while left > 0:
        piece = chance.choice(LURES) + chance.randbytes(chance.randrange(1, max(2, left)))
        inside.append(piece)
        left -= len(piece)
    return b"".join([*inside, TAIL])


def over_the_line(port: int, sent: live.Sent) -> bytes:
    """The request as a browser writes it to a server at this port."""
    browser = Browser(live.HOST, port)
    browser.connection = paper = Paper(live.HOST, port)
    browser.cookies = dict(sent.cookies)
    live.send(browser, sent)
    return paper.written


def answered(port: int, request: bytes) -> bytes:
    """All that is said to it until the line is closed; b"" when it was cut before."""
    found = b""
    with (
        suppress(ConnectionError),  # cut, at times while the line is still being laid
        socket.create_connection((live.HOST, port), timeout=20) as line,
    ):
        line.sendall(request)
        while b"\r\n\r\n" not in found and (piece := line.recv(65_536)):
            found += piece
    return found


def places(request: bytes, chance: random.Random, more: int) -> dict[str, int]:
    """How many bytes arrive, by where that is."""
    head = request.index(b"\r\n\r\n") + 4
    files = [match.start() for match in re.finditer(b'filename="verslag', request)]
    named = {
        "in the head": head // 2, "the head alone": head, "in the head of a field": head + 60,
        "in the head of a file": files[0] + 12, "in a file": (files[0] + files[1]) // 2,
        "in the last file": files[-1] + 200, "before the last line": len(request) - 40,
        "one byte before the end": len(request) - 1,
    }  # fmt: skip
    return named | {f"byte {at}": at for at in
                    (chance.randrange(1, len(request)) for _cut in range(more))}


@pytest.mark.part("faults")
@pytest.mark.promise("A6")
def test_an_upload_that_is_cut_off_is_none(
    site: Site, tier: str, figure: Callable[..., None]
) -> None:
    more = {"commit": 8, "nightly": 100, "release": 1000}[tier]
    chance = random.Random()
    sizes = [2**16, 300, 150_000, *EDGES[1 if tier == "commit" else 2 :]]
    sent = site.filled_in(site.sheets[0], [document(chance, size) for size in sizes])
    request = over_the_line(site.proxy.port, sent)
    onlooker = Browser(live.HOST, site.server.port)
    receipts, away, cuts = [], [], places(request, chance, more)
    for name, at in cuts.items():
        site.proxy.left = at
        receipts += [name] if b" 303 " in answered(site.proxy.port, request)[:20] else []
        away += [name] if onlooker.get("/sign-in").status != 200 else []
    onlooker.close()
    site.proxy.heal()
    assert b" 303 " in answered(site.proxy.port, request)[:20]
    site.server.stop()
    with live.opened(site.ini) as registry:
        [files] = live.kept(registry, sent.sheet)
        half = live.within(registry, lambda one: not_handed_in(one, sent.sheet))
    figure("cut off", len(cuts), "uploads", at_least=8)
    figure("receipts for half of it", len(receipts), "of those", at_most=0)
    figure("without an answer to somebody else after it", len(away), "of those", at_most=0)
    figure("files kept of it", half, "files", at_most=0)
    assert files == [sha256(upload) for upload in sent.uploads]


def not_handed_in(institution: Any, sheet: live.Sheet) -> int:
    """Files of a piece of work, or waiting for its form, that are in no version."""
    work = find(institution, tuple(sheet.path.strip("/").split("/")))
    used = {name for version in work.versions.values() for name in version.files}
    return len(set(work.files) - used) + len(person_with(institution, sheet.email).staged)


def sha256(upload: Upload) -> str:
    return hashlib.sha256(upload.content).hexdigest()


@pytest.mark.tier("nightly")
@pytest.mark.part("faults")
@pytest.mark.promise("A6")
def test_what_is_kept_is_what_was_sent(
    site: Site, tier: str, figure: Callable[..., None]
) -> None:
    """Twenty files with each piece of work, of all sizes, four people at a time; who is told to try
    again does so.
    """
    count = {"nightly": 1_000, "release": 10_000}[tier]
    sheets = site.sheets[: count // MOST_FILES]
    assert len(sheets) * MOST_FILES == count

    again: list[Page] = []

    def hand_in(sheet: live.Sheet) -> tuple[live.Sheet, list[str], int]:
        chance = random.Random()
        sizes = [int(10 ** chance.uniform(2, 5.5)) for _file in range(MOST_FILES - 1)]
        contents = [document(chance, size) for size in (chance.choice(EDGES), *sizes)]
        sent = site.filled_in(sheet, contents)
        browser = Browser(live.HOST, site.server.port)
        browser.cookies = dict(sent.cookies)
        while (answer := live.send(browser, sent)) is not None and answer.status == 503:
            again.append(answer)
        browser.close()
        assert answer is not None and answer.status == 303, answer and answer.text
        return sheet, [sha256(upload) for upload in sent.uploads], sum(map(len, contents))

    begun = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as people:
        sent = list(people.map(hand_in, sheets))
    took = time.monotonic() - begun
    site.server.stop()
    different = 0
    with live.opened(site.ini) as registry:
        for sheet, digests, _size in sent:
            [files] = live.kept(registry, sheet)
            different += sum(map(str.__ne__, files, digests)) + abs(len(files) - len(digests))
    figure("sent", count, "files", at_least=count)
    figure("in all", sum(size for _sheet, _digests, size in sent) / 2**20, "MB")
    figure("in", took, "s")
    figure("told to try again", len(again), "hand-ins", at_most=len(sheets) / 10)
    figure("different, missing or too many", different, "of those", at_most=0)
