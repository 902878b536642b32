"""My week: the one thing that matters now, and a quiet list of what is new and what comes.

Read from covering rows; only the work on the card itself is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.meeting.model import Meeting
from lms_leiderschap.people.model import Person
from lms_leiderschap.store.folder import find
from lms_leiderschap.submission.completeness import Completeness, check
from lms_leiderschap.submission.deadline import Deadline, deadline_of, meeting_for
from lms_leiderschap.submission.model import TICK_KINDS, Work, is_offered
from lms_leiderschap.submission.rows import rows_of

SOON = timedelta(days=7)
MEETINGS, COMING = 3, 5
RETURNED, DUE, PREPARATION = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of work as the week shows it.

    rank  place in the order of NU, None when it is nothing for now
    row   its covering row; holder  the Enrolment or Group it belongs to
    """

    key: str
    title: str
    module: str
    path: str
    row: dict[str, Any]
    deadline: Deadline
    holder: Any
    tick: bool
    rank: int | None

    @property
    def teacher(self) -> str:
        """Given name of who gave the feedback; "" after they were erased."""
        person = institution_of(self.holder).people.get(self.row["feedback"]["by"])
        return person.given_name if person else ""

    @property
    def due(self) -> str:
        """Sorts by date; what has none comes last."""
        return self.deadline.until.isoformat() if self.deadline.until else "9"


@dataclass(frozen=True, slots=True)
class Week:
    """Everything on the page.

    now       the item on the card with its completeness, or None
    new       released feedback that was not marked as read
    after     what comes, by date: ("meeting", day, module title), ("waiting", item) for which
              feedback is expected, ("work", item, …) that is due
    later     open work with a date further on, or without one
    closed    not handed in and no longer possible without a new date
    past      finished, handed in without feedback, or a preparation whose day is over
    """

    now: Item | None
    written: Completeness | None
    new: list[Item]
    after: list[tuple[Any, ...]]
    later: list[Item]
    closed: list[Item]
    past: list[Item]

    @property
    def next_day(self) -> Meeting | None:
        return next((row[1] for row in self.after if row[0] == "meeting"), None)


def week_of(institution: Institution, person: Person, at: datetime) -> Week:
    """Compose the week of a participant over all their editions."""
    enrolments = [find(institution, tuple(path.split("/"))) for path in person.enrolments]
    items = [item for enrolment in enrolments for item in _items(institution, enrolment, at)]
    now = min((item for item in items if item.rank is not None),
              key=lambda item: (item.rank, item.due), default=None)
    open_items = [item for item in items if item.row["state"] == "open" and item is not now]
    closed = [item for item in open_items if item.deadline.verdict(at) == "closed"]
    dated = [item for item in open_items if item.deadline.until and item not in closed]
    dated.sort(key=lambda item: item.due)
    return Week(
        now=now,
        written=_written(now) if now and not now.tick else None,
        new=[item for item in items if item.row.get("new")],
        after=_after(items, dated[:COMING], _meetings(enrolments, at)),
        later=dated[COMING:] + [item for item in open_items if not item.deadline.until],
        closed=[item for item in closed if not item.tick],
        past=[item for item in items if item.row["state"] in ("met", "talk", "done", "kept")]
        + [item for item in closed if item.tick],
    )


def _after(items: list[Item], dated: list[Item],
           meetings: list[tuple[Meeting, str]]) -> list[tuple[Any, ...]]:
    """Meetings, promised feedback and work that is due, in one list by date."""
    rows: list[tuple[str, tuple[Any, ...]]] = [
        (day.starts.isoformat() if day.starts else "9", ("meeting", day, title))
        for day, title in meetings]
    rows += [(item.row["promised"] or "9", ("waiting", item))
             for item in items if item.row["state"] == "submitted"]
    rows += [(item.due, ("work", item)) for item in dated]
    return _gathered([row for _date, row in sorted(rows, key=lambda pair: pair[0])])


def _gathered(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Work with nothing in between as one row: the page draws it in one go."""
    found: list[tuple[Any, ...]] = []
    for row in rows:
        if found and found[-1][0] == row[0] == "work":
            found[-1] += row[1:]
        else:
            found.append(row)
    return found


def _items(institution: Institution, enrolment: Enrolment, at: datetime) -> Iterator[Item]:
    edition = enrolment.edition
    titles = {key: spec.title for key in edition.modules if (spec := edition.module(key))}
    own = [(enrolment, path) for path in (_path(enrolment),)]
    groups = [(find(institution, tuple(path.split("/"))), path) for path in enrolment.groups]
    for holder, path in own + groups:
        rows = rows_of(holder)
        for planned in edition.plan:
            row = rows.get(planned["key"])
            if row is not None:
                module = titles.get(planned["place"], "")
                yield _item(holder, path, planned["key"], module, row, at)


def _path(enrolment: Enrolment) -> str:
    edition = enrolment.edition
    return f"programmes/{edition.programme.key}/editions/{edition.key}/enrolments/" + (
        enrolment.__name__)


def _item(holder: Any, path: str, key: str, module: str, row: dict[str, Any],
          at: datetime) -> Item:
    assignment = holder.edition.assignment(key)
    deadline = deadline_of(holder, key, row["changes"])
    tick = not assignment.report_key and assignment.kind in TICK_KINDS
    # What an add-on brought that is off now is nothing to begin with.
    rank = _rank(row, deadline, at, tick) if is_offered(holder.edition, key) else None
    return Item(key, assignment.title, module, f"/{path}/work/{key}", row, deadline, holder, tick,
                rank)


def _rank(row: dict[str, Any], deadline: Deadline, at: datetime, tick: bool) -> int | None:
    if row["state"] == "returned":
        return RETURNED
    if row["state"] != "open" or deadline.until is None or deadline.until - at > SOON:
        return None
    if tick:
        return PREPARATION if at <= deadline.until else None
    return None if deadline.verdict(at) == "closed" else DUE


def _written(item: Item) -> Completeness:
    work: Work = item.holder.work[item.key]
    return check(work.report, work.answers(), work.chosen)


def _meetings(enrolments: list[Enrolment], at: datetime) -> list[tuple[Meeting, str]]:
    days = []
    for enrolment in enrolments:
        edition = enrolment.edition
        for module in edition.modules:
            day = meeting_for(edition, enrolment, module)
            if day is not None and day.ends is not None and day.ends > at:
                spec = edition.module(module)
                days.append((day, spec.title if spec else edition.title))
    return sorted(days, key=lambda pair: pair[0].starts or at)[:MEETINGS]
