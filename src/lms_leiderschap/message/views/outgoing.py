"""Mail that has not left: what waits, and what somebody has to decide about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.message.actions import mail_in, send_again, throw_away
from lms_leiderschap.message.delivery import BAD_ADDRESS
from lms_leiderschap.message.mail import localizer_for, subject_of
from lms_leiderschap.permissions import Permission
from lms_leiderschap.texts import _
from lms_leiderschap.web.errors import error_page

SHOWN = 200
STATES = {
    "unsure": _("May have arrived"),
    "refused": _("Refused"),
    "waiting": _("Waits"),
    "sending": _("Is being sent"),
}
ORDER = tuple(STATES)


@dataclass(frozen=True, slots=True)
class Line:
    """One mail as the page shows it. `idle` says whether something can be done with it."""

    number: int
    who: str
    subject: str
    since: datetime
    state: str
    why: str

    @property
    def idle(self) -> bool:
        return self.state != "sending"


@view_config(
    context=Institution,
    name="mail",
    permission=Permission.RUN_EDITION,
    renderer="lms_leiderschap.templates:message/outgoing.pt",
    request_method="GET",
)
def outgoing_page(institution: Institution, request: Request) -> dict[str, Any]:
    known = [pair for pair in mail_in(institution) if pair[1]["data"]["to"] in institution.people]
    found = sorted(known, key=_decisions_first)
    return {
        "title": request.localizer.translate(_("Outgoing mail")),
        "states": STATES,
        "lines": [_line(number, item, request) for number, item in found[:SHOWN]],
        "more": max(0, len(found) - SHOWN),
    }


@view_config(
    context=Institution, name="mail", permission=Permission.RUN_EDITION, request_method="POST"
)
def decide(institution: Institution, request: Request) -> Response:
    """Send one mail again or throw it away."""
    verbs = {"again": send_again, "away": throw_away}
    try:
        number, verb = int(request.POST["number"]), verbs[request.POST["do"]]
    except (KeyError, ValueError, TypeError) as error:
        raise HTTPBadRequest from error
    try:
        verb(institution, number, by=request.person.__name__, at=request.arrived)
    except Refusal as refusal:
        return error_page(request, 409, _("This did not work"), refusal.message)
    return HTTPSeeOther("/mail")


def _decisions_first(found: tuple[int, Mapping[str, Any]]) -> tuple[int, str]:
    return ORDER.index(found[1]["state"]), found[1]["at"]


def _line(number: int, item: Mapping[str, Any], request: Request) -> Line:
    data, institution = item["data"], request.institution
    translate = localizer_for(request.registry, data["locale"]).translate
    return Line(
        number,
        institution.people[data["to"]].name,
        subject_of(data, institution, translate),
        datetime.fromisoformat(item["at"]),
        item["state"],
        _why(item, request),
    )


def _why(item: Mapping[str, Any], request: Request) -> str:
    why: str = item.get("why", "")
    if why == BAD_ADDRESS:
        why = _("This is not an address that mail can go to.")
    elif not why and item["state"] == "unsure":
        why = _("Sending it was interrupted.")
    return request.localizer.translate(why) if why else ""
