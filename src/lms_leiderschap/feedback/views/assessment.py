"""The feedback form as its page shows it: what is stored, or what was just sent and refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from lms_leiderschap.errors import DraftMoved, Refusal
from lms_leiderschap.feedback.actions import MOST_STEPS
from lms_leiderschap.feedback.model import Feedback, feedback_by
from lms_leiderschap.feedback.pieces import moved
from lms_leiderschap.feedback.schema import Written, day_of
from lms_leiderschap.feedback.spec import RubricSpec
from lms_leiderschap.feedback.titles import DECISION_TITLES
from lms_leiderschap.feedback.views.phrases import Phrases
from lms_leiderschap.submission.model import Submission
from lms_leiderschap.texts import _
from lms_leiderschap.web.drawing import renderer_for

CONTROLS = {"steps": "step-1", "decision": "decision-met"}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the rubric: levels are (key, title, sentence); `told` is the chosen sentence."""

    key: str
    title: str
    hint: str
    levels: Sequence[tuple[str, str, str]]
    chosen: str
    told: str

    @property
    def piece(self) -> str:
        return f"choice-{self.key}"


def rubric_for(submission: Submission) -> RubricSpec | None:
    """The rubric as far as it looks at the parts of this version; None without one."""
    work, generation = submission.work, submission.generation
    key = work.edition.assignment(work.key, generation).rubric_key
    pinned = work.edition.pinned("rubric", key, generation)
    if pinned is None:
        return None
    parts = [part.key for part in submission.report.parts]
    return pinned.spec(RubricSpec.from_data).for_parts(parts)


def note_parts(submission: Submission) -> list[str]:
    """Keys of the parts that get a field of their own: the required ones, else all."""
    parts = submission.report.parts
    return [part.key for part in parts if part.required] or [part.key for part in parts]


class Assessment:
    """What stands in the form.

    summary    the box with what is wrong, empty when nothing is
    conflicts  piece name to what was saved of it elsewhere, in lines
    """

    def __init__(
        self,
        request: Request,
        submission: Submission,
        written: Written | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        self._request = request
        self.feedback = feedback_by(submission, request.person.__name__)
        self.rubric, self._written = rubric_for(submission), written
        self.conflicts: dict[str, list[str]] = {}
        self.problems: dict[str, Any] = dict(written.problems) if written else {}
        if isinstance(refusal, DraftMoved) and self.feedback is not None and written is not None:
            names = moved(self.feedback, written.pieces(), written.serials)
            self.conflicts = {name: self._lines(self.feedback, name) for name in names}
            self.problems |= dict.fromkeys(names, refusal.message)
        elif refusal is not None:
            self.problems[refusal.field or ""] = refusal.message
        self.summary = self._summary()
        self.criteria = self._criteria()
        self.steps = self._steps()
        self.decision, self.until = self._decided()

    @property
    def wrong_here(self) -> bool:
        """Whether something is wrong beyond the notes, which stand with their parts."""
        return any(not name.startswith("note-") for name in self.problems)

    def serial(self, name: str) -> int:
        """The serial the page starts from: after a refusal the one it had, as long as it holds."""
        stored = self.feedback.serials.get(name, 0) if self.feedback else 0
        if self._written is None or name in self.conflicts:
            return stored
        return self._written.serials.get(name, 0)

    def progress(self, say: Phrases) -> tuple[str, str]:
        """How far the form is, for its folded line."""
        rows = self.criteria
        values = {"done": sum(bool(row.chosen) for row in rows), "total": len(rows)}
        assessed = say(_("Assess ${done} of ${total}"), **values) if rows else say(_("Assess"))
        step = _("next step written") if any(self.steps) else _("no next step yet")
        decision = DECISION_TITLES.get(self.decision, _("no decision yet"))
        return assessed, f", {say(step)}, {say(decision)}"

    def note(self, part: str) -> str:
        if self._written is not None and part in self._written.notes:
            return self._written.notes[part]
        return str(self.feedback.notes.get(part, "")) if self.feedback else ""

    def _criteria(self) -> list[Criterion]:
        if self.rubric is None:
            return []
        stored: Mapping[str, str] = self.feedback.choices if self.feedback else {}
        sent = self._written.choices if self._written else {}
        found = []
        for row in self.rubric.criteria:
            chosen = sent.get(row.key) or stored.get(row.key, "")
            levels = [(lv.key, lv.title, row.levels.get(lv.key, "")) for lv in self.rubric.levels]
            told = row.levels.get(chosen, "")
            found.append(Criterion(row.key, row.title, row.hint, levels, chosen, told))
        return found

    def _steps(self) -> list[str]:
        given = self.feedback.steps if self.feedback else ()
        if self._written is not None and self._written.steps is not None:
            given = tuple(self._written.steps)
        return [*given, *[""] * MOST_STEPS][: max(MOST_STEPS, len(given))]

    def _decided(self) -> tuple[str, str]:
        if self._written is not None and self._written.decision is not None:
            return self._written.decision, self._written.until_text
        if self.feedback is None:
            return "", ""
        return self.feedback.decision, day_of(self.feedback.until, self._request.institution.tz)

    def _lines(self, feedback: Feedback, name: str) -> list[str]:
        """A stored piece in words."""
        value = feedback.piece(name)
        if name == "steps":
            return list(value)
        if name == "decision":
            day = day_of(value[1], self._request.institution.tz)
            title = DECISION_TITLES.get(value[0], "")
            return [self._request.localizer.translate(title), day]
        if name.startswith("choice-") and self.rubric is not None:
            return [level.title for level in self.rubric.levels if level.key == value]
        return str(value).splitlines()

    def _summary(self) -> Any:
        if not self.problems:
            return ""
        errors = [(CONTROLS.get(name, name), words) for name, words in self.problems.items()]
        return renderer_for(self._request)("summary", errors=errors)
