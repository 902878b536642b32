"""Adding participants from a pasted list: first what was understood, then the adding."""

from __future__ import annotations

import hashlib
from typing import Any

from pyramid.renderers import render_to_response
from pyramid.response import Response

from lms_leiderschap.enrolment.actions import invite_all
from lms_leiderschap.enrolment.admission import Checked, check_list
from lms_leiderschap.errors import Refusal
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import HiddenField, TextField
from lms_leiderschap.web.form import Button, FormPage, form_page
from lms_leiderschap.web.groups import FormSchema

PAGE = "lms_leiderschap.templates:enrolment/add_many.pt"
MOST_PEOPLE = 300
LOOK = Button("look", _("Look at the list first"))
LOOK_AGAIN = Button("look", _("Look again"), "second")


class AddManySchema(FormSchema):
    """seen  fingerprint of the text whose preview was shown"""

    people = TextField(
        title=_("List of people"),
        rows=10,
        description=_(
            "One person per line, with name and e-mail address. Copied from a spreadsheet or "
            "a mail program is fine."
        ),
    )
    seen = HiddenField()


ADD_MANY = AddManySchema()


@form_page(context=Edition, name="add-many", permission=Permission.RUN_EDITION, renderer=PAGE)
class AddMany(FormPage):
    """Nothing is saved until the list that was shown is confirmed as it was shown."""

    title = _("Add several participants")
    buttons: tuple[Button, ...] = (LOOK, Button("add", ""))
    checked: Checked | None = None

    def schema(self) -> AddManySchema:
        return ADD_MANY

    def save(self, values: dict[str, Any]) -> str | Response:
        text = values["people"]
        checked = check_list(self.context, text)
        if len(checked.lines) > MOST_PEOPLE:
            raise Refusal(
                _("Add at most ${n} people at once.", mapping={"n": MOST_PEOPLE}), "people"
            )
        if self.pressed != "add" or values["seen"] != fingerprint(text):
            return self._preview(text, checked)
        request = self.request
        invite_all(
            self.context,
            checked.to_add,
            by=request.person.__name__,
            at=request.arrived,
            notify=request.registry.notify,
        )
        number = len(checked.to_add) + checked.taking_part
        return str(request.resource_path(self.context, "people", query={"added": number}))

    def _preview(self, text: str, checked: Checked) -> Response:
        self.checked = checked
        self.form.cstruct = self.form.cstruct | {"seen": fingerprint(text)}
        add = Button("add", _("Add ${n} people", mapping={"n": len(checked.to_add)}))
        # What Enter presses comes first; a list nobody can be added from is only looked at again.
        self.buttons = (add, LOOK_AGAIN) if checked.to_add else (LOOK_AGAIN,)
        self.title = _("Check the list")
        return render_to_response(PAGE, self._draw(), request=self.request)

    def _draw(self, focus: str = "") -> dict[str, Any]:
        if self.checked is None:
            self.buttons = (LOOK,)
        return super()._draw(focus)

    def extra(self) -> dict[str, Any]:
        return {
            "back": self.request.resource_path(self.context, "people"),
            "edition": self.context,
            "checked": self.checked,
        }


def fingerprint(text: str) -> str:
    """Short enough for a hidden field; says whether a text is the one that was shown."""
    return hashlib.sha256(text.encode()).hexdigest()
