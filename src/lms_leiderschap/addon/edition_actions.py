"""Letting a running edition follow another version of a module, when nobody loses text by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.programme.actions import move_module
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.programme.moving import Move, planned_move
from lms_leiderschap.programme.spec import Offer
from lms_leiderschap.submission.model import Work
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
    if not move.lost:
        return 0
    return sum(1 for work in works_of(edition) if _holds_lost(work, move))


def _holds_lost(work: Work, move: Move) -> bool:
    lost = move.lost.get(work.assignment.report_key, {})
    return work.is_open and any(
        part in work.parts and any(work.parts[part].value.values()) for part in lost
    )


def works_of(edition: Edition) -> Iterator[Work]:
    """Every piece of work of the participants and groups of an edition."""
    groups = institution_of(edition).groups.values()
    for holder in (*edition.enrolments.values(), *(g for g in groups if g.edition is edition)):
        yield from holder.work.values()
