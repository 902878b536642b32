"""Releasing: what is ready becomes visible to those whose work it is, one or many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config, view_defaults

from lms_leiderschap.errors import Refusal
from lms_leiderschap.feedback.actions import release, release_all, reopen, what_lacks
from lms_leiderschap.feedback.model import Feedback, feedback_by
from lms_leiderschap.feedback.queue import ready_by, who
from lms_leiderschap.feedback.titles import DECISION_TITLES
from lms_leiderschap.feedback.views.phrases import Phrases
from lms_leiderschap.feedback.views.queue import editions_of
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.submission.model import Submission
from lms_leiderschap.texts import _
from lms_leiderschap.web.cleaning import posted_controls
from lms_leiderschap.web.errors import error_page


@dataclass(frozen=True, slots=True)
class Ready:
    """One line of the page. `lacks` says what is still missing, "" when it may be released."""

    path: str
    who: str
    title: str
    number: int
    decision: Any
    remarks: str
    steps: tuple[str, ...]
    lacks: Any


@view_defaults(context=Institution, name="release", permission=Permission.SEE_QUEUE)
class ReleasePage:
    """Everything that this teacher has ready, per edition, and one button for all of it."""

    def __init__(self, context: Institution, request: Request) -> None:
        self.context, self.request = context, request
        self.me: str = request.person.__name__
        self.say = Phrases(request)
        self.editions = editions_of(request)
        if not self.editions:
            raise HTTPNotFound

    @view_config(request_method="GET", renderer="lms_leiderschap.templates:feedback/release.pt")
    def open(self) -> dict[str, Any]:
        say = self.say
        groups = [(each.title, self.lines(each)) for each in self.editions]
        lines = [line for _title, found in groups for line in found]
        whole = sum(not line.lacks for line in lines)
        one, more = _("1 report lacks a next step."), _("${number} reports lack a next step.")
        released = self.request.GET.get("released", "")
        return {
            "title": _("Release"),
            "groups": [(title, found) for title, found in groups if found],
            "whole": whole,
            "button": say(_("Release ${number}"), number=whole),
            "lacking": say.counted(one, more, len(lines) - whole) if whole < len(lines) else "",
            "csrf_token": get_csrf_token(self.request),
            "released": released if released.isdigit() else "",
        }

    @view_config(request_method="POST", renderer="lms_leiderschap.templates:feedback/release.pt")
    def send(self) -> Any:
        """All that was ticked, or nothing."""
        paths = [value for name, value in posted_controls(self.request) if name == "ready"]
        ready = [each for each in map(self.ready_at, dict.fromkeys(paths)) if each is not None]
        try:
            number = release_all(
                ready, by=self.me, at=self.request.arrived, notify=self.request.registry.notify
            )
        except Refusal as refusal:
            return error_page(self.request, 422, _("This did not work"), refusal.message)
        return HTTPSeeOther(f"/release?released={number}")

    def lines(self, edition: Edition) -> list[Ready]:
        rows = ready_by([edition], self.me)
        found = (feedback_by(self.at(row["path"]), self.me) for row in rows)
        return [self.line(feedback) for feedback in found if feedback is not None]

    def line(self, feedback: Feedback) -> Ready:
        submission = feedback.submission
        lacks = what_lacks(feedback, self.request.arrived)
        return Ready(
            "/".join(path_of(submission)),
            who(submission),
            submission.assignment.title,
            submission.number,
            DECISION_TITLES.get(feedback.decision, ""),
            self.say.counted(_("1 remark"), _("${number} remarks"), len(feedback.remarks)),
            feedback.steps,
            lacks.message if lacks else "",
        )

    def at(self, path: str) -> Submission:
        return find(self.context, tuple(path.split("/")))

    def ready_at(self, path: str) -> Feedback | None:
        """This teacher's unreleased feedback there; HTTPNotFound where they may give none."""
        try:
            submission = self.at(path)
        except (KeyError, TypeError, AttributeError) as unknown:
            raise HTTPNotFound from unknown
        allowed = isinstance(submission, Submission) and self.request.has_permission(
            Permission.GIVE_FEEDBACK, submission
        )
        if not allowed:
            raise HTTPNotFound
        feedback = feedback_by(submission, self.me)
        return feedback if feedback is not None and feedback.state != "released" else None


@view_config(
    context=Submission, name="release", permission=Permission.GIVE_FEEDBACK, request_method="POST"
)
def release_one(context: Submission, request: Request) -> Any:
    """Release what this teacher has ready here, or make it a draft again."""
    feedback = feedback_by(context, request.person.__name__)
    if feedback is None:
        raise HTTPNotFound
    try:
        if "reopen" in request.POST:
            reopen(feedback)
            return HTTPSeeOther(request.resource_path(context))
        release(feedback, by=feedback.author, at=request.arrived, notify=request.registry.notify)
    except Refusal as refusal:
        return error_page(request, 422, _("This did not work"), refusal.message)
    return HTTPSeeOther("/release?released=1")
