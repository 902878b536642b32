"""Everything that can be done to a piece of work by those whose work it is, and its dates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from lms_leiderschap.errors import DraftMoved, Refusal
from lms_leiderschap.institution.actions import post, record
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.submission.events import DateGiven, SubmissionReceived, SubmissionWithdrawn
from lms_leiderschap.submission.freezing import checked, frozen
from lms_leiderschap.submission.model import Answer, DraftPart, Submission, Work
from lms_leiderschap.submission.receipt import receipt_of, sent_fingerprint
from lms_leiderschap.submission.rows import row_at, write_row
from lms_leiderschap.texts import _

Notify = Callable[[Any], None]
MOST_FILES = 20
LONGEST_NOTE = 2000


def prepare_work(holder: Any, keys: Collection[str]) -> None:
    """Make the pieces of work of an Enrolment or Group that are not there yet."""
    for key in keys:
        if key not in holder.work:
            write_row(holder.work.add(key, Work(key)))


def save_part(
    work: Work, part: str, value: Answer, *, serial: int | None, by: str, at: datetime
) -> DraftPart:
    """Keep what is written for one part; the same text again changes nothing.

    value   plain values: {"blocks": …, "in_file": bool}, {"entries": …} or {"choice": …}
    serial  the serial the page started from; None to write over whatever is there
    Raises DraftMoved when the part was saved elsewhere since, Refusal when the work is not open
    or has no such part. Saving after the deadline is allowed: text is never refused for being late.
    """
    check_open(work)
    if part not in [known.key for known in work.report.parts]:
        raise Refusal(_("This part is not in this report."), part)
    draft = work.parts.get(part)
    if draft is not None and draft.value == value:
        return draft
    if draft is None:
        if not any(value.values()):
            return DraftPart()
        draft = work.parts[part] = DraftPart()
        draft.__name__, draft.__parent__ = part, work
    if serial is not None and has_moved(work, part, value, serial):
        raise DraftMoved(
            _("This part was changed elsewhere. Choose which text stays."),
            part,
            draft.serial,
            draft.value,
        )
    draft.value, draft.by, draft.saved_at = value, by, at
    draft.serial += 1
    return draft


def has_moved(work: Work, part: str, value: Answer, serial: int) -> bool:
    """Whether another text was saved for a part since a page with this serial was opened."""
    draft = work.parts.get(part)
    return draft is not None and draft.serial != serial and draft.value != value


def attach(
    work: Work, upload: StoredFile, *, name: str, media_type: str, by: str, at: datetime
) -> None:
    """Add a received file at the end of the draft's files; the same file twice stays one.

    name        as people read it, cleaned
    media_type  decided from the content
    An upload that was staged leaves the staging.
    Raises Refusal (field "files") when there are twenty already.
    """
    check_open(work)
    if upload.id in work.chosen:
        return
    if len(work.chosen) >= MOST_FILES:
        raise Refusal(_("Twenty files is the most for one report."), "files")
    if upload.id not in work.files:
        if upload.__parent__ is not None:
            upload.__parent__.remove(upload.id)  # staged until now
        upload.name, upload.media_type = name, media_type
        work.files.add(upload.id, upload)
    work.chosen = (*work.chosen, upload.id)
    record(work, "file.attached", by=by, at=at, file=upload.id)


def detach(work: Work, file_id: str, *, by: str, at: datetime) -> None:
    """Take a file out of the draft; versions that hold it keep it."""
    check_open(work)
    if file_id not in work.chosen:
        return
    work.chosen = tuple(known for known in work.chosen if known != file_id)
    if not any(file_id in version.files for version in work.versions.values()):
        work.files.remove(file_id)
    record(work, "file.detached", by=by, at=at, file=file_id)


def move_file(work: Work, file_id: str, places: int) -> None:
    """Move a file of the draft up (negative) or down in the reading order."""
    check_open(work)
    if file_id in work.chosen:
        rest = [known for known in work.chosen if known != file_id]
        place = max(0, min(len(rest), work.chosen.index(file_id) + places))
        work.chosen = (*rest[:place], file_id, *rest[place:])


def submit(
    work: Work,
    answers: Mapping[str, tuple[Answer, int | None]],
    *,
    without: Collection[str],
    key: str,
    by: str,
    at: datetime,
    notify: Notify,
) -> Submission:
    """Hand in: keep what was sent, freeze it as the next version, and prove its receipt.

    answers  part key to (answer, serial the page started from); parts left out keep their draft
    without  keys of missing parts that may be missing
    key      random text of the form that was drawn; with the same content it gives the same
             version, unless that was taken back
    at       arrival of the request: this moment decides whether it is on time. The version says no
             earlier moment than the one before, though the clock was set back between them
    Raises Incomplete, DraftMoved, or Refusal: closed, already handed in, nothing in it, or the
    add-on that brought the work is off.
    """
    values = {part: value for part, (value, _serial) in answers.items()}
    sent = sent_fingerprint(values, work.draft_files())
    if earlier := made_by_form(work, key, sent):
        return earlier
    check_open(work)
    check_offered(work)
    verdict = work.deadline.verdict(at)
    if verdict == "closed":
        raise Refusal(_("Handing in is closed. Ask the programme office for a new date."))
    for part, (value, serial) in answers.items():
        save_part(work, part, value, serial=serial, by=by, at=at)
    done = checked(work, without)
    at = max([at, *(version.at for version in work.versions.values())])
    submission = frozen(work, done, verdict, at)
    work.versions.add(str(submission.number), submission)
    work.keys[key] = (str(submission.number), sent)
    # Writes the work itself: whoever changes its files at this moment has to look again.
    work.handed_in = submission.number
    submission.receipt = receipt_of(submission, done)
    write_row(work, new=False, feedback=None)
    record(submission, "work.submitted", by=by, at=at, version=submission.number)
    for file in work.draft_files():
        post(submission, "reading", {"path": list(path_of(submission)), "file": file.id}, at=at)
    notify(SubmissionReceived(submission, at))
    return submission


def made_by_form(work: Work, key: str, sent: str) -> Submission | None:
    """The version that this form with this content made; None once it was taken back.

    sent  fingerprint of what was sent (``receipt.sent_fingerprint``)
    """
    number, before = work.keys.get(key, ("", ""))
    if not number or sent != before:
        return None
    version: Submission = work.versions[number]
    return version if version.state != "withdrawn" else None


def withdraw(submission: Submission, *, by: str, at: datetime, notify: Notify) -> None:
    """Take a version back; it stays with the work as withdrawn, and the draft is open again.

    Raises Refusal where ``why_kept`` says why.
    """
    work = submission.work
    if submission.state == "withdrawn":
        return
    if reason := why_kept(submission, at):
        raise Refusal(reason)
    submission.state, submission.outcome = "withdrawn", ""
    write_row(work)
    record(submission, "work.withdrawn", by=by, at=at, version=submission.number)
    notify(SubmissionWithdrawn(submission, at))


def why_kept(submission: Submission, at: datetime) -> str:
    """The sentence that says why a version cannot be taken back; "" while it can."""
    work = submission.work
    if work.last is not submission:
        return _("Only the last version can be taken back.")
    if submission.held_by or submission.outcome not in ("", "kept"):
        return _("Your teacher has begun on this version, so it can no longer be taken back.")
    if work.deadline.verdict(at) == "closed":
        return _(
            "Handing in is closed, so this version can no longer be taken back: "
            "another one could not be handed in."
        )
    return ""


def tick(work: Work, note: str, *, by: str, at: datetime) -> None:
    """Say that a preparation was done, with a note that may be empty.

    Raises Refusal for work that asks for more than a tick, and for a note (field "note") of more
    than 2,000 characters.
    """
    if not work.is_tick:
        raise Refusal(_("This assignment asks for a report."))
    if len(note) > LONGEST_NOTE:
        sentence = _("Make this shorter: at most ${n} characters.", {"n": LONGEST_NOTE})
        raise Refusal(sentence, "note")
    check_offered(work)
    work.ticked = {"at": at.isoformat(), "note": note}
    write_row(work)
    record(work, "work.ticked", by=by, at=at)


def untick(work: Work, *, by: str, at: datetime) -> None:
    """Take a tick back; its note stays, to go on with."""
    if work.ticked is None:
        return
    work.note, work.ticked = work.ticked["note"], None
    write_row(work)
    record(work, "work.unticked", by=by, at=at)


def give_date(
    work: Work, until: datetime, reason: str, *, by: str, at: datetime, notify: Notify
) -> None:
    """Give one participant (or group) another date. The earlier ones stay visible.

    until   aware moment up to and including which work is on time
    reason  read by the participant
    Raises Refusal (field "until") for a moment that has passed.
    """
    if until <= at:
        raise Refusal(_("Fill in a date that is still to come."), "until")
    work.changes = (*work.changes, (until.isoformat(), reason))
    write_row(work)
    # The reason is often about health: it stays with the work, and goes when that is erased.
    record(work, "work.date_given", by=by, at=at, until=until.isoformat())
    notify(DateGiven(work, until, reason, at))


def keep_reading(submission: Submission, file_id: str, reading: Mapping[str, Any]) -> None:
    """Freeze the reading copy of a file with its version; a second one is not looked at.

    reading  {"state": "read", "scan", "locked" or "unreadable", "blocks": […], "words": int}
    """
    if file_id in submission.files and file_id not in submission.readings:
        submission.readings[file_id] = dict(reading)


def mark_read(work: Work) -> None:
    """Feedback on the last version was read: the line about it moves out of what is new."""
    if row_at(work.holder, work.key).get("new"):
        write_row(work, new=False)


def check_offered(work: Work) -> None:
    """Raises Refusal while the add-on that brought this work is off. Saving is always possible."""
    if not work.is_offered:
        raise Refusal(
            _("The module is being worked on. Your text is safe; reading and downloading go on.")
        )


def check_open(work: Work) -> None:
    """Raises Refusal when the last version stays as it is: with a teacher, or finished."""
    if not work.is_open:
        raise Refusal(_("This version was handed in and stays as it is."))
