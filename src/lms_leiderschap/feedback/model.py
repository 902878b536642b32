"""What people write about one version of somebody's work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from BTrees.OOBTree import OOBTree

from lms_leiderschap.store.folder import Folder, Resource
from lms_leiderschap.submission.model import Submission

KINDS = ("teacher", "second_reader", "peer")
DECISIONS = ("met", "returned", "talk")
REMARK_KINDS = ("strong", "question", "improve", "next_step")


class Remark(Resource):
    """A remark at one place in one version. It never moves to other text.

    kind      one of REMARK_KINDS
    text      what was written, plain text
    version   id of the version
    file      id of the file whose reading copy holds the block; "" for written parts
    part      key of the part, "" in a file
    block     id of the block
    start, end  places in the plain text of the block; `quote` is exactly what stands there
    """

    schema = 1
    personal = ("text", "author")
    retention = "seven years"

    def __init__(
        self, kind: str, text: str, anchor: dict[str, Any], author: str, at: datetime
    ) -> None:
        self.kind, self.text, self.author, self.at = kind, text, author, at
        self.version, self.file = anchor["version"], anchor.get("file", "")
        self.part, self.block = anchor.get("part", ""), anchor["block"]
        self.start, self.end, self.quote = anchor["start"], anchor["end"], anchor["quote"]
        self.serial = 1


class Feedback(Resource):
    """The feedback of one person on one version.

    author    id of the person; kind says in which part: teacher, second reader or peer
    state     "draft", "ready" (finished, seen by nobody else) or "released"
    notes     part key to what was written about that part, plain text
    choices   criterion key to the key of a level
    steps     next steps, plain text each
    decision  one of DECISIONS, "" while open; `until` is the ISO moment of a returned version
    remarks   by random id
    serials   piece name to the times it was saved; a page names the serials it started from.
              A piece is what is saved by itself: "note-<part>", "choice-<criterion>", "steps" or
              "decision" (with its date), so that two tabs never overwrite each other's pieces
    """

    schema = 1
    personal = ("author", "notes", "steps", "remarks")
    retention = "seven years"

    def __init__(self, author: str, kind: str, at: datetime) -> None:
        self.author, self.kind, self.begun_at = author, kind, at
        self.state = "draft"
        self.notes: Any = OOBTree()
        self.choices: Any = OOBTree()
        self.steps: tuple[str, ...] = ()
        self.decision, self.until = "", ""
        self.serials: dict[str, int] = {}
        self.saved_at: datetime | None = None
        self.ready_at: datetime | None = None
        self.released_at: datetime | None = None
        self.remarks = Folder()
        self.remarks.__name__, self.remarks.__parent__ = "remarks", self

    def __getitem__(self, name: str) -> Any:
        return {"remarks": self.remarks}[name]

    @property
    def submission(self) -> Submission:
        return self.__parent__.__parent__  # type: ignore[union-attr, return-value]

    def piece(self, name: str) -> Any:
        """What stands in one piece: a text, a level key, a tuple of steps, (decision, until)."""
        kind, _dash, key = name.partition("-")
        if kind == "note":
            return self.notes.get(key, "")
        if kind == "choice":
            return self.choices.get(key, "")
        return self.steps if kind == "steps" else (self.decision, self.until)

    @property
    def points(self) -> int:
        """How many things the participant is asked or told to do."""
        asks = sum(remark.kind in ("improve", "next_step") for remark in self.remarks.values())
        return len(self.steps) + asks


def feedback_by(submission: Submission, person_id: str) -> Feedback | None:
    """What this person wrote about a version."""
    for feedback in submission.feedback.values():
        if feedback.author == person_id:
            return feedback
    return None


def held_by_other(submission: Submission, person_id: str) -> str:
    """Id of another teacher who is at it; "" when there is none."""
    others = [item.author for item in _of_teachers(submission) if item.author != person_id]
    return others[0] if others else ""


def deciding(submission: Submission) -> Feedback | None:
    """The teacher's feedback whose decision counts: the released, else the ready, else a draft."""
    order = {"released": 0, "ready": 1, "draft": 2}
    own = _of_teachers(submission)
    return min(own, key=lambda item: order[item.state]) if own else None


def _of_teachers(submission: Submission) -> list[Feedback]:
    """What somebody left unreleased who no longer teaches the edition holds nobody up."""
    teachers = submission.work.edition.teachers
    return [
        item
        for item in submission.feedback.values()
        if item.kind == "teacher" and (item.state == "released" or item.author in teachers)
    ]


def released(submission: Submission) -> list[Feedback]:
    """What its authors may read about a version."""
    return [item for item in submission.feedback.values() if item.state == "released"]
