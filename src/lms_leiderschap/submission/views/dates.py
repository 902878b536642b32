"""Giving one participant, or one group, more time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.permissions import Permission
from lms_leiderschap.submission.actions import give_date
from lms_leiderschap.submission.deadline import LAST_MINUTE
from lms_leiderschap.submission.model import Work
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import DateField, TextField, TimeField
from lms_leiderschap.web.form import Button, FormPage, form_page
from lms_leiderschap.web.formats import parse_local
from lms_leiderschap.web.groups import FormSchema


class GiveDateSchema(FormSchema):
    until = DateField(title=_("New date"), description=_("For example 27-11-2026"))
    time = TimeField(title=_("Until what time"))
    reason = TextField(
        title=_("Reason"),
        rows=3,
        longest=1000,
        missing_msg=_("Write in one or two sentences why."),
        description=_("The participant reads this. It also stands in the log."),
    )


GIVE_DATE = GiveDateSchema()


@form_page(
    context=Work,
    name="give-date",
    permission=Permission.RUN_EDITION,
    renderer="lms_leiderschap.templates:submission/give_date.pt",
)
class GiveDate(FormPage):
    """Another date for one piece of work; the first one stays to be seen."""

    title = _("Give another date")
    buttons = (Button("give", _("Give this date")),)

    def schema(self) -> GiveDateSchema:
        return GIVE_DATE

    def values(self) -> dict[str, Any]:
        return {"time": LAST_MINUTE}

    def save(self, values: dict[str, Any]) -> str:
        request, work = self.request, self.context
        until = parse_local(values["until"], values["time"], institution_of(work).tz, "time")
        # The same page sent again asks for what is there already.
        if work.changes[-1:] != ((until.isoformat(), values["reason"]),):
            give_date(
                work,
                until,
                values["reason"],
                by=request.person.__name__,
                at=request.arrived,
                notify=request.registry.notify,
            )
        return self._back("date")

    def _back(self, done: str = "") -> str:
        """To the participant; a group has no page of its own, so to what is overdue."""
        holder = self.context.holder
        query = {"query": {"done": done}} if done else {}
        if isinstance(holder, Enrolment):
            return str(self.request.resource_path(holder, "manage", **query))
        return str(self.request.resource_path(self.context.edition, "overdue", **query))

    def extra(self) -> dict[str, Any]:
        work = self.context
        deadline = work.deadline
        return {
            "work": work,
            "who": work.holder.title,
            "back": self._back(),
            "until": deadline.until,
            "first": deadline.first,
            "changes": [
                (datetime.fromisoformat(moment), reason)
                for moment, reason in reversed(work.changes)
            ],
        }
