"""Letting a running edition follow another version of a module, when nobody loses text by it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.programme.actions import move_module
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.programme.moving import Move, planned_move
from lms_leiderschap.programme.spec import AssignmentSpec, Offer
from lms_leiderschap.submission.model import FREE_TEXT, TICK_KINDS, Work, report_for
from lms_leiderschap.submission.spec import PartSpec, ReportSpec
from lms_leiderschap.texts import _

Notify = Callable[[Any], None]


def move_edition(edition: Edition, module: str, offer: Offer, *, by: str, at: datetime,
                 notify: Notify) -> None:  # fmt: skip
    """Move one module of an edition to what is offered now, or add it.

    Raises Refusal while a participant has text in a part that the new version no longer has: a
    draft shows the parts of now, so that text would be out of sight. Versions that were handed in
    are read with the definitions they were made under and lose nothing.
    """
    move = planned_move(edition, module, offer)
    if move is not None and (number := drafts_in_the_way(edition, move)):
        raise Refusal(_(
            "In parts that the new version no longer has there are drafts with text: ${n}. "
            "Let them be handed in first.", mapping={"n": number},
        ))  # fmt: skip
    move_module(edition, module, offer, by=by, at=at, notify=notify)


def drafts_in_the_way(edition: Edition, move: Move) -> int:
    """How many pieces of work hold text in a part that would go."""
    lost = lost_parts(edition, move)
    return sum(1 for work in works_of(edition) if work.key in lost and _holds(work, lost[work.key]))


def lost_parts(edition: Edition, move: Move) -> dict[str, dict[str, str]]:
    """Work key to the parts (key to title) that a draft no longer shows after a move.

    All work of the edition is looked at: modules may share a report format.
    """
    found = {}
    for row in edition.plan:
        kept = {(part.key, part.kind) for part in _parts_after(edition, move, row["key"])}
        lost = {part.key: part.title for part in report_for(edition, row["key"]).parts
                if (part.key, part.kind) not in kept}  # fmt: skip
        if lost:
            found[row["key"]] = lost
    return found


def _parts_after(edition: Edition, move: Move, work_key: str) -> Sequence[PartSpec]:
    moved = move.data("assignment", work_key)
    spec = AssignmentSpec.from_data(moved) if moved else edition.assignment(work_key)
    data = move.data("report", spec.report_key)
    pinned = edition.pinned("report", spec.report_key)
    if data is None and pinned is None:
        return () if spec.kind in TICK_KINDS else FREE_TEXT.parts
    report = ReportSpec.from_data(data if data is not None else pinned.data)  # type: ignore[union-attr]
    return report.for_assignment(
        edition.programme.key, spec.key, spec.version, spec.report_parts
    ).parts


def _holds(work: Work, lost: Collection[str]) -> bool:
    return work.is_open and any(
        part in work.parts and any(work.parts[part].value.values()) for part in lost
    )


def works_of(edition: Edition) -> Iterator[Work]:
    """Every piece of work of the participants and groups of an edition."""
    groups = institution_of(edition).groups.values()
    for holder in (*edition.enrolments.values(), *(g for g in groups if g.edition is edition)):
        yield from holder.work.values()
