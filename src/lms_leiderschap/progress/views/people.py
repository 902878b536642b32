"""The participants of an edition, and one of them with the dates of their work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from lms_leiderschap.enrolment.actions import invite_again
from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.meeting.model import choices_of
from lms_leiderschap.people.model import Person
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.progress.standing import (
    NOT_HANDED_IN,
    STATES,
    Dates,
    holders_of,
    in_words,
)
from lms_leiderschap.submission.rows import rows_of
from lms_leiderschap.texts import _
from lms_leiderschap.web.cleaning import clean_line
from lms_leiderschap.web.saving import disposition
from lms_leiderschap.web.tables import MEDIA_TYPE, export_rows

A_PAGE = 50


@view_config(
    context=Edition,
    name="people",
    permission=Permission.RUN_EDITION,
    request_method="GET",
    renderer="lms_leiderschap.templates:progress/people.pt",
)
def people_page(context: Edition, request: Request) -> dict[str, Any]:
    wanted, only = clean_line(request.GET.get("q", "")), request.GET.get("only", "")
    found = sorted(_found(context, wanted.casefold(), only == "invited"), key=_sort_name)
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(_number(request.GET.get("page", "")) or 1, pages)
    dates = Dates(context)
    shown = found[(page - 1) * A_PAGE : page * A_PAGE]
    return {
        "title": _("Participants"),
        "edition": context,
        "q": wanted,
        "only": only,
        "total": len(context.by_person),
        "number": len(found),
        "page": page,
        "pages": pages,
        "added": _number(request.GET.get("added", "")),
        "done": request.GET.get("done", ""),
        "rows": [_row(context, request, dates, person) for person in shown],
    }


@view_config(context=Edition, name="people-table", permission=Permission.RUN_EDITION,
             request_method="GET")  # fmt: skip
def people_table(context: Edition, request: Request) -> Response:
    """The same rows for a spreadsheet, everybody in one."""
    dates, translate = Dates(context), request.localizer.translate
    heads = (_("Name"), _("E-mail address"), _("Work"))
    found = (_row(context, request, dates, person)
             for person in sorted(_found(context, "", False), key=_sort_name))  # fmt: skip
    cells = ([row["name"], row["email"], ", ".join(map(translate, row["words"]))] for row in found)
    response = Response(export_rows([list(map(translate, heads)), *cells]))
    response.content_type, response.charset = MEDIA_TYPE, "utf-8"
    name = f"{context.programme.key}-{context.key}.csv"
    response.headers["Content-Disposition"] = disposition(name)
    return response


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _found(edition: Edition, wanted: str, invited: bool) -> Iterator[Person]:
    people = institution_of(edition).people
    for person_id in edition.by_person:
        person = people[person_id]
        if invited and person.password:
            continue
        if wanted in person.name.casefold() or wanted in person.email:
            yield person


def _sort_name(person: Person) -> tuple[str, str]:
    """By family name without its prefix: "de Wit" stands with the W."""
    words = person.family_name.split()
    while len(words) > 1 and not words[0][0].isupper():
        words.pop(0)
    return " ".join(words).casefold(), person.given_name.casefold()


def _row(edition: Edition, request: Request, dates: Dates, person: Person) -> dict[str, Any]:
    enrolment = edition.enrolments[edition.by_person[person.__name__]]
    holders = list(holders_of(edition, enrolment))
    return {
        "name": person.name,
        "email": person.email,
        "invited": not person.password,
        "url": request.resource_path(enrolment, "manage"),
        "words": in_words(dates, rows_of(enrolment)),
        "late": sum(1 for holder in holders for _late in dates.late(holder, request.arrived)),
    }


@view_config(
    context=Enrolment,
    name="manage",
    permission=Permission.RUN_EDITION,
    request_method="GET",
    renderer="lms_leiderschap.templates:progress/manage.pt",
)
def manage_page(context: Enrolment, request: Request) -> dict[str, Any]:
    """Titles, states and dates only: the office does not see what people write."""
    edition, dates = context.edition, Dates(context.edition)
    works = [
        row for holder in holders_of(edition, context) for row in _works(request, dates, holder)
    ]
    return {
        "title": context.title,
        "edition": edition,
        "person": context.person,
        "since": context.since,
        "works": works,
        "done": request.GET.get("done", ""),
        "chooses": bool(choices_of(edition)),
        "states": STATES,
    }


def _works(request: Request, dates: Dates, holder: Any) -> Iterator[dict[str, Any]]:
    rows, edition, at = rows_of(holder), dates.edition, request.arrived
    for planned in edition.plan:
        key = planned["key"]
        if key not in rows:
            continue
        row, module = rows[key], edition.module(planned["place"])
        until = dates.until(holder, key, row["changes"])
        late = key in dates.handed_in and row["state"] in NOT_HANDED_IN
        yield {
            "title": edition.assignment(key).title,
            "module": module.title if module else "",
            "state": row["state"],
            "until": until,
            "first": dates.first(holder, key) if row["changes"] else None,
            "late": bool(until and late and until < at),
            "url": request.resource_path(holder, "work", key, "give-date"),
        }


@view_config(
    context=Enrolment, name="invite-again", permission=Permission.RUN_EDITION, request_method="POST"
)
def send_invitation(context: Enrolment, request: Request) -> HTTPSeeOther:
    """Mail another invitation to somebody who has not signed in yet."""
    try:
        invite_again(
            context, by=request.person.__name__, at=request.arrived, notify=request.registry.notify
        )
    except Refusal:  # they chose a password meanwhile: nothing to send, and the page shows it
        return HTTPSeeOther(request.resource_path(context, "manage"))
    return HTTPSeeOther(request.resource_path(context, "manage", query={"done": "invited"}))
