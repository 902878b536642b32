"""The lists behind the queue: what waits, what is ready, what was released, per edition.

Their rows are for those who may give feedback in the edition, and hold no text of anybody.
"""

from __future__ import annotations

from typing import Any

from lms_leiderschap.feedback.model import deciding
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.store.index import CoveringList, Key, Row
from lms_leiderschap.submission.blocks import reading_minutes
from lms_leiderschap.submission.model import Submission

STATES = ("waiting", "ready", "released")


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


def row_of(submission: Submission) -> Row:
    """Who, what, since when, until when, how long to read, and how far the feedback is."""
    work, feedback = submission.work, deciding(submission)
    row: Row = {
        "path": "/".join(path_of(submission)), "who": who(submission),
        "assignment": work.assignment.title, "place": work.place, "number": submission.number,
        "at": submission.at.isoformat(), "late": submission.late, "words": submission.words,
        "minutes": reading_minutes(submission.words), "changed": submission.changed_blocks,
        "files": len(submission.files), "promised": key_of(submission)[0],
    }
    if feedback is not None:
        row |= {"by": feedback.author, "remarks": len(feedback.remarks),
                "steps": len(feedback.steps), "decision": feedback.decision,
                "saved": feedback.saved_at.isoformat() if feedback.saved_at else ""}
    return row


def who(submission: Submission) -> str:
    """The authors as a teacher reads them: the group, or the names."""
    holder = submission.work.holder
    if hasattr(holder, "members"):
        return str(holder.title)
    people = institution_of(submission).people
    return ", ".join(people[person_id].name for person_id in submission.authors
                     if person_id in people)


def place_row(submission: Submission) -> None:
    """Bring the lists up to date for one version: in its one list, out of the others."""
    edition, state, key = submission.work.edition, state_of(submission), key_of(submission)
    for name in STATES:
        if name == state:
            queue(edition, name).put(key, row_of(submission))
        else:
            queue(edition, name).drop(key)
