"""The lists behind the queue: what waits, what is ready, what was released, per edition.

Their rows are for those who may give feedback in the edition, and hold no text of anybody.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from lms_leiderschap.feedback.model import deciding
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.store.index import CoveringList, Key, Row
from lms_leiderschap.submission.blocks import reading_minutes
from lms_leiderschap.submission.model import Submission

STATES = ("waiting", "ready", "released")
MOST_LOOKED_AT = 200
Line = tuple[Key, Row]


def queue(edition: Edition, state: str) -> CoveringList:
    """The list of an edition for one of STATES, oldest promise first."""
    return institution_of(edition).covering_list(f"{edition.name}/{state}")


def make_lists(edition: Edition) -> None:
    """Make the empty lists of a new edition, so that the first writers do not collide."""
    lists = institution_of(edition).lists
    for state in STATES:
        lists[f"{edition.name}/{state}"] = CoveringList()


def key_of(submission: Submission) -> Key:
    """Sorts by promise; the id keeps two of one moment apart."""
    return ((submission.promised or submission.at).isoformat(), submission.id)


def state_of(submission: Submission) -> str | None:
    """In which list a version belongs; None in no list."""
    if submission.state == "withdrawn" or submission.outcome == "kept":
        return None
    if submission.outcome:
        return "released"
    feedback = deciding(submission)
    return "ready" if feedback is not None and feedback.state == "ready" else "waiting"


def row_of(submission: Submission) -> dict[str, Any]:
    """Who, what, since when, until when, how long to read, and how far the feedback is.

    What changes with every saved sentence does not stand here: saving touches one small object.
    """
    feedback = deciding(submission)
    row: dict[str, Any] = {
        "path": "/".join(path_of(submission)),
        "who": who(submission),
        "assignment": submission.assignment.title,
        "place": submission.work.place,
        "number": submission.number,
        "at": submission.at.isoformat(),
        "late": submission.late,
        "words": submission.words,
        "minutes": reading_minutes(submission.words),
        "changed": submission.changed_blocks,
        "files": len(submission.files),
        "promised": key_of(submission)[0],
    }
    if feedback is not None:
        row |= {"by": feedback.author, "remarks": len(feedback.remarks)}
        if feedback.state != "draft":
            row["decision"] = feedback.decision
    return row


def who(submission: Submission) -> str:
    """The authors as a teacher reads them: the group, or the names."""
    holder = submission.work.holder
    if hasattr(holder, "members"):
        return str(holder.title)
    people = institution_of(submission).people
    return ", ".join(
        people[person_id].name for person_id in submission.authors if person_id in people
    )


def place_row(submission: Submission) -> None:
    """Bring the lists up to date for one version: in its one list, out of the others."""
    edition, state, key = submission.work.edition, state_of(submission), key_of(submission)
    for name in STATES:
        if name == state:
            queue(edition, name).put(key, row_of(submission))
        else:
            queue(edition, name).drop(key)


def free_rows(edition: Edition, person_id: str) -> None:
    """Bring the rows up to date of what somebody was at who no longer teaches the edition."""
    for state in ("waiting", "ready"):
        held = [
            row["path"] for _key, row in queue(edition, state).items() if row.get("by") == person_id
        ]
        for path in held:
            place_row(find(institution_of(edition), tuple(path.split("/"))))


def merged(editions: Sequence[Edition], state: str, after: Key | None = None) -> Iterator[Line]:
    """Rows of several editions in one order, read as far as they are asked for.

    What was released stands newest first, all else oldest promise first.
    after  key of the row to go on from
    """
    lists = [queue(edition, state) for edition in editions]
    if state == "released":
        found = [each.latest(after) for each in lists]
        return heapq.merge(*found, key=_key, reverse=True)
    return heapq.merge(*(each.items(after) for each in lists), key=_key)


def _key(line: Line) -> Key:
    return line[0]


def next_waiting(editions: Sequence[Edition], person_id: str, after: Key) -> Row | None:
    """The row to go on with: the next in the order, else the first, that no colleague is at."""
    for start in (after, None):
        for key, row in islice(merged(editions, "waiting", start), MOST_LOOKED_AT):
            if key != after and row.get("by", person_id) == person_id:
                return row
    return None


def ready_by(editions: Sequence[Edition], person_id: str) -> list[Row]:
    """Rows of what this teacher has ready; it looks no further than MOST_LOOKED_AT rows."""
    rows = islice(merged(editions, "ready"), MOST_LOOKED_AT)
    return [row for _key, row in rows if row.get("by") == person_id]
