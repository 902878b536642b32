"""The days of an edition, with their earlier dates; and moving one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.meeting.actions import move_meeting
from lms_leiderschap.meeting.model import Meeting
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import DateField, LineField, TextField, TimeField
from lms_leiderschap.web.form import Button, FormPage, form_page
from lms_leiderschap.web.formats import parse_local
from lms_leiderschap.web.groups import FormSchema

BY_MEETING = ("before_meeting", "on_meeting")


@view_config(
    context=Edition,
    name="dates",
    permission=Permission.RUN_EDITION,
    request_method="GET",
    renderer="lms_leiderschap.templates:meeting/dates.pt",
)
def dates_page(context: Edition, request: Request) -> dict[str, Any]:
    days = sorted(context.meetings.values(), key=lambda day: day.number)
    return {
        "title": _("Dates"),
        "edition": context,
        "moved": "moved" in request.GET,
        "days": [(day, module_title(context, day), assignments_due(context, day)) for day in days],
    }


def module_title(edition: Edition, meeting: Meeting) -> str:
    """The module a day belongs to, as people read it; "" for none."""
    module = edition.module(meeting.module)
    return module.title if module else ""


def assignments_due(edition: Edition, meeting: Meeting) -> int:
    """How many assignments of the edition are due by this day and move with it."""
    found = 0
    for planned in edition.plan:
        due = edition.assignment(planned["key"]).due
        found += due.rule in BY_MEETING and (due.meeting or planned["place"]) == meeting.module
    return found


class MoveSchema(FormSchema):
    date = DateField(title=_("Date"), description=_("For example 27-11-2026"))
    starts = TimeField(title=_("From"), description=_("For example 09.30"))
    ends = TimeField(title=_("Until"), description=_("For example 16.30"))
    place = LineField(title=_("Place"), missing="", width="mid", longest=200)
    why = TextField(
        title=_("Reason"),
        rows=2,
        longest=1000,
        description=_("This stands with the date and in the log. Write no names in it."),
    )


MOVE = MoveSchema()


@form_page(
    context=Meeting,
    name="move",
    permission=Permission.RUN_EDITION,
    renderer="lms_leiderschap.templates:web/plain_form.pt",
)
class Move(FormPage):
    """Give a day another date, time or place."""

    title = _("Change this meeting")
    buttons = (Button("move", _("Change the meeting")),)

    def schema(self) -> MoveSchema:
        return MOVE

    @property
    def edition(self) -> Edition:
        return self.context.__parent__.__parent__

    def values(self) -> dict[str, Any]:
        day: Meeting = self.context
        found: dict[str, Any] = {"place": day.place}
        if day.starts:
            found["date"] = self.request.fmt.local(day.starts).date()
        for name, moment in (("starts", day.starts), ("ends", day.ends)):
            if moment:
                found[name] = self.request.fmt.local(moment).time()
        return found

    def save(self, values: dict[str, Any]) -> str:
        request, zone = self.request, institution_of(self.context).tz

        def at(field: str) -> dt.datetime:
            return parse_local(values["date"], values[field], zone, field)

        move_meeting(
            self.context,
            at("starts"),
            at("ends"),
            values["place"],
            why=values["why"],
            by=request.person.__name__,
            at=request.arrived,
        )
        return str(request.resource_path(self.edition, "dates", query={"moved": "1"}))

    def extra(self) -> dict[str, Any]:
        fmt, day = self.request.fmt, self.context
        number = assignments_due(self.edition, day)
        told = [f"{self.edition.title}, {module_title(self.edition, day) or day.number}"]
        if day.starts:
            told.append(_("The date is now ${date}.", mapping={"date": fmt.full(day.starts)}))
        if number:
            told.append(
                _(
                    "Assignments due by this date: ${n}. They move with it, except where "
                    "somebody was given a date of their own.",
                    mapping={"n": number},
                )
            )
        return {
            "back": (self.request.resource_path(self.edition, "dates"), _("Dates")),
            "told": told,
        }
