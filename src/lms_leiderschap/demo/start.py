"""The pages that exist only with the demo setting: choose an account with one click."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.security import NO_PERMISSION_REQUIRED

from lms_leiderschap.demo.make import accounts, read
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.people.session import begin_session


def accounts_page(context: Institution, request: Request) -> dict[str, Any]:
    """Everybody of the demo with what they show."""
    return {"title": "Demo", "accounts": accounts(context, request.registry.demo_people)}


def enter(context: Institution, request: Request) -> HTTPSeeOther:
    """Sign in as one of the demo accounts."""
    name = request.POST.get("person", "")
    person = context.people.get(name) if isinstance(name, str) else None
    if person is None:
        raise HTTPNotFound
    return HTTPSeeOther("/", headers=begin_session(request, person, "demo"))


def includeme(config: Any) -> None:
    config.registry.demo_people = read("people.toml")
    config.add_view(accounts_page, context=Institution, name="demo", request_method="GET",
                    permission=NO_PERMISSION_REQUIRED,
                    renderer="lms_leiderschap.templates:demo/accounts.pt")
    config.add_view(enter, context=Institution, name="demo", request_method="POST",
                    permission=NO_PERMISSION_REQUIRED)
