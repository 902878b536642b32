"""What this slice adds to the application."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.enrolment.events import TeacherStopped
from lms_leiderschap.feedback.queue import free_rows, make_lists, place_row
from lms_leiderschap.programme.events import EditionOpened
from lms_leiderschap.submission.events import SubmissionReceived, SubmissionWithdrawn
from lms_leiderschap.texts import _


def open_lists(event: EditionOpened) -> None:
    """A new edition gets its empty queue."""
    make_lists(event.edition)


def follow(event: SubmissionReceived | SubmissionWithdrawn) -> None:
    """What was handed in joins the queue; what was taken back leaves it."""
    place_row(event.submission)


def set_free(event: TeacherStopped) -> None:
    """What a teacher who stops was at waits for the colleagues."""
    free_rows(event.edition, event.person_id)


def includeme(config: Any) -> None:
    config.scan("lms_leiderschap.feedback.views")
    config.add_subscriber(open_lists, EditionOpened)
    config.add_subscriber(follow, SubmissionReceived)
    config.add_subscriber(follow, SubmissionWithdrawn)
    config.add_subscriber(set_free, TeacherStopped)
    config.add_navigation(
        20, _("Queue"), "/queue", "stack-2", lambda request: bool(request.person.teaches)
    )
