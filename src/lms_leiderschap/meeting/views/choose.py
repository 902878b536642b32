"""Letting one participant go to another meeting of a module."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound

from lms_leiderschap.enrolment.actions import choose_meeting
from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.meeting.model import Meeting, choices_of
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import ChoiceField
from lms_leiderschap.web.form import Button, FormPage, form_page
from lms_leiderschap.web.groups import FormSchema


@form_page(
    context=Enrolment,
    name="choose-meeting",
    permission=Permission.RUN_EDITION,
    renderer="lms_leiderschap.templates:web/plain_form.pt",
)
class ChooseMeeting(FormPage):
    """One choice per module that is given on several days."""

    title = _("Choose another meeting")
    buttons = (Button("choose", _("Save the choice")),)

    def schema(self) -> FormSchema:
        edition: Edition = self.context.edition
        offered = choices_of(edition)
        if not offered:
            raise HTTPNotFound
        schema = FormSchema()
        for key, days in offered.items():
            module = edition.module(key)
            schema.add(
                ChoiceField(
                    name=key,
                    title=module.title if module else key,
                    choices=[(day.__name__, self._label(day)) for day in days],
                )
            )
        return schema

    def _label(self, day: Meeting) -> str:
        when = self.request.fmt.moment(day.starts) if day.starts else ""
        return ", ".join(filter(None, (when, day.place))) or str(day.number)

    def values(self) -> dict[str, Any]:
        return {
            key: self.context.chosen_meeting(key) or days[0].__name__
            for key, days in choices_of(self.context.edition).items()
        }

    def save(self, values: dict[str, Any]) -> str:
        before = self.values()
        for module, meeting in values.items():
            if meeting != before[module]:
                choose_meeting(
                    self.context,
                    module,
                    meeting,
                    by=self.request.person.__name__,
                    at=self.request.arrived,
                )
        return str(self.request.resource_path(self.context, "manage", query={"done": "chosen"}))

    def extra(self) -> dict[str, Any]:
        return {
            "back": (self.request.resource_path(self.context, "manage"), self.context.title),
            "told": [_("What is due by the meeting moves with the choice.")],
        }
