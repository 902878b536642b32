"""Adding programmes and opening editions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.actions import record
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.programme.events import EditionMoved, EditionOpened
from lms_leiderschap.programme.model import WHOLE, Edition, Programme
from lms_leiderschap.programme.moving import (
    REPEATED,
    Definition,
    Move,
    definitions_of,
    planned_move,
    work_definitions,
)
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec, Offer, ProgrammeSpec
from lms_leiderschap.texts import _

Notify = Callable[[Any], None]
PROMISE_DAYS = 10


def add_programme(institution: Institution, spec: ProgrammeSpec, *, by: str,
                  at: datetime) -> Programme:
    """Put a programme file into the institution; one that is there is given the new text.

    Editions that are open keep what they opened with.
    """
    programme = institution.programmes.get(spec.key)
    if programme is None:
        programme = institution.programmes.add(
            spec.key, Programme(spec.key, spec.title, spec.to_data()))
    programme.title, programme.data = spec.title, spec.to_data()
    record(programme, "programme.added", by=by, at=at)
    return programme


def open_edition(programme: Programme, key: str, title: str, offer: Offer, *, by: str,
                 at: datetime, notify: Notify, promise_days: int = PROMISE_DAYS) -> Edition:
    """Start one run of a programme, pinned to what the add-ons offer at this moment.

    offer  what the switched-on add-ons and the library bring
    Raises Refusal when the key is taken, or a module, report format or rubric that the programme
    names is brought by nobody; the sentence names it.
    """
    if key in programme.editions:
        raise Refusal(_("There already is an edition with this key."), "key")
    spec = ProgrammeSpec.from_data(programme.data)
    edition = programme.editions.add(key, Edition(
        key, title, spec.short_title or spec.title, address=spec.address,
        promise_days=promise_days))
    edition.modules = tuple(spec.module_keys)
    modules = [_module(spec, module_key, offer) for module_key in edition.modules]
    repeated = [item for item in spec.assignments if item.place in REPEATED]
    for module in modules:
        _pin(edition, definitions_of(module, offer, repeated))
    rows = []
    for place, assignment in _planned(spec, modules, repeated):
        work_key = f"{place}.{assignment.key}"
        rows.append({"key": work_key, "place": place, "assignment": assignment.key})
        if place == WHOLE:
            _pin(edition, work_definitions(place, assignment, offer))
        _check_formats(edition, assignment)
    edition.plan = tuple(rows)
    record(edition, "edition.opened", by=by, at=at)
    notify(EditionOpened(edition, at))
    return edition


def _module(spec: ProgrammeSpec, key: str, offer: Offer) -> ModuleSpec:
    entry = next(entry for entry in spec.modules if entry.key == key)
    module = offer.modules.get(key) or entry.module
    if module is None:
        raise Refusal(_("No add-on that is on brings the module ${key}.", mapping={"key": key}))
    return module


def _pin(edition: Edition, definitions: Iterable[Definition]) -> None:
    for each in definitions:
        edition.pin(each.kind, each.key, each.data, each.origin)


def _planned(
    spec: ProgrammeSpec, modules: list[ModuleSpec], repeated: list[AssignmentSpec]
) -> Iterator[tuple[str, AssignmentSpec]]:
    """Every piece of work in the order in which it comes up: per module before, on, after."""
    phases = ("before", "on", "after")
    for module in modules:
        for assignment in sorted([*repeated, *module.assignments],
                                 key=lambda item: phases.index(item.work_phase)):
            yield module.key, assignment
    for assignment in spec.assignments:
        if assignment.place == WHOLE:
            yield WHOLE, assignment


def _check_formats(edition: Edition, assignment: AssignmentSpec) -> None:
    for kind, key in (("report", assignment.report_key), ("rubric", assignment.rubric_key)):
        if key and edition.pinned(kind, key) is None:
            named = {"kind": kind, "key": key}
            raise Refusal(_("Nothing brings the ${kind} ${key}.", mapping=named))


def move_module(edition: Edition, key: str, offer: Offer, *, by: str, at: datetime,
                notify: Notify) -> Move:
    """Let a running edition follow another version of one of its modules, or add a module to it.

    What was handed in keeps the definitions it was made under. Work that the new version no longer
    has stays. Raises Refusal when nobody offers the module.
    """
    move = planned_move(edition, key, offer)
    if move is None:
        raise Refusal(_("No add-on that is on brings the module ${key}.", mapping={"key": key}))
    if not move.changes_something:
        return move
    edition.end_pins([each.name for each in move.changed])
    _pin(edition, (*move.changed, *move.same, *move.new))
    if key not in edition.modules:
        edition.modules = (*edition.modules, key)
    rows = [{"key": name, "place": key, "assignment": name.partition(".")[2]}
            for name, _title in move.added]  # fmt: skip
    edition.plan = _with_rows(edition.plan, key, rows)
    record(edition, "edition.moved", by=by, at=at, module=key, plugin=move.origin[0],
           version=move.origin[1])  # fmt: skip
    notify(EditionMoved(edition, tuple(row["key"] for row in rows), at))
    return move


def _with_rows(plan: tuple[dict[str, str], ...], module: str,
               rows: list[dict[str, str]]) -> tuple[dict[str, str], ...]:
    """The plan with new work after the work of its module, or before that of the whole."""
    places = [number for number, row in enumerate(plan, 1) if row["place"] == module]
    whole = [number for number, row in enumerate(plan) if row["place"] == WHOLE]
    end = places[-1] if places else whole[0] if whole else len(plan)
    return (*plan[:end], *rows, *plan[end:])
