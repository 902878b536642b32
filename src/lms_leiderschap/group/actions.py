"""Forming groups and moving their members."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.group.events import GroupFormed
from lms_leiderschap.group.model import Group
from lms_leiderschap.institution.actions import record
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import new_id, path_of

Notify = Callable[[Any], None]


def form_group(
    edition: Edition,
    title: str,
    kind: str,
    enrolments: Sequence[Enrolment],
    *,
    by: str,
    at: datetime,
    notify: Notify,
) -> Group:
    """Make a group of participants of an edition."""
    group = institution_of(edition).groups.add(
        new_id(), Group(title, kind, ("/".join(path_of(edition)),), at)
    )
    record(group, "group.formed", by=by, at=at)
    for enrolment in enrolments:
        join(group, enrolment, by=by, at=at)
    notify(GroupFormed(group, at))
    return group


def join(group: Group, enrolment: Enrolment, *, by: str, at: datetime) -> None:
    """Add a participant; versions handed in earlier keep the authors of their moment."""
    group.members = (*group.members, (enrolment.person_id, at, None))
    enrolment.groups = (*enrolment.groups, "/".join(path_of(group)))
    record(group, "group.joined", by=by, at=at, person=enrolment.person_id)


def leave(group: Group, enrolment: Enrolment, *, by: str, at: datetime) -> None:
    """End a membership; the history of members stays."""
    group.members = tuple(
        (person_id, since, at if person_id == enrolment.person_id and until is None else until)
        for person_id, since, until in group.members
    )
    path = "/".join(path_of(group))
    enrolment.groups = tuple(known for known in enrolment.groups if known != path)
    record(group, "group.left", by=by, at=at, person=enrolment.person_id)
