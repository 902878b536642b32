"""A draft as the version it becomes: what it still lacks, and what stands in it.

Nothing here is written to the database; ``actions.submit`` does that.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.store.folder import new_id
from lms_leiderschap.submission.completeness import Completeness, check
from lms_leiderschap.submission.deadline import RULE_VERSION, working_days_after
from lms_leiderschap.submission.model import Answer, Submission, Work
from lms_leiderschap.submission.products import goals_of
from lms_leiderschap.submission.receipt import changed_blocks
from lms_leiderschap.texts import _


class Incomplete(Refusal):
    """Required parts are missing and handing in without them was not confirmed.

    missing  keys of those parts
    """

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(
            _(
                "Parts of your report are still missing. Add them, or confirm that "
                "you hand in without them."
            ),
            "without",
        )
        self.missing = missing


def checked(work: Work, without: Collection[str]) -> Completeness:
    """How complete the draft is. Raises Incomplete, or Refusal when there is nothing in it.

    without  keys of missing parts that may be missing
    """
    answers = work.answers()
    done = check(work.report, answers, work.draft_files(), goals=goals_of(work, answers))
    if not work.chosen and not any(map(_holds, answers.values())):
        raise Refusal(_("There is nothing in it yet. Write something or add a file."))
    if missing := tuple(key for key in done.missing if key not in without):
        raise Incomplete(missing)
    return done


def _holds(value: Answer) -> bool:
    return bool(value.get("blocks") or value.get("entries") or value.get("choice"))


def frozen(work: Work, done: Completeness, verdict: str, at: datetime) -> Submission:
    """The next version of a piece of work as its draft stands, not yet in the tree."""
    before = work.last
    submission = Submission(new_id(), len(work.versions) + 1, work.holder.authors(at), at)
    submission.answers = work.answers()
    if work.edition.generation:
        submission.generation = work.edition.generation
    submission.files = work.chosen
    submission.words, submission.missing = done.words, tuple(done.missing)
    submission.verdict = (verdict, RULE_VERSION)
    submission.changed_blocks = changed_blocks(before, submission) if before else None
    if work.assignment.feedback_required:
        submission.promised = working_days_after(
            institution_of(work), at, work.edition.promise_days
        )
    else:
        submission.outcome = "kept"
    return submission
