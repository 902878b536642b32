"""The row that stands for a piece of work in a list of all work of one participant.

It holds only what the participant may see: nothing of feedback that is not released.
"""

from __future__ import annotations

from typing import Any

from lms_leiderschap.store.index import Row, packed, unpacked
from lms_leiderschap.submission.model import Work


def rows_of(holder: Any) -> dict[str, Row]:
    """The rows of all work of an Enrolment or Group, by the key of the work."""
    return {key: unpacked(text) for key, text in holder.rows.items()}


def row_at(holder: Any, key: str) -> Row:
    """The row of one piece of work; empty when there is none."""
    text = holder.rows.get(key)
    return {} if text is None else unpacked(text)


def work_state(work: Work) -> str:
    """ "open", "done" (ticked), "submitted", "kept", or the decision once it is released."""
    if work.ticked:
        return "done"
    last = work.last
    if last is None:
        return "open"
    return last.outcome or "submitted"


def row_of(work: Work) -> dict[str, Any]:
    """Plain values: state, number of the last version, its moments (ISO), dates given.

    new       feedback was released and not yet marked as read
    feedback  what a line about it says: {"by": id of the teacher, "points": int, "at": ISO}
    """
    last = work.last
    changes = [list(change) for change in work.changes]
    row: dict[str, Any] = {"state": work_state(work), "changes": changes, "version": 0}
    if last is not None:
        row |= {
            "version": last.number,
            "at": last.at.isoformat(),
            "promised": last.promised.isoformat() if last.promised else None,
        }
    return row


def write_row(work: Work, **more: Any) -> None:
    """Bring the row up to date; `more` replaces or adds plain values."""
    former = row_at(work.holder, work.key)
    kept = {key: value for key, value in former.items() if key in ("new", "feedback")}
    text = packed(row_of(work) | kept | more)
    if work.holder.rows.get(work.key) != text:
        work.holder.rows[work.key] = text
