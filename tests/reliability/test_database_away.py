"""PostgreSQL is killed, or stands still, while people hand in and teachers give feedback."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.browser import Browser
from bench.server import Server, free_port
from lms_leiderschap.demo.bulk import teacher_email
from tests.postgresql import PostgreSQL
from tests.reliability import live
from tests.reliability.at_work import (
    Calm,
    Heard,
    Teacher,
    Worker,
    at_work,
    finish,
    look,
    participants,
)

TEACHING, READING = 2, 8
EACH = 8  # pieces of work that a participant of these has at least
LONGEST, HEALTHY = 5, 10  # seconds until a page says that the database is away, or serves again
pytestmark = [pytest.mark.slow, pytest.mark.part("storage"), pytest.mark.tier("nightly")]


class Site:
    """A server of the application on a database server of its own, with people at work."""

    def __init__(self, directory: Path, people: int) -> None:
        self.database = PostgreSQL(durable=True)
        self.database.create("away")
        storage = f"postgresql:{self.database.dsn('away')}"
        self.ini, self.sheets = live.make(directory, people, storage)
        names = [*{sheet.email for sheet in self.sheets}, *map(teacher_email, (1, 2))]
        with live.opened(self.ini) as registry:
            self.cookies = live.sessions(registry, names)
        self.port = free_port()
        self.server = Server(self.ini, self.port)
        self.heard = Heard(Calm)

    def workers(self) -> Iterator[Worker]:
        yield from participants(self.port, self.heard, list(self.sheets), self.cookies)
        for number in range(TEACHING):
            yield Teacher(self.port, self.heard, self.cookies[teacher_email(number + 1)])

    def browser(self) -> Browser:
        browser = Browser(live.HOST, self.port)
        browser.cookies = dict(next(iter(self.cookies.values())))
        return browser

    def until_healthy(self) -> float:
        """Seconds until a page that needs the database is there."""
        browser, begun = self.browser(), time.monotonic()
        while browser.get("/week").status != 200 and time.monotonic() - begun < 60:
            time.sleep(0.1)
        browser.close()
        return time.monotonic() - begun

    def close(self) -> None:
        self.server.stop()
        self.database.remove()


def checked(site: Site, figure: Callable[..., None], least: int) -> None:
    """What all of them were told is there, once, and nobody was told anything else."""
    site.server.stop()
    found = look(site.ini, site.sheets, site.heard)
    figure("acknowledged", len(site.heard.acknowledged), "hand-ins", at_least=least)
    figure("released", len(site.heard.given), "feedbacks", at_least=least // 2)
    figure("sent twice at once", site.heard.doubled, "forms")
    figure("unanswered or answered with 503", site.heard.unknown, "forms")
    for name in ("lost", "doubled", "corrupt", "feedback lost", "feedback doubled"):
        figure(name, found[name], "of those", at_most=0)
    assert site.heard.wrong == []


@pytest.mark.promise("B6", "A1", "A3", "A9")
def test_killed_database_loses_nothing_acknowledged(
    tmp_path: Path, tier: str, figure: Callable[..., None]
) -> None:
    kills = {"commit": 2, "nightly": 30, "release": 200}[tier]
    site = Site(tmp_path, 10 + kills * 5 // EACH)
    workers, waits = list(site.workers()), []
    try:
        for number in range(kills):
            with at_work(workers):
                for _receipt in range(random.randint(1, 3)):
                    assert site.heard.bell.acquire(timeout=60), f"silence: {site.heard.wrong}"
                time.sleep(random.uniform(0, 0.1))  # any moment of what comes next is as good
                site.database.stop((signal.SIGKILL, signal.SIGQUIT)[number % 2])
            site.database.start()
            waits.append(site.until_healthy())
        finish(workers)
        figure("kills of the database", kills, "kills", at_least=kills)
        figure("healthy after it is back", max(waits), "s", at_most=HEALTHY)
        checked(site, figure, kills)
    finally:
        site.close()


@pytest.mark.promise("B6")
def test_frozen_database_hangs_nobody(
    tmp_path: Path, tier: str, figure: Callable[..., None]
) -> None:
    seconds = {"commit": 6, "nightly": 30, "release": 30}[tier]
    site = Site(tmp_path, 40)
    stop, answers = threading.Event(), []

    def read() -> None:
        browser = site.browser()
        while not stop.is_set():
            begun = time.monotonic()
            status = browser.get("/week").status
            answers.append((begun, status, time.monotonic() - begun))
            time.sleep(0.2)  # as people do; without it they would fill a core
        browser.close()

    readers = [threading.Thread(target=read) for _reader in range(READING)]
    workers = list(site.workers())
    try:
        for reader in readers:
            reader.start()
        with at_work(workers):
            for _receipt in range(4):
                assert site.heard.bell.acquire(timeout=60), f"silence: {site.heard.wrong}"
            with site.database.frozen():
                frozen = time.monotonic()
                time.sleep(seconds)
                away = [answer for answer in answers if answer[0] > frozen]
            healthy = site.until_healthy()
        stop.set()
        for reader in readers:
            reader.join()
        finish(workers)
        figure("pages while it was frozen", len(away), "pages", at_least=READING)
        figure("of these not 503", sum(status != 503 for _at, status, _took in away), "pages",
               at_most=0)  # fmt: skip
        longest = max(took for at, _status, took in answers if at > frozen - LONGEST)
        figure("the slowest of all", longest, "s", at_most=LONGEST)
        figure("healthy after it is back", healthy, "s", at_most=HEALTHY)
        checked(site, figure, 4)
    finally:
        stop.set()
        site.close()
