"""Giving feedback: kept while it is written, ready when it is done, released to be read."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import Any

from lms_leiderschap.errors import DraftMoved, Refusal
from lms_leiderschap.feedback.events import FeedbackReleased
from lms_leiderschap.feedback.model import DECISIONS, REMARK_KINDS, Feedback, Remark, feedback_by
from lms_leiderschap.feedback.pieces import moved, pieces_of, says_something
from lms_leiderschap.feedback.queue import make_lists, place_row
from lms_leiderschap.institution.actions import record
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import new_id
from lms_leiderschap.submission.model import Submission
from lms_leiderschap.submission.rows import write_row
from lms_leiderschap.texts import _

Notify = Callable[[Any], None]
MOST_STEPS = 3


def begin(submission: Submission, author: str, *, kind: str = "teacher", at: datetime) -> Feedback:
    """This person's feedback on a version, made when there is none.

    From here on the participant cannot take the version back: the mark stands on the version
    itself, so that of a taking back and a beginning at one moment one is told to look again.
    Raises Refusal when it was taken back, or when no feedback is asked for.
    """
    _check_asked(submission)
    if feedback := feedback_by(submission, author):
        return feedback
    if submission.state == "withdrawn":
        raise Refusal(_("This version was taken back."))
    submission.held_by = submission.held_by or author
    feedback = submission.feedback.add(new_id(), Feedback(author, kind, at))
    return feedback


def keep_feedback(
    submission: Submission,
    author: str,
    *,
    notes: Mapping[str, str],
    choices: Mapping[str, str],
    steps: Sequence[str] | None,
    decision: str | None,
    until: str,
    serial: Mapping[str, int] | None,
    at: datetime,
) -> Feedback:
    """Keep what a teacher wrote so far; it is a draft that nobody else sees.

    notes    part key to plain text; parts left out keep theirs, an empty text clears one
    choices  criterion key to level key
    steps    next steps; None leaves them as they are
    decision one of DECISIONS or "" while open, None leaves it; `until`, an ISO moment or "", goes
             with it
    serial   per piece (see Feedback.serials) the serial the page started from, 0 for one that is
             left out; None writes over what is there
    Raises DraftMoved (field: name of the piece) when a piece was saved elsewhere since; Refusal
    when the version was taken back, asks for no feedback, or its feedback is released and this
    would change it. What says nothing makes nothing.
    """
    _check_asked(submission)
    sent = pieces_of(notes, choices, steps, decision, until)
    feedback = feedback_by(submission, author)
    if feedback is None and not any(map(says_something, sent.values())):
        return Feedback(author, "teacher", at)
    feedback = feedback or begin(submission, author, at=at)
    changed = {name: value for name, value in sent.items() if feedback.piece(name) != value}
    if changed:
        _check_unreleased(feedback)
    if serial is not None:
        for name in moved(feedback, changed, serial):
            raise DraftMoved(
                _("This feedback was changed elsewhere. Choose which text stays."),
                name,
                feedback.serials[name],
                feedback.piece(name),
            )
    if changed:
        _write(feedback, changed)
        feedback.state, feedback.ready_at, feedback.saved_at = "draft", None, at
        place_row(submission)
    return feedback


def _write(feedback: Feedback, changed: Mapping[str, Any]) -> None:
    for name, value in changed.items():
        kind, _dash, key = name.partition("-")
        if kind == "note":
            feedback.notes[key] = value
        elif kind == "choice":
            feedback.choices[key] = value
        elif kind == "steps":
            feedback.steps = value
        else:
            feedback.decision, feedback.until = value
    raised = {name: feedback.serials.get(name, 0) + 1 for name in changed}
    feedback.serials = {**feedback.serials, **raised}


def make_ready(feedback: Feedback, *, at: datetime, notify: Notify) -> None:
    """Say that feedback is done; what is released is. A version that goes back is released at once.

    Raises Refusal (field "steps", "decision" or "until") when something is missing.
    """
    if feedback.state == "released":
        return
    _check_whole(feedback, at)
    if feedback.state == "draft":
        feedback.state, feedback.ready_at = "ready", at
        place_row(feedback.submission)
    if feedback.decision == "returned":
        release(feedback, by=feedback.author, at=at, notify=notify)


def reopen(feedback: Feedback) -> None:
    """Make ready feedback a draft again. Raises Refusal once it is released."""
    _check_unreleased(feedback)
    if feedback.state == "ready":
        feedback.state, feedback.ready_at = "draft", None
        place_row(feedback.submission)


def release(feedback: Feedback, *, by: str, at: datetime, notify: Notify) -> None:
    """Let the authors read it, and settle the version with its decision; twice is once.

    Raises Refusal when it is not ready, or when a colleague's decision stands already.
    """
    if feedback.state == "released":
        return
    if feedback.kind == "teacher" and feedback.submission.outcome in DECISIONS:
        raise Refusal(_("A colleague has released feedback on this version already."))
    if feedback.state != "ready":
        raise Refusal(_("This feedback is not ready yet."))
    _check_whole(feedback, at)
    submission = feedback.submission
    feedback.state, feedback.released_at = "released", at
    if feedback.kind == "teacher":
        submission.outcome = feedback.decision
        work = submission.work
        if feedback.decision == "returned":
            work.changes = (*work.changes, (feedback.until, ""))
        write_row(
            work,
            new=True,
            feedback={"by": feedback.author, "points": feedback.points, "at": at.isoformat()},
        )
    place_row(submission)
    record(feedback, "feedback.released", by=by, at=at, decision=feedback.decision)
    notify(FeedbackReleased(feedback, at))


def release_all(feedbacks: Sequence[Feedback], *, by: str, at: datetime, notify: Notify) -> int:
    """Release several at once, all or none; how many."""
    for feedback in feedbacks:
        release(feedback, by=by, at=at, notify=notify)
    return len(feedbacks)


def add_remark(
    submission: Submission,
    author: str,
    kind: str,
    text: str,
    anchor: Mapping[str, Any],
    *,
    at: datetime,
    key: str = "",
) -> Remark:
    """Put a remark at a place in a version.

    kind    one of REMARK_KINDS
    anchor  version, block, start, end, quote, and part or file (see anchors.anchor_of)
    key     random text of the form that was drawn; the same key is the same remark, which says
            from then on what was sent last
    Raises Refusal (field "text" or "kind") when it says nothing or its feedback is released.
    """
    if kind not in REMARK_KINDS:
        raise Refusal(_("Choose what kind of remark this is."), "kind")
    if not text.strip():
        raise Refusal(_("Write what you want to say about it."), "text")
    feedback = begin(submission, author, at=at)
    _check_unreleased(feedback)
    name = _name_of(key) if key else new_id()
    remark: Remark | None = feedback.remarks.get(name)
    if remark is None:
        remark = feedback.remarks.add(name, Remark(kind, text, dict(anchor), author, at))
    elif (remark.kind, remark.text) == (kind, text):
        return remark
    else:
        remark.kind, remark.text, remark.serial = kind, text, remark.serial + 1
    feedback.saved_at = at
    place_row(submission)
    return remark


def remove_remark(remark: Remark, *, at: datetime) -> None:
    """Take a remark away. Raises Refusal once its feedback is released."""
    feedback: Feedback = remark.__parent__.__parent__  # type: ignore[union-attr, assignment]
    _check_unreleased(feedback)
    feedback.remarks.remove(remark.__name__)
    feedback.saved_at = at
    place_row(feedback.submission)


def rebuild_lists(edition: Edition, *, by: str, at: datetime) -> None:
    """Write every row that pages show of an edition anew, from what it stands for."""
    make_lists(edition)
    groups = (g for g in institution_of(edition).groups.values() if g.edition is edition)
    for holder in chain(edition.enrolments.values(), groups):
        for work in holder.work.values():
            write_row(work)
            for version in work.versions.values():
                place_row(version)
    record(edition, "lists.rebuilt", by=by, at=at)


def _name_of(key: str) -> str:
    return b32encode(sha256(key.encode()).digest()).decode().lower()[:13]


def _check_asked(submission: Submission) -> None:
    if submission.outcome == "kept":
        raise Refusal(_("No feedback is asked for on this work."))


def _check_unreleased(feedback: Feedback) -> None:
    if feedback.state == "released":
        raise Refusal(_("This feedback was released and stays as it is."))


def _check_whole(feedback: Feedback, at: datetime) -> None:
    if lacks := what_lacks(feedback, at):
        raise lacks


def what_lacks(feedback: Feedback, at: datetime) -> Refusal | None:
    """What its authors still need before they can go on with it; None when it is whole."""
    if not feedback.steps:
        return Refusal(_("Write at least one next step."), "steps")
    if len(feedback.steps) > MOST_STEPS:
        return Refusal(_("Three next steps is the most."), "steps")
    if feedback.decision not in DECISIONS:
        return Refusal(_("Choose a decision."), "decision")
    passed = not feedback.until or datetime.fromisoformat(feedback.until) <= at
    if feedback.decision == "returned" and passed:
        return Refusal(_("Fill in until when the new version can be handed in."), "until")
    return None
