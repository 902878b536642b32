"""A group of people that hands in together; it may serve several editions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from BTrees.OOBTree import OOBTree

from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.permissions import Role, allow, principal_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import Folder, Resource, find


class Group(Resource):
    """Members over time, the editions it serves, and its own work.

    since     aware moment it was formed
    editions  path texts; the first one's teachers give feedback on its work
    members   tuples (person id, aware moment in, aware moment out or None)
    """

    schema = 1
    personal = ("members", "work", "rows")
    retention = "seven years"

    def __init__(self, title: str, kind: str, editions: tuple[str, ...], since: datetime) -> None:
        self.title, self.kind, self.editions, self.since = title, kind, editions, since
        self.members: tuple[tuple[str, datetime, datetime | None], ...] = ()
        self.work = Folder()
        self.work.__name__, self.work.__parent__ = "work", self
        self.rows: Any = OOBTree()

    def __getitem__(self, name: str) -> Any:
        return {"work": self.work}[name]

    def __acl__(self) -> list[Any]:
        teachers = [
            allow(principal_of(person_id), Role.TEACHER) for person_id in self.edition.teachers
        ]
        return teachers + [
            allow(principal_of(person_id), Role.MEMBER)
            for person_id, _since, until in self.members
            if until is None
        ]

    @property
    def edition(self) -> Edition:
        path = tuple(self.editions[0].split("/"))
        return find(institution_of(self), path)

    def authors(self, at: datetime) -> tuple[str, ...]:
        """Ids of the persons who were members at a moment."""
        return tuple(
            person_id
            for person_id, since, until in self.members
            if since <= at and (until is None or at < until)
        )

    def chosen_meeting(self, module: str) -> str | None:
        """A group keeps the first meeting of a module."""
        return None
