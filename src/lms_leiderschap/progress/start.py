"""What this slice adds to the application."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.feedback.events import FeedbackReleased
from lms_leiderschap.people.events import PersonErased
from lms_leiderschap.progress.actions import erase_traces, keep_intentions
from lms_leiderschap.texts import _


def take_along(event: FeedbackReleased) -> None:
    """A report that is met hands its intentions on to the development plan."""
    if event.feedback.decision == "met":
        keep_intentions(event.feedback.submission, at=event.at)


def includeme(config: Any) -> None:
    config.scan("lms_leiderschap.progress.views")
    config.add_subscriber(take_along, FeedbackReleased)
    config.add_subscriber(lambda event: erase_traces(event.person, at=event.at), PersonErased)
    config.add_navigation(10, _("My week"), "/week", "calendar-week",
                          lambda request: bool(request.person.enrolments))
    config.add_navigation(30, _("Thread"), "/thread", "route",
                          lambda request: bool(request.person.enrolments))
