"""The power goes again and again while people hand in and teachers give feedback."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import pytest

from bench.browser import Browser
from bench.server import free_port
from lms_leiderschap.demo.bulk import teacher_email
from tests.conftest import STORAGE
from tests.reliability import live
from tests.reliability.at_work import Heard, Teacher, at_work, finish, look, participants

TEACHING = 2
EACH = 8  # pieces of work that a participant of these has at least
ONE_OF_SEVERAL = 0.3  # of the kills, where several processes answer


class Site:
    """A server that is killed and started again; `waits` is how long that took each time."""

    def __init__(self, ini: Path) -> None:
        self.ini, self.port = ini, free_port()
        self.server = live.serve(ini, self.port)
        self.waits: list[float] = []

    def kill(self, chance: random.Random) -> None:
        """All processes and start again; or one of several, while the others go on."""
        if live.WORKERS > 1 and chance.random() < ONE_OF_SEVERAL:
            self.server.kill_one()
            return
        self.server.stop(signal.SIGKILL)
        begun = time.monotonic()
        self.server = live.serve(self.ini, self.port)
        browser = Browser(live.HOST, self.port)
        assert browser.get("/sign-in").status == 200
        self.waits.append(time.monotonic() - begun)
        browser.close()


@pytest.mark.slow
@pytest.mark.part("kills")
@pytest.mark.promise("A1", "A3", "A9", "E11")
def test_killed_server_loses_nothing_acknowledged(
    tmp_path: Path, tier: str, figure: Callable[..., None]
) -> None:
    if STORAGE != "file" and tier == "commit":
        pytest.skip("kills on the other storages are of the nightly tier")
    kills = {"commit": 10, "nightly": 200, "release": 1000}[tier]
    people = 10 + kills * 5 // EACH
    ini, sheets = live.make(tmp_path, people)
    with live.opened(ini) as registry:
        cookies = live.sessions(registry, [*{sheet.email for sheet in sheets},
                                           *map(teacher_email, range(1, TEACHING + 1))])
    site, heard = Site(ini), Heard()
    workers = [*participants(site.port, heard, list(sheets), cookies),
               *(Teacher(site.port, heard, cookies[teacher_email(number + 1)])
                 for number in range(TEACHING))]  # fmt: skip
    for _kill in range(kills):
        with at_work(workers):
            for _receipt in range(random.randint(1, 3)):
                assert heard.bell.acquire(timeout=60), f"nobody is told anything: {heard.wrong}"
            time.sleep(random.uniform(0, 0.1))  # any moment of what comes next is as good
            site.kill(random.Random())
    finish(workers)
    site.server.stop()
    found = look(ini, sheets, heard)
    figure("kills", kills, "kills", at_least=kills)
    figure("acknowledged", len(heard.acknowledged), "hand-ins", at_least=kills // 2)
    figure("released", len(heard.given), "feedbacks", at_least=kills // 4)
    figure("sent twice at once", heard.doubled, "forms")
    figure("unanswered", heard.unknown, "forms")
    for name in ("lost", "doubled", "corrupt", "feedback lost", "feedback doubled"):
        figure(name, found[name], "of those", at_most=0)
    figure("wrong answers", len(heard.wrong), "answers")
    assert heard.wrong == []
    if STORAGE == "file":
        figure("fstest", _fstest(tmp_path), "errors", at_most=0)
    ready = quantiles(site.waits, n=20)[-1]
    # On a machine that does more at once than it has processors for all of it waits.
    figure("ready after a kill, p95", ready, "s", at_most=3 if tier == "release" else 15,
           asked=3)  # fmt: skip


def _fstest(directory: Path) -> int:
    """Lines in which ZODB's own check complains about the file, after a clean stop."""
    script = "from ZODB.scripts.fstest import main; main()"
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", script,
                           directory / "database" / "Data.fs"],
                          capture_output=True, text=True, check=False, timeout=600)
    return len(told.stdout.splitlines()) + bool(told.returncode)
