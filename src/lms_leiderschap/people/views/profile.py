"""One's own profile: how pages look and speak, and the password."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.people.actions import set_password, set_profile
from lms_leiderschap.people.counted import CountedPage
from lms_leiderschap.people.passwords import verify_password
from lms_leiderschap.people.schema import DEVICE, ChangePasswordSchema, ProfileSchema
from lms_leiderschap.people.session import renew_session
from lms_leiderschap.permissions import Permission
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import Button, FormPage, form_page
from lms_leiderschap.web.layout import THEME_COOKIE, theme_of

PROFILE, PASSWORD = ProfileSchema(), ChangePasswordSchema()
AS_PROGRAMME = "as-programme"
ONE_YEAR = 31_536_000


@form_page(
    context=Institution,
    name="profile",
    permission=Permission.SEE_OWN,
    renderer="lms_leiderschap.templates:people/profile.pt",
)
class Profile(FormPage):
    """How pages look and speak to who is asking."""

    title = _("Your profile")

    def schema(self) -> ProfileSchema:
        return PROFILE

    def values(self) -> dict[str, Any]:
        person = self.request.person
        return {
            "language": person.language,
            "address": person.address or AS_PROGRAMME,
            "appearance": theme_of(self.request) or DEVICE,
        }

    def save(self, values: dict[str, Any]) -> Response:
        person = self.request.person
        address = "" if values["address"] == AS_PROGRAMME else values["address"]
        set_profile(
            person,
            address=address,
            language=values["language"],
            by=person.__name__,
            at=self.request.arrived,
        )
        return wearing(HTTPSeeOther("/profile?saved=1"), values["appearance"])

    def extra(self) -> dict[str, Any]:
        return {"person": self.request.person, "saved": "saved" in self.request.GET}


def wearing(response: Response, appearance: str) -> Response:
    """Have this device remember light or dark; what it does itself needs no cookie."""
    if appearance == DEVICE:
        response.delete_cookie(THEME_COOKIE, path="/")
    else:
        response.set_cookie(
            THEME_COOKIE, appearance, max_age=ONE_YEAR, path="/", httponly=True, samesite="Lax"
        )
    return response


@form_page(
    context=Institution,
    name="change-password",
    permission=Permission.SEE_OWN,
    renderer="lms_leiderschap.templates:people/password.pt",
)
class ChangePassword(CountedPage):
    """Another password; all other sessions end and this one gets a new token."""

    title = _("Change password")
    buttons = (Button("change", _("Change password")),)

    def schema(self) -> ChangePasswordSchema:
        return PASSWORD

    def save(self, values: dict[str, Any]) -> Response:
        person = self.request.person
        self.count("sign_in_known", person.__name__)
        if not verify_password(person.password, values["current"]):
            raise Refusal(_("This is not your current password."), "current")
        self.give_back("sign_in_known", person.__name__)
        set_password(person, values["password"], by=person.__name__, at=self.request.arrived)
        headers = renew_session(self.request, person, "password")
        return HTTPSeeOther("/profile?saved=1", headers=headers)
