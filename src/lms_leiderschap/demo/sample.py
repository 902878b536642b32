"""What one participant of a large demo did, made by the actions themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from lms_leiderschap.demo.make import read
from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.feedback.actions import keep_feedback, make_ready, release
from lms_leiderschap.people.model import Person
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.submission.actions import save_part, submit
from lms_leiderschap.submission.blocks import blocks_from_text
from lms_leiderschap.submission.model import Submission, Work, report_for

Notify = Callable[[Any], None]
WORDS = 200
NOTE = "Helder beschreven; noem nog één voorbeeld uit het team."
STEP = "Vraag een collega om mee te lezen."


class Kind(NamedTuple):
    """How many versions a participant handed in, and whether the last one still waits."""

    versions: int
    waits: bool


def share(number: int, among: int, place: int) -> int:
    """How many of `number` things fall to one place when they are dealt out."""
    return number // among + (place < number % among)


def text_parts(edition: Edition, work_key: str) -> list[str]:
    """Keys of the parts of a report that take blocks, four at most."""
    return [part.key for part in report_for(edition, work_key).parts
            if part.kind in ("text", "instrument_comparison")][:4]


def reports_of(edition: Edition) -> list[str]:
    """Keys of the work with feedback and a part to write text in."""
    return [row["key"] for row in edition.plan
            if edition.assignment(row["key"]).feedback_required
            and text_parts(edition, row["key"])]


class Sample:
    """Plays the part of a participant and of a teacher."""

    def __init__(self, now: datetime, notify: Notify) -> None:
        self.now, self.notify = now, notify
        texts = [text for part in read("reports.toml")["first"].values()
                 if isinstance(part, dict) for text in part["texts"]]
        self.words = " ".join(texts).split()

    def play(self, enrolment: Enrolment, kind: Kind, teacher: Person) -> None:
        """Versions in turn for all reports but the first, which is left open, with feedback."""
        keys = reports_of(enrolment.edition)[1:]
        between = min(timedelta(days=1), timedelta(days=300) / max(1, kind.versions))
        for place in range(kind.versions):
            work, left = enrolment.work[keys[place % len(keys)]], kind.versions - 1 - place
            if kind.waits and not left:
                self.hand_in(work, place, WORDS, self.now - timedelta(days=2))
            else:
                at = self.now - timedelta(days=15) - between * left
                submission = self.hand_in(work, place, WORDS, at)
                self.give(submission, teacher, at + between / 2, last=left < len(keys))

    def hand_in(self, work: Work, number: int, count: int, at: datetime) -> Submission:
        """A version of `count` words; `number` chooses which and names the form."""
        parts, by = text_parts(work.edition, work.key), work.holder.person_id
        for place, part in enumerate(parts):
            save_part(work, part, {"blocks": self.blocks(number + place,
                                                         share(count, len(parts), place)),
                                   "in_file": False}, serial=None, by=by, at=at)
        return submit(work, {}, without=[part.key for part in work.report.parts],
                      key=f"bulk-{number}", by=by, at=at, notify=self.notify)

    def blocks(self, number: int, count: int) -> list[Any]:
        """Paragraphs of fifty words or what is left."""
        start = number * 61 % len(self.words)
        taken = (self.words * (2 + count // len(self.words)))[start:start + count]
        return list(blocks_from_text("\n\n".join(
            " ".join(taken[at:at + 50]) for at in range(0, count, 50))))

    def give(self, submission: Submission, teacher: Person, at: datetime, *, last: bool) -> None:
        """Released feedback; back for more unless it is the last version of this report."""
        notes = dict.fromkeys(text_parts(submission.work.edition, submission.work.key), NOTE)
        feedback = keep_feedback(
            submission, teacher.__name__, notes=notes, choices={}, steps=[STEP], serial=None,
            decision="met" if last else "returned",
            until="" if last else (at + timedelta(days=14)).isoformat(), at=at)
        make_ready(feedback, at=at, notify=self.notify)
        release(feedback, by=teacher.__name__, at=at, notify=self.notify)
