"""Deadlines and the days after them by the local calendar, also when the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lms_leiderschap.enrolment.actions import enrol
from lms_leiderschap.people.actions import register
from lms_leiderschap.submission.deadline import (
    closing,
    deadline_of,
    last_minute_of,
    meeting_for,
    rule_date,
    working_days_after,
)

DATED = "kwaliteitszorg.ikk-doelen-beschrijven"
SUMMER_ENDS, SUMMER_BEGINS = date(2026, 10, 25), date(2027, 3, 28)
DAYS = [
    changed + timedelta(days=days)
    for changed in (SUMMER_ENDS, SUMMER_BEGINS)
    for days in (-8, -7, -1, 0, 1)
]


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("late_days", [0, 1, 7])
def test_handing_in_closes_at_the_end_of_the_last_day_on_the_clock(
    edition: Any, tree: Any, day: date, late_days: int
) -> None:
    edition.late_days = late_days
    closes = closing(edition, last_minute_of(day, tree))
    assert closes is not None and closes.tzinfo is UTC
    local = (closes - timedelta(minutes=1)).astimezone(tree.tz)
    assert (local.date(), local.hour, local.minute) == (day + timedelta(days=late_days), 23, 59)


@pytest.mark.parametrize(
    ("until", "closes"),
    [
        ("2026-10-24T21:59+00:00", "2026-10-31T23:00+00:00"),
        ("2026-10-25T22:59+00:00", "2026-11-01T23:00+00:00"),
        ("2027-03-27T22:59+00:00", "2027-04-03T22:00+00:00"),
        ("2027-03-28T21:59+00:00", "2027-04-04T22:00+00:00"),
        ("2026-10-24T10:00+00:00", "2026-10-31T23:00+00:00"),
    ],
)
def test_a_given_date_closes_after_the_same_number_of_local_days(
    enrolment: Any, until: str, closes: str
) -> None:
    deadline = deadline_of(enrolment, DATED, ((until, "ziekte"),))
    end = datetime.fromisoformat(closes)
    assert deadline.closes == end
    assert deadline.verdict(end - timedelta(seconds=1)) == "late"
    assert deadline.verdict(end) == "closed"


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_work_is_due_on_the_evening_before_the_meeting(
    edition: Any, enrolment: Any, tree: Any, day: date
) -> None:
    meeting = meeting_for(edition, enrolment, edition.assignment(DATED).due.meeting)
    assert meeting is not None
    starts = datetime(day.year, day.month, day.day, 9, 30, tzinfo=tree.tz)
    meeting.starts, meeting.ends = starts.astimezone(UTC), None
    until = rule_date(edition, enrolment, DATED)
    assert until == last_minute_of(day - timedelta(days=1), tree)


@pytest.mark.parametrize("changed", [SUMMER_ENDS, SUMMER_BEGINS], ids=str)
def test_a_promise_ends_at_the_end_of_a_working_day_when_the_clock_changed(
    tree: Any, changed: date
) -> None:
    tree.holidays = ()
    friday = last_minute_of(changed - timedelta(days=2), tree)
    assert working_days_after(tree, friday, 1) == last_minute_of(changed + timedelta(days=1), tree)


def test_who_comes_later_is_not_late_for_what_was_due_before(
    edition: Any, tree: Any, registry: Any, now: datetime
) -> None:
    person = register(tree, "noor@noord.test", "Noor", "Bos", by="system", at=now)
    late = enrol(edition, person, by="system", at=now, notify=registry.notify)
    assert late.work["hrm.literatuur"].deadline.until is None
    assert late.work["hrm.ink-met-medewerkers"].deadline.until is not None
