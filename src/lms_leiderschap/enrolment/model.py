"""Everything of one participant in one edition, in one branch of the tree."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from BTrees.OOBTree import OOBTree

from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.people.model import Person
from lms_leiderschap.permissions import Role, allow, principal_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import Folder, Resource


class Enrolment(Resource):
    """One branch per participant: writes never meet, and export and erasure are simple.

    person_id  who
    since      aware moment of enrolment
    work       pieces of work by their key ("hrm.ink-met-medewerkers")
    rows       covering rows of `work`, each as one text: what a list of all work shows, by the
               same key
    choices    module key to the name of the meeting this participant chose
    groups     path texts of groups whose work is this participant's too
    """

    schema = 1
    personal = ("person_id", "work", "rows")
    retention = "seven years"

    def __init__(self, person_id: str, since: datetime) -> None:
        self.person_id, self.since = person_id, since
        self.state = "active"
        self.work = Folder()
        self.work.__name__, self.work.__parent__ = "work", self
        self.rows: Any = OOBTree()
        self.choices: Any = OOBTree()
        self.groups: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Any:
        return {"work": self.work}[name]

    def __acl__(self) -> list[Any]:
        return [allow(principal_of(self.person_id), Role.PARTICIPANT)]

    @property
    def edition(self) -> Edition:
        return self.__parent__.__parent__  # type: ignore[union-attr, return-value]

    @property
    def person(self) -> Person:
        """Raises KeyError after the person was erased (the enrolment goes with them)."""
        return institution_of(self).people[self.person_id]

    @property
    def title(self) -> str:
        """How lists name it: by whose it is; "" after the person was erased."""
        person = institution_of(self).people.get(self.person_id)
        return person.name if person else ""

    def authors(self, at: datetime) -> tuple[str, ...]:
        """Ids of the persons whose work this is."""
        return (self.person_id,)

    def chosen_meeting(self, module: str) -> str | None:
        """Name of the meeting this participant chose for a module; None for the first one."""
        return self.choices.get(module)
