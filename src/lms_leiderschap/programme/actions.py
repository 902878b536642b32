"""Adding programmes and opening editions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.actions import record
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.programme.events import EditionMoved, EditionOpened
from lms_leiderschap.programme.model import WHOLE, Edition, Programme
from lms_leiderschap.programme.moving import UNKNOWN_ORIGIN, Move, planned_move
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec, Offer, ProgrammeSpec, Spec
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
    for module in modules:
        _pin_module(edition, module, offer)
    rows = []
    for place, assignment in _planned(spec, modules):
        work_key = f"{place}.{assignment.key}"
        rows.append({"key": work_key, "place": place, "assignment": assignment.key})
        _pin_assignment(edition, work_key, assignment, place, offer)
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


def _pin_module(edition: Edition, module: ModuleSpec, offer: Offer) -> None:
    origin = offer.origin.get(("module", module.key), UNKNOWN_ORIGIN)
    edition.pin("module", module.key, module.to_data(), origin)
    for product in module.products:
        edition.pin("product", product.key, product.to_data(), origin)
    for tool in module.instruments:
        if tool in offer.tools:
            edition.pin("tool", tool, offer.tools[tool].to_data(),
                        offer.origin.get(("tool", tool), UNKNOWN_ORIGIN))


def _planned(spec: ProgrammeSpec,
             modules: list[ModuleSpec]) -> Iterator[tuple[str, AssignmentSpec]]:
    """Every piece of work in the order in which it comes up: per module before, on, after."""
    repeated = [item for item in spec.assignments if item.place in ("each_module", "each_meeting")]
    phases = ("before", "on", "after")
    for module in modules:
        for assignment in sorted([*repeated, *module.assignments],
                                 key=lambda item: phases.index(item.work_phase)):
            yield module.key, assignment
    for assignment in spec.assignments:
        if assignment.place == WHOLE:
            yield WHOLE, assignment


def _pin_assignment(edition: Edition, work_key: str, assignment: AssignmentSpec, place: str,
                    offer: Offer) -> None:
    origin = offer.origin.get(("module", place), UNKNOWN_ORIGIN)
    edition.pin("assignment", work_key, assignment.to_data(), origin)
    _pin_format(edition, "report", assignment.report_key, assignment.report, offer.reports, offer)
    _pin_format(edition, "rubric", assignment.rubric_key, assignment.rubric, offer.rubrics, offer)


def _pin_format(edition: Edition, kind: str, key: str, named: str | Spec, known: Any,
                offer: Offer) -> None:
    if not key or edition.pinned(kind, key):
        return
    spec = known.get(key) or (named if not isinstance(named, str) else None)
    if spec is None:
        raise Refusal(_("Nothing brings the ${kind} ${key}.", mapping={"kind": kind, "key": key}))
    edition.pin(kind, key, spec.to_data(), offer.origin.get((kind, key), UNKNOWN_ORIGIN))


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
    for each in (*move.changed, *move.new):
        edition.pin(each.kind, each.key, each.data, each.origin)
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
