"""Links by mail: asking for one, and using it up with one press of a button.

Opening a link does nothing: mail programs open links too.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.people.actions import (
    ask_link_at,
    person_of_link,
    set_password,
    use_link,
)
from lms_leiderschap.people.counted import CountedPage
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.schema import AddressSchema, NewPasswordSchema, NothingSchema
from lms_leiderschap.people.session import begin_session, renew_session
from lms_leiderschap.texts import _
from lms_leiderschap.web.errors import error_page
from lms_leiderschap.web.form import Button, FormPage, form_page
from lms_leiderschap.web.security import HOME

PUBLIC: dict[str, Any] = {"context": Institution, "permission": NO_PERMISSION_REQUIRED}
ASK = "lms_leiderschap.templates:people/ask_link.pt"
LINK = "lms_leiderschap.templates:people/link.pt"
ADDRESS, NOTHING, NEW_PASSWORD = AddressSchema(), NothingSchema(), NewPasswordSchema()


class AskLink(CountedPage):
    """Have a link mailed. The answer is the same for an address that nobody has, and so is the
    work: something is put into the outbox, and whoever delivers it finds nobody."""

    kind: ClassVar[str]
    limits: ClassVar[tuple[str, ...]]
    buttons = (Button("send", _("Send the link")),)

    def schema(self) -> AddressSchema:
        return ADDRESS

    def extra(self) -> dict[str, Any]:
        return {"kind": self.kind}

    def save(self, values: dict[str, Any]) -> str:
        for limit in self.limits:
            self.count(limit, values["email"])
        request = self.request
        ask_link_at(
            request.institution,
            values["email"],
            self.kind,
            at=request.arrived,
            notify=request.registry.notify,
        )
        return "/link-sent"


@form_page(name="sign-in-link", renderer=ASK, **PUBLIC)
class AskSignInLink(AskLink):
    title = _("Sign in with a link")
    kind, limits = "sign_in", ("login_link",)


@form_page(name="forgot-password", renderer=ASK, **PUBLIC)
class ForgotPassword(AskLink):
    title = _("Choose a new password")
    # The count per network is that of the login link: nobody tries addresses by the hundred.
    kind, limits = "reset", ("login_link", "reset")


@view_config(
    name="link-sent",
    renderer="lms_leiderschap.templates:people/link_sent.pt",
    request_method="GET",
    **PUBLIC,
)
def link_sent(_context: Institution, _request: Request) -> dict[str, Any]:
    return {"title": _("Look in your mailbox")}


class LinkPage(FormPage):
    """What a link of one kind opens: /link/<kind>/<token>."""

    kind: ClassVar[str]
    person: Person

    def __call__(self) -> dict[str, Any] | Response:
        person = person_of_link(self.context, self.token, self.kind, at=self.request.arrived)
        if person is None:
            return error_page(
                self.request,
                410,
                _("This link no longer works"),
                _("A link works once and for a limited time. Ask for a new one."),
            )
        self.person = person
        return super().__call__()

    @property
    def token(self) -> str:
        # "/link/reset/.." walks up again: nothing is left of it here.
        return "".join(self.request.subpath[-1:])

    def used(self) -> Person:
        return use_link(self.context, self.token, self.kind, at=self.request.arrived)

    def extra(self) -> dict[str, Any]:
        return {"kind": self.kind, "person": self.person}


@form_page(name="link", path_info="^/link/sign_in/[^/]+$", renderer=LINK, **PUBLIC)
class SignInLink(LinkPage):
    title = _("Sign in")
    kind = "sign_in"
    buttons = (Button("sign_in", _("Sign in")),)

    def schema(self) -> NothingSchema:
        return NOTHING

    def save(self, values: dict[str, Any]) -> Response:
        return HTTPSeeOther(HOME, headers=begin_session(self.request, self.used(), "login_link"))


class PasswordLink(LinkPage):
    """A link that lets a person choose a password; whoever was signed in as them is out."""

    buttons = (Button("choose", _("Save password and sign in")),)

    def schema(self) -> NewPasswordSchema:
        return NEW_PASSWORD

    def save(self, values: dict[str, Any]) -> Response:
        person = self.used()
        set_password(person, values["password"], by=person.__name__, at=self.request.arrived)
        return HTTPSeeOther(HOME, headers=renew_session(self.request, person, self.kind))


@form_page(name="link", path_info="^/link/reset/[^/]+$", renderer=LINK, **PUBLIC)
class ResetLink(PasswordLink):
    title = _("Choose a new password")
    kind = "reset"


@form_page(name="link", path_info="^/link/invitation/[^/]+$", renderer=LINK, **PUBLIC)
class InvitationLink(PasswordLink):
    title = _("Welcome")
    kind = "invitation"
