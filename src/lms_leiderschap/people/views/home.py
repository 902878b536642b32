"""The start page: everybody goes to what they came for."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.people.model import Person
from lms_leiderschap.permissions import Role


@view_config(context=Institution, permission=NO_PERMISSION_REQUIRED, request_method="GET")
def home(context: Institution, request: Request) -> HTTPSeeOther:
    if request.person is not None:
        return HTTPSeeOther(start_of(request.person))
    return HTTPSeeOther("/demo" if request.registry.lms.demo else "/sign-in")


def start_of(person: Person) -> str:
    """Who learns and teaches too comes as a participant; teaching stands in the menu."""
    if person.enrolments:
        return "/week"
    if person.teaches:
        return "/queue"
    if person.has_role(Role.OFFICE):
        return "/editions"
    return "/addons" if person.has_role(Role.ADMIN) else "/profile"
