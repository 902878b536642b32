"""My week."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.permissions import Permission
from lms_leiderschap.progress.thread import thread_of
from lms_leiderschap.progress.week import week_of
from lms_leiderschap.store.folder import find
from lms_leiderschap.texts import _


@view_config(context=Institution, name="week", permission=Permission.SEE_OWN,
             request_method="GET", renderer="lms_leiderschap.templates:progress/week.pt")
def week_page(context: Institution, request: Request) -> dict[str, Any]:
    person = request.person
    return {"title": _("My week"), "week": week_of(context, person, request.arrived),
            "editions": [find(context, tuple(path.split("/"))).edition
                         for path in person.enrolments],
            "name": person.given_name, "at": request.arrived,
            "moment": datetime.fromisoformat}


@view_config(context=Institution, name="thread", permission=Permission.SEE_OWN,
             request_method="GET")
def own_thread(context: Institution, request: Request) -> HTTPSeeOther:
    """The thread of the enrolment this person has; of several, the first."""
    path = next(iter(request.person.enrolments), None)
    return HTTPSeeOther(f"/{path}/thread" if path else "/week")


@view_config(context=Enrolment, name="thread", permission=Permission.READ_WORK,
             request_method="GET", renderer="lms_leiderschap.templates:progress/thread.pt")
def thread_page(context: Enrolment, request: Request) -> dict[str, Any]:
    others = [(f"/{path}/thread", title) for path, title in request.person.enrolments.items()
              if not path.endswith(context.__name__)]
    elsewhere = {"certificate": request.localizer.translate(_("the certificate")),
                 "development_plan": request.localizer.translate(_("the development plan"))}
    return {"title": _("Thread"), "edition": context.edition,
            "stages": thread_of(context, elsewhere),
            "intentions": list(request.person.plan.values()), "others": others,
            "moment": datetime.fromisoformat}
