"""Feedback as its participant reads it. Nothing of it is here before it is released."""

from __future__ import annotations

from typing import Any

from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.feedback.model import released
from lms_leiderschap.feedback.queue import who
from lms_leiderschap.feedback.views.reading import Reading
from lms_leiderschap.feedback.views.verdict import verdict_of
from lms_leiderschap.permissions import Permission
from lms_leiderschap.submission.actions import mark_read
from lms_leiderschap.submission.model import Submission, Work
from lms_leiderschap.submission.rows import row_at
from lms_leiderschap.texts import _


@view_config(
    context=Submission, name="feedback", permission=Permission.READ_FEEDBACK,
    request_method="GET", renderer="lms_leiderschap.templates:feedback/read.pt",
)  # fmt: skip
def feedback_page(context: Submission, request: Request) -> dict[str, Any]:
    """Next steps, decision, rubric in words, feedback per part, and the report with remarks."""
    shown = released(context)
    if not shown:
        raise HTTPNotFound
    work = context.work
    return {
        "title": _("Feedback on your report"),
        "work": work,
        "who": who(context),
        "verdicts": [verdict_of(request, feedback) for feedback in shown],
        "reading": Reading(request, context, shown),
        "file_url": lambda section: request.resource_path(section.file),
        "next_number": _next_version(work, context),
        "unread": bool(row_at(work.holder, work.key).get("new")) and work.last is context,
        "csrf_token": get_csrf_token(request),
        "read": "read" in request.GET,
    }


def _next_version(work: Work, submission: Submission) -> int:
    """Number of the version to begin; 0 when this one does not ask for another."""
    asked = submission.outcome == "returned" and work.last is submission
    return len(work.versions) + 1 if asked else 0


@view_config(
    context=Submission, name="mark-read", permission=Permission.READ_FEEDBACK,
    request_method="POST",
)  # fmt: skip
def mark_as_read(context: Submission, request: Request) -> HTTPSeeOther:
    if not released(context):
        raise HTTPNotFound
    if context.work.last is context:  # what is new is about the last version
        mark_read(context.work)
    return HTTPSeeOther(request.resource_path(context, "feedback", query={"read": "1"}))
