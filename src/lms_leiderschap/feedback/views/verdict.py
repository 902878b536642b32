"""Feedback in words, as its author released it: steps, decision, rubric, notes per part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyramid.request import Request

from lms_leiderschap.feedback.model import Feedback
from lms_leiderschap.feedback.titles import DECISION_TITLES
from lms_leiderschap.feedback.views.assessment import rubric_for


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one person said about a version.

    levels  per criterion: its title, the chosen level and the sentence of that level
    notes   per part: its title and what was written, in lines
    """

    by: str
    state: str
    at: datetime | None
    steps: Sequence[str]
    decision: str
    decided: Any
    until: datetime | None
    levels: Sequence[tuple[str, str, str]]
    notes: Sequence[tuple[str, Sequence[str]]]


def verdict_of(request: Request, feedback: Feedback) -> Verdict:
    submission = feedback.submission
    author = request.institution.people.get(feedback.author)
    rubric = rubric_for(submission)
    titles = {level.key: level.title for level in rubric.levels} if rubric else {}
    levels = [
        (row.title, titles.get(chosen, chosen), row.levels.get(chosen, ""))
        for row in (rubric.criteria if rubric else ())
        if (chosen := feedback.choices.get(row.key))
    ]
    notes = [
        (part.title, text.splitlines())
        for part in submission.report.parts
        if (text := feedback.notes.get(part.key, "").strip())
    ]
    returned = feedback.decision == "returned" and feedback.until
    return Verdict(
        author.given_name if author is not None else "",
        feedback.state,
        feedback.released_at,
        feedback.steps,
        feedback.decision,
        DECISION_TITLES.get(feedback.decision, ""),
        datetime.fromisoformat(feedback.until) if returned else None,
        levels,
        notes,
    )
