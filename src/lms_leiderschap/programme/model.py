"""What an institution offers: a programme, its editions, and what an edition is pinned to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from BTrees.OOBTree import OOBTree

from lms_leiderschap.permissions import Role, allow, principal_of
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec
from lms_leiderschap.store.folder import Folder, Resource

S = TypeVar("S")
WHOLE = "whole"


class Programme(Resource):
    """A series of modules or meetings with one name. `data` is its programme file, whole."""

    schema = 1
    personal = ()
    retention = "with institution"

    def __init__(self, key: str, title: str, data: dict[str, Any]) -> None:
        self.key, self.title, self.data = key, title, data
        self.editions = Folder()
        self.editions.__name__, self.editions.__parent__ = "editions", self

    def __getitem__(self, name: str) -> Any:
        return {"editions": self.editions}[name]


class Pinned(Resource):
    """One definition as it was when the edition opened: plain data with its origin.

    kind     "module", "assignment", "report", "rubric", "tool" or "product"
    plugin   name of the add-on it came from, "" for the core's library or a programme file
    version  version of that add-on at that moment
    """

    schema = 1
    personal = ()
    retention = "with edition"

    def __init__(self, kind: str, key: str, data: dict[str, Any], plugin: str,
                 version: str) -> None:
        self.kind, self.key, self.data = kind, key, data
        self.plugin, self.version = plugin, version

    def spec(self, read: Callable[[Mapping[str, Any]], S]) -> S:
        """The definition as its spec; read once for as long as this object stays in memory."""
        found: S | None = getattr(self, "_v_spec", None)
        if found is None:
            found = self._v_spec = read(self.data)
        return found


class Edition(Resource):
    """One dated run of a programme.

    address       "u" or "je", as the programme speaks
    promise_days  working days within which feedback is promised
    late_days     days after a deadline in which late work is still accepted, and marked
    plan          the pieces of work each participant gets, in order: dicts of key
                  ("hrm.literatuur"), place, and assignment key
    modules       module keys in order
    teachers      person id to the moment the role was given (ISO text)
    """

    schema = 1
    personal = ("teachers",)
    retention = "seven years"

    def __init__(self, key: str, title: str, short_title: str, *, address: str,
                 promise_days: int) -> None:
        self.key, self.title, self.short_title = key, title, short_title
        self.address, self.promise_days = address, promise_days
        self.state = "running"
        self.late_days = 7
        self.modules: tuple[str, ...] = ()
        self.plan: tuple[dict[str, str], ...] = ()
        self.pins: Any = OOBTree()
        self.teachers: Any = OOBTree()
        self.meetings, self.enrolments = Folder(), Folder()
        self.by_person: Any = OOBTree()
        for name, folder in self._branches().items():
            folder.__name__, folder.__parent__ = name, self

    def _branches(self) -> dict[str, Folder]:
        return {"meetings": self.meetings, "enrolments": self.enrolments}

    def __getitem__(self, name: str) -> Any:
        return self._branches()[name]

    def __acl__(self) -> list[Any]:
        return [allow(principal_of(person_id), Role.TEACHER) for person_id in self.teachers]

    @property
    def programme(self) -> Programme:
        return self.__parent__.__parent__  # type: ignore[union-attr, return-value]

    @property
    def name(self) -> str:
        """Names this edition's lists: unique within the institution."""
        return f"{self.programme.key}/{self.key}"

    def pin(self, kind: str, key: str, data: dict[str, Any], origin: tuple[str, str]) -> None:
        """Keep a definition for as long as this edition is read."""
        pinned = Pinned(kind, key, data, *origin)
        pinned.__name__, pinned.__parent__ = f"{kind}:{key}", self
        self.pins[pinned.__name__] = pinned

    def pinned(self, kind: str, key: str) -> Pinned | None:
        return self.pins.get(f"{kind}:{key}")

    def module(self, key: str) -> ModuleSpec | None:
        """The module as this edition knows it; None for "whole" and unknown places."""
        pinned = self.pinned("module", key)
        return pinned.spec(ModuleSpec.from_data) if pinned else None

    def assignment(self, work_key: str) -> AssignmentSpec:
        """The assignment behind a piece of work. Raises KeyError for another key."""
        return self.pins[f"assignment:{work_key}"].spec(
            AssignmentSpec.from_data)
