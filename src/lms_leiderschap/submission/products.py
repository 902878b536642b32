"""What is handed on from one piece of work to another, found where it was made."""

from __future__ import annotations

from typing import Any, NamedTuple

from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import find
from lms_leiderschap.submission.model import Answer, Submission, Work
from lms_leiderschap.submission.spec import ReportSpec


class Handed(NamedTuple):
    """Where a product is made: the piece of work, and its last version that was not taken back."""

    work: Work
    submission: Submission | None


def handed_on(holder: Any, product_key: str) -> Handed | None:
    """How far a product is for an Enrolment or Group; None when none of their work makes it.

    Work that the participant's groups do together counts as theirs.
    """
    work_key = makers(holder.edition).get(product_key)
    work = _work_of(holder, work_key) if work_key else None
    return Handed(work, work.last) if work is not None else None


def makers(edition: Edition) -> dict[str, str]:
    """Product key to the key of the work that makes it; read once while the edition is loaded."""
    known: dict[str, str] | None = getattr(edition, "_v_makers", None)
    if known is None:
        known = {}
        for row in edition.plan:
            for product in edition.assignment(row["key"]).makes:
                known.setdefault(product, row["key"])
        edition._v_makers = known
    return known


def product_title(edition: Edition, product_key: str) -> str:
    """How a product is called; its key when no module of the edition describes it."""
    pinned = edition.pinned("product", product_key)
    return (pinned.data.get("title") if pinned else "") or product_key


def goals_of(work: Work, answers: dict[str, Answer]) -> tuple[str, ...]:
    """The goals a part of changes has to speak of: those of the version it follows, then its own.

    answers  what is written in this report, by part key
    """
    if not any(part.kind == "changes" for part in work.report.parts):
        return ()
    earlier = handed_on(work.holder, _followed(work))
    before = earlier.submission if earlier else None
    goals = _goals(before.report, before.answers) if before else []
    return tuple(dict.fromkeys(goals + _goals(work.report, answers)))


def _work_of(holder: Any, work_key: str) -> Work | None:
    if work_key in holder.work:
        return holder.work[work_key]
    for path in getattr(holder, "groups", ()):
        group = find(institution_of(holder), tuple(path.split("/")))
        if work_key in group.work:
            return group.work[work_key]
    return None


def _followed(work: Work) -> str:
    """The product of the version of a growing report that this work goes on from."""
    pinned = work.edition.pinned("report", work.assignment.report_key)
    versions = pinned.spec(ReportSpec.from_data).versions if pinned else ()
    follows = [row.follows for row in versions if row.assignment == work.assignment.key]
    return next((row.product for row in versions if row.number in follows), "")


def _goals(report: ReportSpec, answers: dict[str, Answer]) -> list[str]:
    parts = [
        part.key for part in report.parts if part.kind == "entries" and "goal" in part.entry_fields
    ]
    entries = [entry for key in parts for entry in answers.get(key, {}).get("entries", ())]
    return [goal for entry in entries if (goal := str(entry.get("goal") or "").strip())]
