"""How far the participants of an edition are: in words, and what is past its date.

Read from covering rows; no piece of work is opened and nothing of its content is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import find
from lms_leiderschap.submission.deadline import rule_date
from lms_leiderschap.submission.model import TICK_KINDS
from lms_leiderschap.submission.rows import rows_of
from lms_leiderschap.texts import _

NOT_HANDED_IN = ("open", "returned")
STATES = {
    "met": _("met"),
    "kept": _("handed in"),
    "done": _("done"),
    "talk": _("to be talked over"),
    "submitted": _("waiting for feedback"),
    "returned": _("returned for an addition"),
    "open": _("not handed in yet"),
}
COUNTS = {
    "met": _("${n} met"),
    "kept": _("${n} handed in"),
    "talk": _("${n} to be talked over"),
    "submitted": _("${n} waiting for feedback"),
    "returned": _("${n} returned"),
    "open": _("${n} not handed in yet"),
}


@dataclass(frozen=True, slots=True)
class Late:
    """Work that is past its date and not handed in.

    holder  the Enrolment or Group it belongs to
    until   the moment it was due
    """

    key: str
    holder: Any
    until: datetime


class Dates:
    """The dates of an edition. What the rule says is worked out once, not per participant."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        days = Counter(day.module for day in edition.meetings.values())
        self._choice = {module for module, number in days.items() if number > 1}
        self._rules: dict[tuple[str, str | None], datetime | None] = {}
        self.handed_in: dict[str, str] = {}
        self._meeting: dict[str, str] = {}
        for planned in edition.plan:
            key, assignment = planned["key"], edition.assignment(planned["key"])
            self._meeting[key] = assignment.due.meeting or planned["place"]
            if assignment.report_key or assignment.kind not in TICK_KINDS:
                self.handed_in[key] = assignment.title

    def until(self, holder: Any, key: str, changes: tuple[tuple[str, str], ...]) -> datetime | None:
        """When a piece of work is due; None when it has no date."""
        return datetime.fromisoformat(changes[-1][0]) if changes else self.first(holder, key)

    def first(self, holder: Any, key: str) -> datetime | None:
        """The date before any change."""
        module = self._meeting[key]
        chosen = holder.chosen_meeting(module) if module in self._choice else None
        if (key, chosen) not in self._rules:
            self._rules[key, chosen] = rule_date(self.edition, holder, key)
        return self._rules[key, chosen]

    def late(self, holder: Any, at: datetime) -> Iterator[Late]:
        """What is past its date; a preparation that is only ticked never is."""
        for key, row in rows_of(holder).items():
            if key in self.handed_in and row["state"] in NOT_HANDED_IN:
                until = self.until(holder, key, row["changes"])
                if until is not None and until < at:
                    yield Late(key, holder, until)


def holders_of(edition: Edition, enrolment: Any) -> Iterator[Any]:
    """A participant and the groups of this edition that share work with them."""
    yield enrolment
    for path in enrolment.groups:
        group = find(institution_of(edition), tuple(path.split("/")))
        if group.edition is edition:
            yield group


def in_words(dates: Dates, rows: Any) -> list[Any]:
    """How many pieces of work are in which state: translation strings, finished first."""
    numbers = Counter(row["state"] for key, row in rows.items() if key in dates.handed_in)
    return [
        sentence % {"n": numbers[state]} for state, sentence in COUNTS.items() if numbers[state]
    ]
