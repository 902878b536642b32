"""What a page says in words about a piece of work: its date, its teacher, its versions."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from pyramid.request import Request

from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.submission.model import Submission, Work
from lms_leiderschap.texts import _

SOON = timedelta(days=3)
OUTCOMES = {
    "met": ("good", "circle-check", _("Met")),
    "returned": ("soon", "arrow-forward", _("Returned: something is asked for")),
    "talk": ("soon", "message", _("The teacher asks for a talk")),
    "kept": ("good", "check", _("Handed in")),
}


def teacher_of(work: Work) -> str:
    """Given name of the teacher who has begun on this work, else of the first of the edition."""
    held = next((version.held_by for version in _newest(work) if version.held_by), "")
    teachers = work.edition.teachers
    first = min(teachers, key=lambda person_id: (teachers[person_id], person_id), default="")
    person = institution_of(work).people.get(held or first)
    return person.given_name if person is not None else ""


def due_of(work: Work, request: Request) -> SimpleNamespace:
    """The date of a piece of work as the page shows it.

    state  "none", "open", "soon", "late" (still accepted), "closed", or "rests" while the add-on
           that brought it is off
    """
    deadline, now, fmt = work.deadline, request.arrived, request.fmt
    due = SimpleNamespace(
        state="none", until=deadline.until, first=deadline.first, reason=deadline.reason,
        left="", last="",
    )  # fmt: skip
    if not work.is_offered:
        due.state = "rests"
        return due
    if deadline.until is None:
        return due
    verdict = deadline.verdict(now)
    due.left = fmt.left(deadline.until, now)
    due.state = "soon" if deadline.until - now <= SOON else "open"
    if verdict != "on_time":
        due.state = verdict
        due.last = fmt.date(deadline.last) if deadline.last else ""
    return due


def version_of(version: Submission, request: Request) -> SimpleNamespace:
    """One version as a line on a page; nothing of feedback that is not released."""
    state = _state_of(version, request)
    late = version.late and version.work.deadline.until
    return SimpleNamespace(
        number=version.number, at=version.at, look=state[0], icon=state[1], words=state[2],
        receipt=request.resource_path(version, "receipt"),
        read=request.resource_path(version, "read"),
        feedback=feedback_path(version, request),
        late=_("late") if late else "",
    )  # fmt: skip


def feedback_path(version: Submission, request: Request) -> str:
    """Where the authors read what was released about a version; "" while nothing is."""
    if version.outcome not in ("met", "returned", "talk"):
        return ""
    return request.resource_path(version, "feedback")


def versions_of(work: Work, request: Request) -> list[SimpleNamespace]:
    """All versions, newest first."""
    return [version_of(version, request) for version in _newest(work)]


def _newest(work: Work) -> list[Any]:
    return [work.versions[str(number)] for number in range(len(work.versions), 0, -1)]


def _state_of(version: Submission, request: Request) -> tuple[str, str, str]:
    if version.state == "withdrawn":
        return "", "arrow-back-up", _("Taken back")
    if version.outcome in OUTCOMES:
        return OUTCOMES[version.outcome]
    if version.promised is None:
        return "good", "check", _("Handed in")
    day = {"date": request.fmt.day(version.promised)}
    if version.promised < request.arrived:
        return "soon", "clock", _("Feedback was promised by ${date} and is late", mapping=day)
    return "own", "send", _("Feedback expected by ${date}", mapping=day)
