"""When a piece of work is due for one participant, and what that means at a moment.

The date follows the meetings this participant goes to; the office may give somebody a date of
their own, and the first one stays to be seen. Nothing here is stored but those changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.meeting.model import Meeting
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.programme.spec import AssignmentSpec

LAST_MINUTE = time(23, 59)
RULE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Deadline:
    """until: aware moment in UTC up to and including which work is on time, None for no date.

    first    the date before any change, None when there was none
    reason   why the date was changed last, "" when it was not
    closes   aware moment from which handing in is refused, None when it never is
    """

    until: datetime | None
    first: datetime | None = None
    reason: str = ""
    closes: datetime | None = None

    @property
    def last(self) -> datetime | None:
        """The last minute in which late work is still accepted."""
        return self.closes - timedelta(minutes=1) if self.closes else None

    def verdict(self, at: datetime) -> str:
        """ "on_time", "late" or "closed" for work that arrived at a moment."""
        if self.until is None or at < self.until + timedelta(minutes=1):
            return "on_time"
        return "closed" if self.closes and at >= self.closes else "late"


def deadline_of(holder: Any, work_key: str, changes: tuple[tuple[str, str], ...]) -> Deadline:
    """The deadline of one piece of work.

    holder   the Enrolment or Group it belongs to
    changes  dates given to this work, oldest first: (ISO moment, reason)
    """
    edition = holder.edition
    first = rule_date(edition, holder, work_key)
    if first is not None and first < holder.since:
        first = None  # whoever comes later is not late for what was due before
    if not changes:
        return Deadline(first, None, "", closing(edition, first))
    until, reason = datetime.fromisoformat(changes[-1][0]), changes[-1][1]
    return Deadline(until, first, reason, closing(edition, until))


def closing(edition: Edition, until: datetime | None) -> datetime | None:
    """Late work is accepted for some days and marked; then a new date has to be asked.

    Those are days of the local calendar, up to and including 23.59 of the last one.
    """
    if until is None:
        return None
    return _end_after(until, edition.late_days, institution_of(edition).tz)


def last_minute_of(day: date, institution: Institution) -> datetime:
    """23.59 of a day of the local calendar, in UTC."""
    return _last_minute(day, institution.tz)


# A whole edition has few dates, and each page asks for all of them.
@lru_cache(2000)
def _end_after(until: datetime, days: int, zone: ZoneInfo) -> datetime:
    day = until.astimezone(zone).date() + timedelta(days=days)
    return _last_minute(day, zone) + timedelta(minutes=1)


@lru_cache(2000)
def _last_minute(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, LAST_MINUTE, zone).astimezone(UTC)


def rule_date(edition: Edition, holder: Any, work_key: str) -> datetime | None:
    """What the assignment's own rule says for this holder (``domain``: how work comes to be).

    ``before_meeting`` is 23.59 on the day before, ``on_meeting`` the end of that day.
    """
    assignment: AssignmentSpec = edition.assignment(work_key)
    place = work_key.partition(".")[0]
    meeting = meeting_for(edition, holder, assignment.due.meeting or place)
    if meeting is None or meeting.starts is None:
        return None
    if assignment.due.rule == "on_meeting":
        return meeting.ends or meeting.starts
    if assignment.due.rule == "before_meeting":
        institution = institution_of(edition)
        day = meeting.starts.astimezone(institution.tz).date() - timedelta(days=1)
        return last_minute_of(day, institution)
    return None


def meeting_for(edition: Edition, holder: Any, module: str) -> Meeting | None:
    """The day of a module that this holder goes to: the chosen one, otherwise the first."""
    chosen = holder.chosen_meeting(module)
    if chosen and chosen in edition.meetings:
        return edition.meetings[chosen]
    days = [day for day in edition.meetings.values() if day.module == module]
    return min(days, key=lambda day: day.number) if days else None


def working_days_after(institution: Institution, moment: datetime, days: int) -> datetime:
    """The end (23.59 local, in UTC) of the n-th working day after a moment.

    Weekends and the institution's holidays do not count.
    """
    free = [
        (date.fromisoformat(first), date.fromisoformat(last))
        for first, last in institution.holidays
    ]
    day = moment.astimezone(institution.tz).date()
    while days:
        day += timedelta(days=1)
        if day.weekday() < 5 and not any(first <= day <= last for first, last in free):
            days -= 1
    return last_minute_of(day, institution)
