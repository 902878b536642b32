"""Fifty read while others hand in: all that is written is what was handed in."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

import pytest
from ZODB.FileStorage import FileStorage

from bench.browser import Browser
from tests.conftest import STORAGE
from tests.hostile.doors import links
from tests.reliability.crowd import STAFF, Crowd

READERS, PEOPLE = 50, 20
HAND_INS = {"nightly": 100, "release": 160}


def read(browser: Browser, stop: threading.Event) -> Counter[int]:
    """Go from link to link, each by GET and by HEAD; how often each status was answered."""
    chance, path, statuses = random.Random(), "/", Counter[int]()
    while not stop.is_set():
        page = browser.get(path)
        statuses.update((page.status, browser.head(path).status))
        html = "html" in page.headers.get("Content-Type", "")
        there = links(path, page.text) if page.status == 200 and html else []
        path = page.location if page.status == 303 else chance.choice([*there, "/"])
    browser.close()
    return statuses


@pytest.mark.slow
@pytest.mark.tier("nightly")
@pytest.mark.part("load")
@pytest.mark.promise("B2")
@pytest.mark.skipif(STORAGE != "file", reason="only a file keeps of each transaction whose it was")
def test_fifty_readers_write_nothing_while_people_hand_in(
    tmp_path: Path, tier: str, figure: Callable[..., None]
) -> None:
    crowd, stop = Crowd(tmp_path, PEOPLE), threading.Event()
    sheets = random.sample(crowd.sheets, HAND_INS[tier])
    who = islice(cycle([*{sheet.email for sheet in crowd.sheets}, *crowd.teachers, *STAFF]),
                 READERS)  # fmt: skip
    with ThreadPoolExecutor(READERS) as people:
        reading = [people.submit(read, crowd.browser(crowd.cookies[email]), stop) for email in who]
        try:
            done = [done for at in range(0, len(sheets), 4) for done in crowd.all_at_once(
                        crowd.drawn(sheets[at : at + 4]), "hand_in", twice=0.3)[0]]  # fmt: skip
        finally:
            stop.set()
    crowd.server.stop()
    statuses = sum((each.result() for each in reading), Counter[int]())
    figure("readers", len(reading), "people", at_least=READERS)
    figure("read meanwhile", statuses.total(), "answers", at_least=len(sheets) * 5)
    figure("hand-ins", len(done), "forms", at_least=len(sheets))
    wrong = Counter(status for status in statuses.elements() if status not in (200, 303))
    wrong.update(status for each in done for status in each.statuses if status != 303)
    figure("errors", wrong.total(), "answers")
    assert wrong == {}
    written = _written(tmp_path)
    handed_in = Counter(f"{sheet.path}submit" for sheet in sheets)
    figure("written by hand-ins", (written & handed_in).total(), "transactions",
           at_least=len(sheets))  # fmt: skip
    figure("written by reading", (written - handed_in).total(), "transactions", at_most=0)


def _written(directory: Path) -> Counter[str]:
    """How many transactions each address wrote; those of jobs have none."""
    storage = FileStorage(str(directory / "database" / "Data.fs"), read_only=True)
    found = Counter(record.description.decode() for record in storage.iterator())
    storage.close()
    return Counter({address: count for address, count in found.items()
                    if address.startswith("/")})  # fmt: skip
