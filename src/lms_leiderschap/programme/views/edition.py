"""The first page of an edition: its modules with their dates, and its people by name and number."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition


@view_config(
    context=Edition,
    permission=Permission.SEE_EDITION,
    request_method="GET",
    renderer="lms_leiderschap.templates:programme/edition.pt",
)
def edition_page(context: Edition, request: Request) -> dict[str, Any]:
    """Teachers of the edition and the office see it."""
    people = institution_of(context).people
    days: dict[str, list[Any]] = {}
    for day in sorted(context.meetings.values(), key=lambda day: day.number):
        days.setdefault(day.module, []).append(day)
    modules = [
        (module.title if (module := context.module(key)) else key, days.pop(key, []))
        for key in context.modules
    ]
    return {
        "title": context.title,
        "edition": context,
        "programme": context.programme.title,
        "modules": modules,
        "days": [day for left in days.values() for day in left],
        "teachers": sorted(people[key].name for key in context.teachers if key in people),
        "participants": len(context.by_person),
        "runs": request.has_permission(Permission.RUN_EDITION, context),
        "teaches": request.person.__name__ in context.teachers,
    }
