"""The dated days of an edition."""

from __future__ import annotations

from datetime import datetime

from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import Resource


class Meeting(Resource):
    """One gathering. A date that is not known yet is None; then nothing is due by it.

    number   label on the calendar, as published
    module   module key this day belongs to, "" for none
    starts   aware moment, or None
    ends     aware moment, or None
    place    as people read it
    history  earlier dates: tuples (starts, ends, reason, aware moment of the change)
    """

    schema = 1
    personal = ()
    retention = "with edition"

    def __init__(self, number: int, module: str, starts: datetime | None,
                 ends: datetime | None, place: str, *, kind: str = "college_day") -> None:
        self.number, self.module, self.kind = number, module, kind
        self.starts, self.ends, self.place = starts, ends, place
        self.provisional = False
        self.history: tuple[tuple[datetime | None, datetime | None, str, datetime], ...] = ()


def choices_of(edition: Edition) -> dict[str, list[Meeting]]:
    """The days of each module that has more than one, in order."""
    days: dict[str, list[Meeting]] = {}
    for day in sorted(edition.meetings.values(), key=lambda day: day.number):
        if day.module:
            days.setdefault(day.module, []).append(day)
    return {module: found for module, found in days.items() if len(found) > 1}
