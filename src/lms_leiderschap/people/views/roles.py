"""Who runs the institution: giving and taking the roles that hold everywhere in it."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.people.actions import invite_to_role, take_role
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.schema import InviteeSchema, ReasonSchema, reason_field
from lms_leiderschap.permissions import Permission, Role
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import ChoiceField
from lms_leiderschap.web.form import Button, FormPage, form_page

ROLES = {Role.OFFICE.value: _("Programme office"), Role.ADMIN.value: _("Administrator")}
HINTS = {
    Role.OFFICE.value: _("Adds people, changes dates and sees who is overdue."),
    Role.ADMIN.value: _("Does this too, gives roles, reads the log and switches add-ons."),
}
FORM = "lms_leiderschap.templates:web/plain_form.pt"


@view_config(
    context=Institution,
    name="roles",
    permission=Permission.MANAGE_ROLES,
    request_method="GET",
    renderer="lms_leiderschap.templates:institution/roles.pt",
)
def roles_page(context: Institution, request: Request) -> dict[str, Any]:
    people = [
        (person, names)
        for person_id, names in context.staff.items()
        if (person := context.people.get(person_id))
    ]
    rows = [
        {
            "id": person.__name__,
            "name": person.name,
            "email": person.email,
            "role": role,
            "label": ROLES[role],
            "invited": not person.password,
        }
        for role in ROLES
        for person, names in people
        if role in names
    ]
    return {
        "title": _("Roles"),
        "done": request.GET.get("done", ""),
        "rows": sorted(rows, key=lambda row: (row["role"], row["name"])),
    }


class GiveRoleSchema(InviteeSchema):
    role = ChoiceField(
        title=_("Role"), choices=[(role, label, HINTS[role]) for role, label in ROLES.items()]
    )
    why = reason_field()


GIVE = GiveRoleSchema()


@form_page(context=Institution, name="give-role", permission=Permission.MANAGE_ROLES, renderer=FORM)
class GiveRole(FormPage):
    """Give a role by e-mail address; who is new gets an invitation."""

    title = _("Give a role")
    buttons = (Button("give", _("Give the role")),)

    def schema(self) -> GiveRoleSchema:
        return GIVE

    def save(self, values: dict[str, Any]) -> str:
        request = self.request
        values["role"] = Role(values["role"])
        invite_to_role(
            self.context,
            **values,
            by=request.person.__name__,
            at=request.arrived,
            notify=request.registry.notify,
        )
        return "/roles?done=given"

    def extra(self) -> dict[str, Any]:
        return {
            "back": ("/roles", _("Roles")),
            "told": [_("Somebody without an account gets an invitation by mail.")],
        }


TAKE = ReasonSchema()


@form_page(context=Institution, name="take-role", permission=Permission.MANAGE_ROLES, renderer=FORM)
class TakeRole(FormPage):
    """Take a role back; the address names the person and the role."""

    title = _("Take a role back")
    buttons = (Button("take", _("Take the role back")),)

    def schema(self) -> ReasonSchema:
        return TAKE

    @property
    def person(self) -> Person:
        person: Person | None = self.context.people.get(self.request.GET.get("person", ""))
        if person is None or self.role not in ROLES:
            raise HTTPNotFound
        return person

    @property
    def role(self) -> str:
        return str(self.request.GET.get("role", ""))

    def save(self, values: dict[str, Any]) -> str:
        take_role(
            self.person,
            Role(self.role),
            by=self.request.person.__name__,
            why=values["why"],
            at=self.request.arrived,
        )
        return "/roles?done=taken"

    def extra(self) -> dict[str, Any]:
        translate = self.request.localizer.translate
        said = _(
            "${name} is now: ${role}.",
            mapping={"name": self.person.name, "role": translate(ROLES[self.role])},
        )
        return {"back": ("/roles", _("Roles")), "told": [said]}
