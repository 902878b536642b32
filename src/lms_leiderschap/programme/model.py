"""What an institution offers: a programme, its editions, and what an edition is pinned to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from BTrees.OOBTree import OOBTree

from lms_leiderschap.permissions import Role, allow, principal_of
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec
from lms_leiderschap.store.folder import Folder, Resource

S = TypeVar("S")
WHOLE = "whole"
FORMER = "~"  # between the name of a definition that was replaced and the generation it ended with


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
    generation    counts how often it was moved to other versions of its definitions
    """

    schema = 1
    personal = ("teachers",)
    retention = "seven years"
    generation = 0

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
    def plugins(self) -> frozenset[str]:
        """Names of the add-ons whose modules it runs on; read once while it is in memory."""
        known: frozenset[str] | None = getattr(self, "_v_plugins", None)
        if known is None:
            pins = (self.pinned("module", key) for key in self.modules)
            known = self._v_plugins = frozenset(pin.plugin for pin in pins if pin and pin.plugin)
        return known

    @property
    def name(self) -> str:
        """Names this edition's lists: unique within the institution."""
        return f"{self.programme.key}/{self.key}"

    def pin(self, kind: str, key: str, data: dict[str, Any], origin: tuple[str, str]) -> None:
        """Keep a definition for as long as this edition is read."""
        pinned = Pinned(kind, key, data, *origin)
        pinned.__name__, pinned.__parent__ = f"{kind}:{key}", self
        self.pins[pinned.__name__] = pinned

    def end_pins(self, names: Iterable[str]) -> None:
        """Begin a new generation: these definitions make way for others and stay readable.

        What was handed in under them is read with them.
        """
        for name in names:
            former = self.pins.pop(name)
            former.__name__ = f"{name}{FORMER}{self.generation}"
            self.pins[former.__name__] = former
        self.generation += 1
        for remembered in [name for name in self.__dict__ if name.startswith("_v_")]:
            del self.__dict__[remembered]

    def pinned(self, kind: str, key: str, generation: int | None = None) -> Pinned | None:
        """The definition of now, or the one that held in an earlier generation."""
        name = f"{kind}:{key}"
        for number in range(self.generation if generation is None else generation,
                            self.generation):  # fmt: skip
            if former := self.pins.get(f"{name}{FORMER}{number}"):
                return former
        return self.pins.get(name)

    def pins_of(self, kind: str) -> Iterator[Pinned]:
        """Every definition of a kind as it is now."""
        for name, pinned in self.pins.items(min=f"{kind}:", max=f"{kind};"):
            if FORMER not in name:
                yield pinned

    def module(self, key: str) -> ModuleSpec | None:
        """The module as this edition knows it; None for "whole" and unknown places."""
        pinned = self.pinned("module", key)
        return pinned.spec(ModuleSpec.from_data) if pinned else None

    def assignment(self, work_key: str, generation: int | None = None) -> AssignmentSpec:
        """The assignment behind a piece of work. Raises KeyError for another key."""
        pinned = self.pinned("assignment", work_key, generation)
        if pinned is None:
            raise KeyError(work_key)
        return pinned.spec(AssignmentSpec.from_data)
