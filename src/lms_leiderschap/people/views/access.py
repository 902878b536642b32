"""What the office does when an account is in wrong hands: end its sessions, or keep it out."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther

from lms_leiderschap.errors import Refusal
from lms_leiderschap.people.actions import block, sign_out, unblock
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.schema import ReasonSchema
from lms_leiderschap.people.session import end_all_sessions
from lms_leiderschap.permissions import Permission
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import Button, FormPage, form_page

SCHEMA = ReasonSchema()
END = Button("sign_out", _("Sign out everywhere"), "second")
BLOCK = Button("block", _("Block this account"), "second")
UNBLOCK = Button("unblock", _("Let in again"), "second")
VERBS = {"sign_out": sign_out, "block": block, "unblock": unblock}
DONE = {
    "sign_out": _("All sessions were ended."),
    "block": _("The account is blocked, and all its sessions were ended."),
    "unblock": _("This person can sign in again."),
}


@form_page(
    context=Person,
    name="access",
    permission=Permission.RUN_EDITION,
    renderer="lms_leiderschap.templates:people/access.pt",
)
class Access(FormPage):
    """Whether an account can be used. The page says how many sessions there are, not where."""

    context: Person

    def __init__(self, context: Person, request: Any) -> None:
        self.title = _("Access of ${name}", mapping={"name": context.name})
        self.buttons = (END, UNBLOCK if context.blocked else BLOCK)
        super().__init__(context, request)

    def schema(self) -> ReasonSchema:
        return SCHEMA

    def save(self, values: dict[str, Any]) -> HTTPSeeOther:
        request, person = self.request, self.context
        if self.pressed not in request.POST:  # a button of a page that was drawn before
            raise Refusal(_("The account was changed meanwhile. Look again."))
        VERBS[self.pressed](
            person, by=request.person.__name__, why=values["why"], at=request.arrived
        )
        end_all_sessions(request, person)
        return HTTPSeeOther(request.resource_path(person, "access", query={"done": self.pressed}))

    def extra(self) -> dict[str, Any]:
        request, person = self.request, self.context
        found = request.registry.side.sessions(request.entry.key, person.__name__)
        return {
            "person": person,
            "done": DONE.get(request.GET.get("done", ""), ""),
            "sessions": sum(session.counts(person, request.arrived) for session in found),
        }
