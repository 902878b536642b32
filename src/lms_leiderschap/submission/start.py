"""What this slice adds to the application."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.enrolment.events import Enrolled
from lms_leiderschap.group.events import GroupFormed
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.programme.events import EditionMoved
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


def prepare_added(event: EditionMoved) -> None:
    """Everybody gets the work that came with another version of a module, or with a new one."""
    edition = event.edition
    shared = [key for key in event.added if edition.assignment(key).scope == "group"]
    for enrolment in edition.enrolments.values():
        prepare_work(enrolment, [key for key in event.added if key not in shared])
    if shared:
        for group in institution_of(edition).groups.values():
            if group.edition is edition:
                prepare_work(group, shared)


def includeme(config: Any) -> None:
    config.scan("lms_leiderschap.submission.views")
    config.add_subscriber(prepare_own, Enrolled)
    config.add_subscriber(prepare_shared, GroupFormed)
    config.add_subscriber(prepare_added, EditionMoved)
    config.add_delivery("reading", deliver_reading)
