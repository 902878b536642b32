"""Planning and moving the days of an edition."""

from __future__ import annotations

from datetime import datetime

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.actions import record
from lms_leiderschap.meeting.model import Meeting
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import new_id
from lms_leiderschap.texts import _


def plan_meeting(edition: Edition, number: int, module: str, starts: datetime | None,
                 ends: datetime | None, place: str, *, by: str, at: datetime) -> Meeting:
    """Put a day on the calendar of an edition.

    Raises Refusal (field "ends") when it ends before it starts.
    """
    check_order(starts, ends)
    meeting = edition.meetings.add(new_id(), Meeting(number, module, starts, ends, place))
    record(meeting, "meeting.planned", by=by, at=at)
    return meeting


def move_meeting(meeting: Meeting, starts: datetime, ends: datetime, place: str, *, by: str,
                 why: str, at: datetime) -> None:
    """Give a day another date or place; the earlier ones stay to be seen.

    What is due by this day moves with it, except where somebody was given a date of their own.
    Raises Refusal (field "ends") when it ends before it starts.
    """
    check_order(starts, ends)
    if (meeting.starts, meeting.ends, meeting.place) == (starts, ends, place):
        return
    if (meeting.starts, meeting.ends) != (starts, ends):
        meeting.history = (*meeting.history, (meeting.starts, meeting.ends, why, at))
    meeting.starts, meeting.ends, meeting.place = starts, ends, place
    record(meeting, "meeting.moved", by=by, at=at, why=why, starts=starts.isoformat())


def check_order(starts: datetime | None, ends: datetime | None) -> None:
    """Refuse a day that ends before it starts."""
    if starts and ends and ends <= starts:
        raise Refusal(_("The end must come after the start."), "ends")
