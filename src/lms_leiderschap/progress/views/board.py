"""The board of the office: what asks for attention, then every edition."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.feedback.queue import queue
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.progress.attention import Concern, attention, editions_of
from lms_leiderschap.texts import _

NAMED = 3
PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "feedback": ("overdue", {}),
    "overdue": ("overdue", {}),
    "invitation": ("people", {"only": "invited"}),
}


@view_config(
    context=Institution,
    name="editions",
    permission=Permission.RUN_EDITION,
    request_method="GET",
    renderer="lms_leiderschap.templates:progress/board.pt",
)
def board_page(context: Institution, request: Request) -> dict[str, Any]:
    found = attention(context, request.arrived)
    return {
        "title": _("Editions"),
        "cut": found.cut,
        "roles": request.has_permission(Permission.MANAGE_ROLES, context),
        "concerns": [_row(request, concern) for concern in found.concerns],
        "editions": [_edition(context, request, edition) for edition in editions_of(context)],
    }


def _row(request: Request, concern: Concern) -> dict[str, Any]:
    view, query = PAGES[concern.reason]
    anchor = {"anchor": "feedback"} if concern.reason == "feedback" else {}
    return {
        "reason": concern.reason,
        "edition": concern.edition.title,
        "since": concern.since,
        "names": ", ".join(concern.names[:NAMED]),
        "more": len(concern.names[NAMED:]),
        "url": request.resource_path(concern.edition, view, query=query, **anchor),
    }


def _edition(institution: Institution, request: Request, edition: Edition) -> dict[str, Any]:
    people = institution.people
    return {
        "title": edition.title,
        "programme": edition.programme.title,
        "url": request.resource_path(edition),
        "running": edition.state == "running",
        "participants": len(edition.by_person),
        "waiting": len(queue(edition, "waiting")),
        "teachers": ", ".join(
            sorted(people[key].given_name for key in edition.teachers if key in people)
        ),
    }
