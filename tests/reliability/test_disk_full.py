"""A disk of 64 MB that is full while people hand in: refused calmly, and on when there is room."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.browser import Browser
from bench.server import free_port
from tests.conftest import STORAGE
from tests.reliability import live

MOST = 400  # hand-ins; the disk is full long before
CALM = (503, 507)
WORDS = "Wat ik op mijn school zag, in eigen woorden. " * 10


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
    settings = f"[app:main]\nlms.disk_reserve = {reserve}"
    ini.write_text(ini.read_text("utf-8").replace("[app:main]", settings), "utf-8")
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
