"""A piece of work: its draft, its files and its frozen versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from BTrees.OOBTree import OOBTree

from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.programme.spec import AssignmentSpec
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import Folder, Resource
from lms_leiderschap.submission.deadline import Deadline, deadline_of
from lms_leiderschap.submission.spec import PartSpec, ReportSpec

Answer = dict[str, Any]
FREE_TEXT = ReportSpec(
    title="Tekst",
    parts=(PartSpec(key="text", title="Tekst", kind="text", required=False, evidence=("file",)),),
)
TICK_KINDS = ("preparation", "reading")


class DraftPart(Resource):
    """What is written so far for one part. One small object per part: saving one touches no other.

    value   the answer as plain values: blocks, entries, choice, in_file
    serial  counts the times it was saved; a page that saves names the serial it started from
    """

    schema = 1
    personal = ("value", "by")
    retention = "seven years"

    def __init__(self) -> None:
        self.value: Answer = {}
        self.serial = 0
        self.by = ""
        self.saved_at: datetime | None = None


class Work(Resource):
    """Everything of one participant or group for one assignment.

    key      "<place>.<assignment>", its name in the tree
    parts    draft per part key
    files    every file that was attached and is still named by the draft or a version
    chosen   ids of the files of the draft, in the order they are to be read
    versions frozen versions by number ("1", "2")
    keys     key of the form that was sent, to the number of the version it made and a
             fingerprint of what was sent
    handed_in  number of the version that was made last: with it every hand-in writes this object,
             so that no file leaves the draft at the same moment
    changes  dates given to this work: (ISO moment, reason), oldest first
    ticked   for work without a text: {"at": ISO moment, "note": str}
    note     the note of a tick that was taken back
    """

    schema = 1
    personal = ("parts", "files", "versions", "ticked", "note")
    retention = "seven years"
    handed_in = 0
    note = ""

    def __init__(self, key: str) -> None:
        self.key = key
        self.parts: Any = OOBTree()
        self.files, self.versions = Folder(), Folder()
        for name, folder in self._branches().items():
            folder.__name__, folder.__parent__ = name, self
        self.chosen: tuple[str, ...] = ()
        self.keys: Any = OOBTree()
        self.changes: tuple[tuple[str, str], ...] = ()
        self.ticked: dict[str, str] | None = None

    def _branches(self) -> dict[str, Folder]:
        return {"files": self.files, "versions": self.versions}

    def __getitem__(self, name: str) -> Any:
        return self._branches()[name]

    @property
    def holder(self) -> Any:
        """The Enrolment or Group this work belongs to."""
        return self.__parent__.__parent__  # type: ignore[union-attr]

    @property
    def edition(self) -> Edition:
        return self.holder.edition

    @property
    def place(self) -> str:
        return self.key.partition(".")[0]

    @property
    def assignment(self) -> AssignmentSpec:
        return self.edition.assignment(self.key)

    @property
    def title(self) -> str:
        return self.assignment.title

    @property
    def report(self) -> ReportSpec:
        """The format with just the parts of this assignment; one free text without a format."""
        return report_for(self.edition, self.key)

    def is_as_in(self, generation: str) -> bool:
        """Whether what is asked is what a form asked that was drawn in that generation of the
        edition; "" stands for a form that does not say. What changed elsewhere does not matter.
        """
        edition, now = self.edition, self.edition.generation
        if generation in ("", str(now)):
            return True
        if generation not in map(str, range(now)):
            return False
        drawn = int(generation)
        return (edition.assignment(self.key, drawn), report_for(edition, self.key, drawn)) == (
            self.assignment, self.report
        )  # fmt: skip

    @property
    def is_offered(self) -> bool:
        """Whether new work can be made: the add-on that brought it is on and installed.

        What is there already stays readable and gets feedback all the same.
        """
        return is_offered(self.edition, self.key)

    @property
    def is_tick(self) -> bool:
        """Whether there is nothing to hand in but the word that it was done."""
        return not self.assignment.report_key and self.assignment.kind in TICK_KINDS

    @property
    def deadline(self) -> Deadline:
        return deadline_of(self.holder, self.key, self.changes)

    @property
    def last(self) -> Submission | None:
        """The latest version that was not taken back."""
        for number in range(len(self.versions), 0, -1):
            version: Submission = self.versions[str(number)]
            if version.state != "withdrawn":
                return version
        return None

    @property
    def is_open(self) -> bool:
        """Whether a new version can be written: nothing is with a teacher, nothing is finished.

        A living report gets new versions for as long as it lives.
        """
        last = self.last
        if last is None or last.outcome == "returned":
            return True
        return last.outcome == "kept" and self.report.living

    def answers(self) -> dict[str, Answer]:
        """The draft: what is written for each part."""
        return {key: part.value for key, part in self.parts.items()}

    def draft_files(self) -> list[StoredFile]:
        return [self.files[file_id] for file_id in self.chosen]

    def serial(self, part: str) -> int:
        return self.parts[part].serial if part in self.parts else 0


def is_offered(edition: Edition, work_key: str) -> bool:
    """Whether new work can be made for a piece of work, as ``Work.is_offered`` says."""
    pinned = edition.pinned("assignment", work_key)
    if pinned is None or not pinned.plugin:
        return True
    return bool(institution_of(edition).addons[pinned.plugin].works)


def report_for(edition: Edition, work_key: str, generation: int | None = None) -> ReportSpec:
    """The report format of a piece of work, read once for as long as the edition is in memory.

    generation  of the definitions; None for those of now
    """
    known: dict[Any, ReportSpec] | None = getattr(edition, "_v_reports", None)
    if known is None:
        known = edition._v_reports = {}
    place = (work_key, edition.generation if generation is None else generation)
    if place not in known:
        assignment = edition.assignment(work_key, generation)
        pinned = edition.pinned("report", assignment.report_key, generation)
        known[place] = (
            FREE_TEXT
            if pinned is None
            else pinned.spec(ReportSpec.from_data).for_assignment(
                edition.programme.key, assignment.key, assignment.version, assignment.report_parts
            )
        )
    return known[place]


class Submission(Resource):
    """One version as it was handed in. It is never edited: not by anybody, not by any action.

    id        random; remarks are anchored to it
    authors   ids of the persons whose work it was at that moment
    answers   per part what was written, as blocks, entries or choice
    files     ids of attached files in reading order (the files are kept with the work)
    receipt   what the proof of receipt says, plain values
    verdict   "on_time" or "late", with the version of the rule that said so
    promised  aware moment until which feedback is promised; None where none is given
    state     "submitted" or "withdrawn"
    outcome   "" until feedback is released, then the decision: "met", "returned" or "talk";
              "kept" where no feedback is given
    generation  of the edition's definitions it was made under and is read with
    held_by   id of the teacher who first stored something on it; then it cannot be taken back
    readings  file id to its reading copy, made after the hand-in and frozen: state, blocks, words
    feedback  what people wrote about it
    """

    schema = 1
    personal = ("authors", "answers", "receipt", "readings", "feedback")
    retention = "seven years"
    generation = 0

    def __init__(self, id: str, number: int, authors: tuple[str, ...], at: datetime) -> None:
        self.id, self.number, self.authors, self.at = id, number, authors, at
        self.answers: dict[str, Answer] = {}
        self.files: tuple[str, ...] = ()
        self.receipt: dict[str, Any] = {}
        self.verdict: tuple[str, int] = ("on_time", 0)
        self.promised: datetime | None = None
        self.words = 0
        self.missing: tuple[str, ...] = ()
        self.changed_blocks: int | None = None
        self.state = "submitted"
        self.outcome = ""
        self.held_by = ""
        self.readings: Any = OOBTree()
        self.feedback = Folder()
        self.feedback.__name__, self.feedback.__parent__ = "given", self

    def __getitem__(self, name: str) -> Any:
        # Not "feedback": that is the page on which its authors read it.
        return {"given": self.feedback}[name]

    @property
    def work(self) -> Work:
        return self.__parent__.__parent__  # type: ignore[union-attr, return-value]

    @property
    def assignment(self) -> AssignmentSpec:
        """The assignment as it was when this was made."""
        return self.work.edition.assignment(self.work.key, self.generation)

    @property
    def report(self) -> ReportSpec:
        """The format it was made in."""
        return report_for(self.work.edition, self.work.key, self.generation)

    @property
    def late(self) -> bool:
        return self.verdict[0] == "late"
