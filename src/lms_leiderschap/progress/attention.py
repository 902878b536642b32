"""What asks for the attention of the office: one line per edition and reason, oldest first.

The office board is opened often, so the looking is bounded: the queues are read only as far as
promises have passed, and a fixed number of participants is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from lms_leiderschap.feedback.queue import queue
from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.progress.standing import Dates, holders_of
from lms_leiderschap.store.index import Row

MOST_LOOKED_AT = 500
MOST_PROMISES = 200


@dataclass(slots=True)
class Concern:
    """Why something asks for attention.

    reason  "feedback", "overdue" or "invitation"
    names   whom it is about, each once, in the order found
    since   the oldest moment
    """

    reason: str
    edition: Edition
    since: datetime
    names: list[str] = field(default_factory=list)

    def join(self, name: str, since: datetime) -> None:
        self.since = min(self.since, since)
        if name and name not in self.names:
            self.names.append(name)


@dataclass(frozen=True, slots=True)
class Attention:
    """concerns, and whether there are participants that were not looked at."""

    concerns: list[Concern]
    cut: bool


def editions_of(institution: Institution) -> list[Edition]:
    """Every edition; running ones first, then by title."""
    found = [
        edition
        for programme in institution.programmes.values()
        for edition in programme.editions.values()
    ]
    return sorted(found, key=lambda edition: (edition.state != "running", edition.title))


def attention(institution: Institution, at: datetime) -> Attention:
    """Look at the running editions."""
    left, cut = MOST_LOOKED_AT, False
    concerns: list[Concern] = []
    for edition in editions_of(institution):
        if edition.state != "running":
            continue
        found: dict[str, Concern] = {}
        for row in islice(broken_promises(edition, at), MOST_PROMISES):
            _join(found, "feedback", edition, row["who"], datetime.fromisoformat(row["promised"]))
        looked = _look_at(edition, at, left, found)
        cut = cut or looked < len(edition.by_person)
        left -= looked
        concerns += found.values()
    return Attention(sorted(concerns, key=lambda concern: concern.since), cut)


def broken_promises(edition: Edition, at: datetime) -> Iterator[Row]:
    """Rows of versions whose feedback was promised for a moment that has passed."""
    now = at.isoformat()
    for state in ("waiting", "ready"):
        for (promised, _id), row in queue(edition, state).items():
            if promised >= now:
                break
            yield row


def _look_at(edition: Edition, at: datetime, most: int, found: dict[str, Concern]) -> int:
    """Look at that many participants at the most; at how many."""
    people, dates, number = institution_of(edition).people, Dates(edition), 0
    for enrolment in islice(edition.enrolments.values(), most):
        number += 1
        person = people[enrolment.person_id]
        if not person.password:
            _join(found, "invitation", edition, person.name, enrolment.since)
        for holder in holders_of(edition, enrolment):
            for late in dates.late(holder, at):
                _join(found, "overdue", edition, person.name, late.until)
    return number


def _join(
    found: dict[str, Concern], reason: str, edition: Edition, name: str, since: datetime
) -> Any:
    found.setdefault(reason, Concern(reason, edition, since)).join(name, since)
