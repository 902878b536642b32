"""Adding participants: one by e-mail address."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.enrolment.actions import invite
from lms_leiderschap.people.actions import normal_email
from lms_leiderschap.people.schema import InviteeSchema
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import Button, FormPage, form_page

FORM = "lms_leiderschap.templates:web/plain_form.pt"

ADD = InviteeSchema()


@form_page(context=Edition, name="add", permission=Permission.RUN_EDITION, renderer=FORM)
class Add(FormPage):
    """Add one participant; sent twice it is still one, and the same page comes back."""

    title = _("Add a participant")
    buttons = (Button("add", _("Add and invite")),)

    def schema(self) -> InviteeSchema:
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
