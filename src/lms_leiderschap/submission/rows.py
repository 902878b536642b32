"""The row that stands for a piece of work in a list of all work of one participant.

It holds only what the participant may see: nothing of feedback that is not released.
"""

from __future__ import annotations

from typing import Any

from lms_leiderschap.submission.model import Work


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
    row: dict[str, Any] = {"state": work_state(work), "changes": work.changes, "version": 0}
    if last is not None:
        row |= {
            "version": last.number,
            "at": last.at.isoformat(),
            "promised": last.promised.isoformat() if last.promised else None,
        }
    return row


def write_row(work: Work, **more: Any) -> None:
    """Bring the row up to date; `more` replaces or adds plain values."""
    rows = work.holder.rows
    kept = {
        key: value for key, value in rows.get(work.key, {}).items() if key in ("new", "feedback")
    }
    row = row_of(work) | kept | more
    if rows.get(work.key) != row:
        rows[work.key] = row
