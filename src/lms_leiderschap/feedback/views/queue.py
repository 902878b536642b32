"""The queue: everything that waits for this teacher, over all editions, oldest promise first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.feedback.queue import STATES, merged, queue, ready_by
from lms_leiderschap.feedback.titles import DECISION_TITLES
from lms_leiderschap.feedback.views.phrases import Phrases
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import find
from lms_leiderschap.store.index import Key, Row
from lms_leiderschap.submission.deadline import rule_date
from lms_leiderschap.texts import _

PAGE_ROWS = 25
SOON = timedelta(days=3)
MOST_COUNTED = 200
TABS = {
    "waiting": _("To do ${number}"),
    "ready": _("Ready, not released ${number}"),
    "released": _("Released ${number}"),
}


class Line(NamedTuple):
    """One row as the page shows it. `word` is how near the promise is, `tone` its colour class."""

    url: str
    who: str
    day: str
    date: str
    word: str
    tone: str
    title: str
    state: str
    minutes: int
    action: str


def editions_of(request: Request) -> list[Edition]:
    """The editions this person teaches."""
    return [find(request.institution, tuple(path.split("/"))) for path in request.person.teaches]


@view_config(
    context=Institution, name="queue", permission=Permission.SEE_QUEUE, request_method="GET",
    renderer="lms_leiderschap.templates:feedback/queue.pt",
)  # fmt: skip
def queue_page(context: Institution, request: Request) -> dict[str, Any]:
    editions = editions_of(request)
    if not editions:
        raise HTTPNotFound
    asked = request.GET.get("show", "")
    shown = asked if asked in STATES else "waiting"
    after = _after(request.GET.get("after", ""))
    numbers = {state: sum(len(queue(each, state)) for each in editions) for state in STATES}
    found = list(islice(merged(editions, shown, after), PAGE_ROWS + 1))
    lines = Lines(request)
    rows = [lines.line(row) for _key, row in found[:PAGE_ROWS]]
    first = rows[0] if shown == "waiting" and not after and rows else None
    return {
        "title": _("Queue"),
        "tabs": list(_tabs(lines.say, numbers, shown)),
        "lines": rows,
        "now": first,
        "begin": lines.say(_("Begin with ${name}"), name=_given(first)) if first else "",
        "ready": len(ready_by(editions, request.person.__name__)) if numbers["ready"] else 0,
        "more": _more(shown, found[PAGE_ROWS - 1][0]) if len(found) > PAGE_ROWS else "",
        "from_start": _address(shown) if after else "",
        "empty": None if rows else _empty(request, editions, shown, numbers),
        "kept": "ready" in request.GET,
    }


def _tabs(say: Phrases, numbers: dict[str, int], shown: str) -> Iterator[tuple[str, str, Any]]:
    for state, words in TABS.items():
        current = "true" if state == shown else None
        yield _address(state), say(words, number=numbers[state]), current


def _address(shown: str, **query: str) -> str:
    asked = ({"show": shown} if shown != "waiting" else {}) | query
    return "/queue" + ("?" + urlencode(asked) if asked else "")


def _more(shown: str, last: Key) -> str:
    return _address(shown, after="~".join(last))


def _after(text: str) -> Key | None:
    moment, tilde, name = text.partition("~")
    return (moment, name) if tilde and name else None


def _given(line: Line) -> str:
    return line.who.split(" ")[0]


class Lines:
    """Rows of the covering lists in the words of this page.

    Many rows share their promise and their state: each is put into words once.
    """

    def __init__(self, request: Request) -> None:
        self.say, self._fmt, self._now = Phrases(request), request.fmt, request.arrived
        self._me, self._people = request.person.__name__, request.institution.people
        self._names: dict[str, str] = {}
        self._promises: dict[str, tuple[str, str, str, str]] = {}
        self._states: dict[tuple[Any, ...], str] = {}

    def line(self, row: Row) -> Line:
        day, date, word, tone = self._promise(row["promised"])
        decided = "decision" in row
        mine = row.get("by") == self._me and not decided
        return Line(
            f"/{row['path']}",
            row["who"],
            day,
            date,
            "" if decided else word,
            tone,
            row["assignment"],
            self._state(row),
            row["minutes"],
            self.say(_("Continue") if mine else _("Open")),
        )

    def _promise(self, promised: str) -> tuple[str, str, str, str]:
        """Day, ISO date, how near it is, and the colour of that word."""
        if promised not in self._promises:
            moment, now = datetime.fromisoformat(promised), self._now
            late = moment < now
            word = self._fmt.late(moment, now) if late else self._fmt.left(moment, now)
            tone = "wrong" if late else "soon" if moment - now <= SOON else ""
            date = self._fmt.local(moment).date().isoformat()
            self._promises[promised] = (self._fmt.day(moment), date, word, tone)
        return self._promises[promised]

    def _state(self, row: Row) -> str:
        asked = ("number", "changed", "late", "by", "remarks", "decision")
        state = tuple(map(row.get, asked))
        if state not in self._states:
            self._states[state] = ", ".join(self._words(row))
        return self._states[state]

    def _words(self, row: Row) -> Iterator[str]:
        yield self.say(_("version ${number}"), number=row["number"])
        if row["changed"]:
            yield self.say.counted(
                _("1 paragraph different"), _("${number} paragraphs different"), row["changed"]
            )
        if row["late"]:
            yield self.say(_("handed in late"))
        if by := row.get("by"):
            yield from self._feedback(row, by)

    def _feedback(self, row: Row, by: str) -> Iterator[str]:
        if decision := row.get("decision"):
            yield self.say(DECISION_TITLES[decision])
        elif by == self._me:
            yield self.say(_("begun"))
        if by != self._me:
            begun, ready = _("${name} has begun"), _("by ${name}")
            yield self.say(ready if decision else begun, name=self._name(by))
        elif row["remarks"]:
            yield self.say.counted(_("1 remark"), _("${number} remarks"), row["remarks"])

    def _name(self, person_id: str) -> str:
        if person_id not in self._names:
            person = self._people.get(person_id)
            self._names[person_id] = person.given_name if person else self.say(_("a colleague"))
        return self._names[person_id]


def _empty(
    request: Request, editions: list[Edition], shown: str, numbers: dict[str, int]
) -> dict[str, Any]:
    """Why there is nothing, and when there will be."""
    if shown != "waiting":
        return {"kind": shown}
    upcoming = [date for each in editions if (date := _next_date(each, request.arrived))]
    until, key, edition = min(upcoming, key=lambda date: date[0], default=(None, "", None))
    kind = "all_done" if any(numbers.values()) else "none_yet"
    found = {"kind": kind, "until": until, "participants": 0, "begun": 0}
    if edition is not None:
        found["participants"] = len(edition.enrolments)
        found["begun"] = _begun(edition, key) if kind == "none_yet" else 0
    return found


def _next_date(edition: Edition, now: datetime) -> tuple[datetime, str, Edition] | None:
    """The next day by which something with feedback is due, as the rule of the edition says."""
    example = next(edition.enrolments.values(), None)
    if example is None:
        return None
    dates = [
        (date, planned["key"], edition)
        for planned in edition.plan
        if edition.assignment(planned["key"]).feedback_required
        and (date := rule_date(edition, example, planned["key"]))
        and date > now
    ]
    return min(dates, key=lambda date: date[0], default=None)


def _begun(edition: Edition, key: str) -> int:
    """How many of the first participants have written something; a large edition is not counted."""
    works = (each.work.get(key) for each in islice(edition.enrolments.values(), MOST_COUNTED))
    return sum(bool(work is not None and work.parts) for work in works)
