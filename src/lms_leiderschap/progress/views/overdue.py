"""What is past its date in one edition: work not handed in, and feedback later than promised."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.progress.attention import broken_promises
from lms_leiderschap.progress.standing import Dates, Late, holders_of
from lms_leiderschap.texts import _

MOST = 300


@view_config(
    context=Edition,
    name="overdue",
    permission=Permission.RUN_EDITION,
    request_method="GET",
    renderer="lms_leiderschap.templates:progress/overdue.pt",
)
def overdue_page(context: Edition, request: Request) -> dict[str, Any]:
    late = late_in(context, request.arrived)
    promises = list(islice(broken_promises(context, request.arrived), MOST + 1))
    return {
        "title": _("Overdue"),
        "edition": context,
        "at": request.arrived,
        "most": MOST,
        "done": request.GET.get("done", ""),
        "number": len(late),
        "assignments": _by_assignment(context, request, late[:MOST]),
        "promises": [_promise(context, row) for row in promises[:MOST]],
        "cut": len(late) > MOST or len(promises) > MOST,
    }


def late_in(edition: Edition, at: datetime) -> list[Late]:
    """Everything past its date, in the order of the plan, oldest first; a group's work once."""
    dates, found = Dates(edition), {}
    for enrolment in edition.enrolments.values():
        for holder in holders_of(edition, enrolment):
            for late in dates.late(holder, at):
                found[late.key, holder.__name__] = late
    order = {planned["key"]: place for place, planned in enumerate(edition.plan)}
    return sorted(found.values(), key=lambda late: (order[late.key], late.until))


def _by_assignment(
    edition: Edition, request: Request, found: list[Late]
) -> list[tuple[str, list[dict[str, Any]]]]:
    sections: dict[str, list[dict[str, Any]]] = {}
    for late in found:
        own = isinstance(late.holder, Enrolment)
        sections.setdefault(late.key, []).append(
            {
                "who": late.holder.title,
                "until": late.until,
                "url": request.resource_path(late.holder, "manage") if own else "",
                "give": request.resource_path(late.holder, "work", late.key, "give-date"),
            }
        )
    return [(edition.assignment(key).title, rows) for key, rows in sections.items()]


def _promise(edition: Edition, row: dict[str, Any]) -> dict[str, Any]:
    """Who waits for what, and who has begun; nothing of what was written."""
    teacher = institution_of(edition).people.get(row.get("by", ""))
    return {
        "who": row["who"],
        "assignment": row["assignment"],
        "promised": datetime.fromisoformat(row["promised"]),
        "at": datetime.fromisoformat(row["at"]),
        "teacher": teacher.name if teacher else "",
    }
