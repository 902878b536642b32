"""Both nights of every year on which the clock changes, minute by minute; and clocks that jump."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bench.browser import Browser
from bench.server import Server, free_port
from lms_leiderschap.errors import Refusal
from lms_leiderschap.store.folder import find
from lms_leiderschap.submission.deadline import Deadline, closing, last_minute_of
from lms_leiderschap.web.formats import Formats, parse_local
from tests.reliability import live

ZONES = ("Europe/Amsterdam", "Europe/Lisbon", "Atlantic/Azores", "America/New_York",
         "America/Curacao")  # fmt: skip
YEARS = range(2026, 2041)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CC, SOURCE = shutil.which("cc"), Path(__file__).with_name("jumping_clock.c")
HOUR = 3600


def nights(zone: ZoneInfo) -> Iterator[date]:
    """The days on which the clock changes; for a zone that never does, those of Amsterdam."""
    for year in YEARS:
        days = [date(year, 1, 1) + number * DAY for number in range(365)]
        changes = [day for day in days if offset(day, zone) != offset(day + DAY, zone)]
        yield from changes or [date(year, 3, 28), date(year, 10, 25)]


def offset(day: date, zone: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, time(), zone).utcoffset()


@pytest.mark.promise("B3")
@pytest.mark.part("clocks")
@pytest.mark.parametrize("key", ZONES)
def test_every_minute_of_every_night_is_one_moment_or_refused(key: str, figure: Any) -> None:
    zone, minutes, wrong = ZoneInfo(key), 0, []
    fmt = Formats(zone, "nl")
    for day in nights(zone):
        shown = moments_of(day, zone)
        for number in range(24 * 60):
            minutes += 1
            at = time(number // 60, number % 60)
            expected = shown.get(at, [])
            try:
                moment = parse_local(day, at, zone)
            except Refusal:
                ok = len(expected) != 1
            else:
                ok = expected == [moment] and fmt.time(moment) == f"{at:%H.%M}" and judged(moment)
            if not ok:
                wrong.append((day, at))
    figure("minutes", minutes, "minutes of the local clock", at_least=43_000)
    figure("wrong", len(wrong), "minutes", at_most=0)


def moments_of(day: date, zone: ZoneInfo) -> dict[time, list[datetime]]:
    """What the clock on the wall shows on a day, found by walking through it in UTC."""
    shown: dict[time, list[datetime]] = {}
    at = datetime.combine(day, time(), UTC) - DAY
    for _minute in range(3 * 24 * 60):
        local = at.astimezone(zone)
        if local.date() == day:
            shown.setdefault(local.time(), []).append(at)
        at += MINUTE
    return shown


def judged(until: datetime) -> bool:
    """Whether all of the last minute is on time, and nothing after it, whatever the wall shows."""
    deadline = Deadline(until)
    seconds = {-HOUR: "on_time", 0: "on_time", 59.999: "on_time", 60: "late", HOUR: "late"}
    return all(deadline.verdict(until + timedelta(seconds=after)) == verdict
               for after, verdict in seconds.items())  # fmt: skip


@pytest.mark.promise("B3")
@pytest.mark.part("clocks")
@pytest.mark.parametrize("key", ZONES)
def test_days_around_every_night_end_at_their_own_midnight(
    edition: Any, tree: Any, key: str, figure: Any
) -> None:
    tree.zone, zone, days = key, ZoneInfo(key), 0
    for night in nights(zone):
        for before in range(9):
            day, days = night - before * DAY, days + 1
            end = last_minute_of(day, tree).astimezone(zone)
            assert (end.date(), end.time()) == (day, time(23, 59))
            for edition.late_days in (0, 1, 7):
                closes = closing(edition, last_minute_of(day, tree))
                local = (closes - MINUTE).astimezone(zone)  # type: ignore[operator]
                assert (local.date(), local.time()) == (day + edition.late_days * DAY, time(23, 59))
    figure("days", days, "days", at_least=250)


class Clock:
    """The wall clock that a server reads, set to so many seconds from the real one."""

    def __init__(self, directory: Path) -> None:
        self.path, self.library = directory / "clock", directory / "jumping_clock.so"
        self.path.write_bytes(struct.pack("l", 0))
        made = [CC, "-shared", "-fPIC", "-O", "-o", self.library, SOURCE, "-ldl"]
        subprocess.run([str(word) for word in made], check=True)

    def set(self, seconds: int) -> None:
        with self.path.open("r+b", buffering=0) as file:
            file.write(struct.pack("l", seconds))

    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "LMS_CLOCK": str(self.path)}


def hands_in(port: int, cookies: dict[str, str], sheets: list[live.Sheet], clock: Clock,
             seen: list[int]) -> None:  # fmt: skip
    """One piece of work after another, the clock jumping after each form was fetched.

    To the server a connection looks as if it rested for an hour, so it may be closed while a form
    is sent; then it is sent once more, as a browser does.
    """
    chance = random.Random()
    for sheet in sheets:
        browser = Browser(live.HOST, port)
        browser.cookies = dict(cookies)
        sent = live.fill_in(browser, sheet, chance)
        clock.set(chance.choice((0, HOUR)))
        answer = live.send(browser, sent) or live.send(browser, sent)
        seen.append(answer.status if answer else 0)
        browser.close()


@pytest.mark.slow
@pytest.mark.tier("nightly")
@pytest.mark.promise("B3")
@pytest.mark.part("clocks")
@pytest.mark.skipif(CC is None, reason="there is no C compiler to build the clock that jumps")
def test_a_clock_that_jumps_an_hour_loses_nothing(
    tmp_path: Path, tier: str, figure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {"nightly": 8, "release": 100}[tier]
    ini, sheets = live.make(tmp_path, people)
    clock, port = Clock(tmp_path), free_port()
    for name, value in clock.environment().items():
        monkeypatch.setenv(name, value)
    server = Server(ini, port)
    for name in clock.environment():
        monkeypatch.delenv(name)
    emails = sorted({sheet.email for sheet in sheets})
    cookies = live.signed_in(port, emails)
    seen: list[int] = []
    threads = [
        threading.Thread(target=hands_in, args=(port, cookies[email], [
            sheet for sheet in sheets if sheet.email == email], clock, seen))
        for email in emails
    ]  # fmt: skip
    for group in (threads[at : at + 4] for at in range(0, len(threads), 4)):
        for thread in group:
            thread.start()
        for thread in group:
            thread.join()
    server.stop()
    kept, wrong = judgements(ini, sheets)
    figure("hand-ins while the clock jumped", len(seen), "hand-ins", at_least=len(sheets))
    assert {status for status in seen if status != 303} <= {0}
    figure("errors shown", sum(status != 303 for status in seen), "answers", at_most=0)
    figure("lost", len(sheets) - kept, "hand-ins", at_most=0)
    figure("verdicts that are not those of their moment", wrong, "verdicts", at_most=0)


def judgements(ini: Path, sheets: list[live.Sheet]) -> tuple[int, int]:
    """How many versions were kept, and how many have another verdict than their moment gives."""

    def look(institution: Any) -> tuple[int, int]:
        works = [find(institution, tuple(sheet.path.strip("/").split("/"))) for sheet in sheets]
        made = [(work, version) for work in works for version in work.versions.values()]
        wrong = sum(work.deadline.verdict(version.at) != version.verdict[0]
                    for work, version in made)  # fmt: skip
        return len(made), wrong

    with live.opened(ini) as registry:
        return live.within(registry, look)  # type: ignore[no-any-return]
