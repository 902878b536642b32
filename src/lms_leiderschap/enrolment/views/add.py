"""Adding participants: one by e-mail address."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.enrolment.actions import invite
from lms_leiderschap.people.actions import normal_email
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import EmailField, LineField
from lms_leiderschap.web.form import Button, FormPage, form_page
from lms_leiderschap.web.groups import FormSchema

FORM = "lms_leiderschap.templates:web/plain_form.pt"


class AddSchema(FormSchema):
    email = EmailField(title=_("E-mail address"), autocomplete="off")
    given_name = LineField(
        title=_("Given name"),
        missing="",
        width="mid",
        longest=100,
        description=_("Needed for somebody who has no account yet."),
    )
    family_name = LineField(title=_("Family name"), missing="", width="mid", longest=100)


ADD = AddSchema()


@form_page(context=Edition, name="add", permission=Permission.RUN_EDITION, renderer=FORM)
class Add(FormPage):
    """Add one participant; sent twice it is still one, and the same page comes back."""

    title = _("Add a participant")
    buttons = (Button("add", _("Add and invite")),)

    def schema(self) -> AddSchema:
        return ADD

    def save(self, values: dict[str, Any]) -> str:
        request = self.request
        invite(
            self.context,
            **values,
            by=request.person.__name__,
            at=request.arrived,
            notify=request.registry.notify,
        )
        query = {"q": normal_email(values["email"]), "done": "added"}
        return str(request.resource_path(self.context, "people", query=query))

    def extra(self) -> dict[str, Any]:
        return {
            "back": (self.request.resource_path(self.context, "people"), _("Participants")),
            "told": [
                self.context.title,
                _("Somebody without an account gets an invitation by mail."),
            ],
        }
