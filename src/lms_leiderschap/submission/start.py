"""What this slice adds to the application."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.enrolment.events import Enrolled
from lms_leiderschap.group.events import GroupFormed
from lms_leiderschap.submission.actions import prepare_work
from lms_leiderschap.submission.delivery import deliver_reading


def prepare_own(event: Enrolled) -> None:
    """A new participant gets every piece of work that is not a group's."""
    edition = event.enrolment.edition
    prepare_work(
        event.enrolment,
        [row["key"] for row in edition.plan if edition.assignment(row["key"]).scope != "group"],
    )


def prepare_shared(event: GroupFormed) -> None:
    """A new group gets the work that is done together."""
    edition = event.group.edition
    prepare_work(
        event.group,
        [row["key"] for row in edition.plan if edition.assignment(row["key"]).scope == "group"],
    )


def includeme(config: Any) -> None:
    config.scan("lms_leiderschap.submission.views")
    config.add_subscriber(prepare_own, Enrolled)
    config.add_subscriber(prepare_shared, GroupFormed)
    config.add_delivery("reading", deliver_reading)
