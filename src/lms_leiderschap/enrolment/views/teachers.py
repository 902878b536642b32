"""Who teaches an edition."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.enrolment.actions import invite_teacher, stop_teaching
from lms_leiderschap.enrolment.views.add import FORM
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.schema import InviteeSchema, ReasonSchema, reason_field
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import Button, FormPage, form_page


class AddTeacherSchema(InviteeSchema):
    why = reason_field()


ADD, TAKE = AddTeacherSchema(), ReasonSchema()


@view_config(
    context=Edition,
    name="teachers",
    permission=Permission.RUN_EDITION,
    request_method="GET",
    renderer="lms_leiderschap.templates:enrolment/teachers.pt",
)
def teachers_page(context: Edition, request: Request) -> dict[str, Any]:
    people = institution_of(context).people
    rows = [
        {
            "id": key,
            "name": people[key].name,
            "email": people[key].email,
            "since": datetime.fromisoformat(since),
            "invited": not people[key].password,
        }
        for key, since in context.teachers.items()
        if key in people
    ]
    return {
        "title": _("Teachers"),
        "edition": context,
        "done": request.GET.get("done", ""),
        "rows": sorted(rows, key=lambda row: row["name"]),
    }


@form_page(context=Edition, name="add-teacher", permission=Permission.RUN_EDITION, renderer=FORM)
class AddTeacher(FormPage):
    """Let somebody teach this edition."""

    title = _("Add a teacher")
    buttons = (Button("add", _("Add as teacher")),)

    def schema(self) -> AddTeacherSchema:
        return ADD

    def save(self, values: dict[str, Any]) -> str:
        request = self.request
        invite_teacher(
            self.context,
            **values,
            by=request.person.__name__,
            at=request.arrived,
            notify=request.registry.notify,
        )
        return str(request.resource_path(self.context, "teachers", query={"done": "added"}))

    def extra(self) -> dict[str, Any]:
        return {
            "back": (self.request.resource_path(self.context, "teachers"), _("Teachers")),
            "told": [
                self.context.title,
                _("Somebody without an account gets an invitation by mail."),
            ],
        }


@form_page(context=Edition, name="take-teacher", permission=Permission.RUN_EDITION, renderer=FORM)
class TakeTeacher(FormPage):
    """Take the role of teacher back; the address names the person."""

    title = _("Take the role of teacher back")
    buttons = (Button("take", _("Take the role back")),)

    def schema(self) -> ReasonSchema:
        return TAKE

    @property
    def person(self) -> Person:
        people = institution_of(self.context).people
        found: Person | None = people.get(self.request.GET.get("person", ""))
        if found is None:
            raise HTTPNotFound
        return found

    def save(self, values: dict[str, Any]) -> str:
        stop_teaching(
            self.context,
            self.person,
            by=self.request.person.__name__,
            why=values["why"],
            at=self.request.arrived,
            notify=self.request.registry.notify,
        )
        return str(self.request.resource_path(self.context, "teachers", query={"done": "taken"}))

    def extra(self) -> dict[str, Any]:
        said = _(
            "${name} no longer sees this edition and its reports. Feedback that was given stays.",
            mapping={"name": self.person.name},
        )
        return {
            "back": (self.request.resource_path(self.context, "teachers"), _("Teachers")),
            "told": [self.context.title, said],
        }
