"""What moving an edition to the definitions of today would change. Nothing is written here."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms_leiderschap.programme.model import Edition
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec, Offer, ProgrammeSpec, Spec

Origin = tuple[str, str]
UNKNOWN_ORIGIN = ("", "")
REPEATED = ("each_module", "each_meeting")


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition as it would be pinned."""

    kind: str
    key: str
    data: dict[str, Any]
    origin: Origin

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Move:
    """A module of an edition, and what another version of it changes.

    module   key; title  of the new version
    origin   name and version of the add-on it would come from; former  those it came from
    changed  definitions that replace others; new  those that were not there
    same     definitions that only come from another version now
    added    work that every participant gets: work key and title
    left     work that the new version no longer has: it stays in this edition as it is
    """

    module: str
    title: str
    origin: Origin
    former: Origin
    changed: Sequence[Definition]
    new: Sequence[Definition]
    same: Sequence[Definition]
    added: Sequence[tuple[str, str]]
    left: Sequence[tuple[str, str]]

    def data(self, kind: str, key: str) -> Mapping[str, Any] | None:
        """What a definition becomes; None for one that stays as it is."""
        name = f"{kind}:{key}"
        return next((each.data for each in (*self.changed, *self.new) if each.name == name), None)

    @property
    def changes_something(self) -> bool:
        return bool(self.changed or self.new)


def planned_move(edition: Edition, key: str, offer: Offer) -> Move | None:
    """What changes when a module follows what is offered now; None when nobody offers it.

    A module that the edition does not have yet comes out as all new.
    """
    module = offer.modules.get(key)
    if module is None:
        return None
    repeated = () if key in edition.modules else _repeated_in(edition)
    found = definitions_of(module, offer, repeated)
    pins = {each.name: edition.pins.get(each.name) for each in found}
    known = [each for each in found if pins[each.name] is not None]
    changed = [each for each in known if pins[each.name].data != each.data]
    planned = {row["key"] for row in edition.plan}
    work = {f"{key}.{item.key}": item.title for item in (*repeated, *module.assignments)}
    former = edition.pinned("module", key)
    gone = [name for name in planned if name.startswith(f"{key}.") and name not in work]
    own = [row["key"] for row in edition.plan if row["key"] in gone]
    return Move(
        key, module.title, offer.origin.get(("module", key), UNKNOWN_ORIGIN),
        (former.plugin, former.version) if former else UNKNOWN_ORIGIN,
        changed, [each for each in found if pins[each.name] is None],
        [each for each in known if each not in changed
         and (pins[each.name].plugin, pins[each.name].version) != each.origin],
        [(name, title) for name, title in work.items() if name not in planned],
        [(name, edition.assignment(name).title) for name in own
         if edition.assignment(name).place not in REPEATED],
    )  # fmt: skip


def _repeated_in(edition: Edition) -> Sequence[AssignmentSpec]:
    """What the programme itself asks in every module."""
    spec = ProgrammeSpec.from_data(edition.programme.data)
    return [item for item in spec.assignments if item.place in REPEATED]


def definitions_of(
    module: ModuleSpec, offer: Offer, repeated: Sequence[AssignmentSpec] = ()
) -> list[Definition]:
    """A module and all it is made of, as an edition pins it; missing formats are left out."""
    origin = offer.origin.get(("module", module.key), UNKNOWN_ORIGIN)
    found = [Definition("module", module.key, module.to_data(), origin)]
    found += [Definition("product", item.key, item.to_data(), origin) for item in module.products]
    for key in module.instruments:
        found += _shared("tool", key, offer.tools, offer)
        found += _shared("instrument", _defined_by(key, offer), offer.instruments, offer)
    for item in (*repeated, *module.assignments):
        found += work_definitions(module.key, item, offer)
    for name, data in offer.images.get(module.key, {}).items():
        picture = {"base64": b64encode(data).decode()}
        found.append(Definition("image", f"{module.key}/{name}", picture, origin))
    return list({each.name: each for each in found}.values())


def _defined_by(tool: str, offer: Offer) -> str:
    return str(getattr(offer.tools.get(tool), "definition", ""))


def work_definitions(place: str, item: AssignmentSpec, offer: Offer) -> list[Definition]:
    """An assignment at a place, with the report format and rubric it names."""
    origin = offer.origin.get(("module", place), UNKNOWN_ORIGIN)
    return [
        Definition("assignment", f"{place}.{item.key}", item.to_data(), origin),
        *_shared("report", item.report_key, offer.reports, offer),
        *_shared("rubric", item.rubric_key, offer.rubrics, offer),
    ]


def _shared(kind: str, key: str, known: Mapping[str, Spec], offer: Offer) -> list[Definition]:
    spec = known.get(key)
    if spec is None:
        return []
    origin = offer.origin.get((kind, key), UNKNOWN_ORIGIN)
    return [Definition(kind, key, spec.to_data(), origin)]
