"""Where somebody is signed in, and ending it there."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.people.session import end_other_sessions
from lms_leiderschap.permissions import Permission
from lms_leiderschap.store.side import Session
from lms_leiderschap.texts import _

PAGE = "/sessions?done="
METHODS = {
    "password": _("with a password"),
    "login_link": _("with a login link"),
    "reset": _("with a new password"),
    "invitation": _("with an invitation"),
}


@view_config(
    context=Institution,
    name="sessions",
    permission=Permission.SEE_OWN,
    request_method="GET",
    renderer="lms_leiderschap.templates:people/sessions.pt",
)
def sessions_page(_context: Institution, request: Request) -> dict[str, Any]:
    """The sessions of who is asking, this one first and then the last used."""
    found = request.registry.side.sessions(request.entry.key, request.person.__name__)
    alive = [session for session in found if session.counts(request.person, request.arrived)]
    here = request.web_session.id
    alive.sort(key=lambda session: (session.id == here, session.seen), reverse=True)
    return {
        "title": _("Where you are signed in"),
        "done": request.GET.get("done", ""),
        "sessions": [_row(session, session.id == here) for session in alive],
    }


def _row(session: Session, here: bool) -> dict[str, Any]:
    return {
        "id": session.id,
        "device": session.device,
        "begun": session.begun,
        "seen": session.seen,
        "method": METHODS.get(session.method, ""),
        "here": here,
    }


@view_config(
    context=Institution, name="end-session", permission=Permission.SEE_OWN, request_method="POST"
)
def end_session(_context: Institution, request: Request) -> HTTPSeeOther:
    """End one session; the name of somebody else's ends nothing."""
    side, name = request.registry.side, request.POST.get("session", "")
    if isinstance(name, str):
        side.end_session_named(request.entry.key, request.person.__name__, name)
    return HTTPSeeOther(PAGE + "one")


@view_config(
    context=Institution, name="end-sessions", permission=Permission.SEE_OWN, request_method="POST"
)
def end_sessions(_context: Institution, request: Request) -> HTTPSeeOther:
    end_other_sessions(request)
    return HTTPSeeOther(PAGE + "others")
