"""What the feedback form asks, piece by piece: each piece is also saved by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import colander

from lms_leiderschap.errors import Refusal
from lms_leiderschap.feedback.actions import MOST_STEPS
from lms_leiderschap.feedback.model import DECISIONS
from lms_leiderschap.feedback.pieces import pieces_of
from lms_leiderschap.feedback.spec import RubricSpec
from lms_leiderschap.feedback.titles import KIND_TITLES
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import (
    ChoiceField,
    DateField,
    LineField,
    NumberField,
    TextField,
)
from lms_leiderschap.web.formats import parse_local
from lms_leiderschap.web.groups import FormSchema

LAST_MINUTE = time(23, 59)
NOTE = TextField(missing="", longest=20_000)
STEP = LineField(missing="", longest=500)
UNTIL = DateField(missing=None)
SERIAL = NumberField(missing=0)


class RemarkSchema(FormSchema):
    """A remark at one place; `quote` gets its choices from the sentences that stand there."""

    kind = ChoiceField(
        title=_("Kind of remark"),
        inline=True,
        choices=[(kind, row.title) for kind, row in KIND_TITLES.items()],
        missing_msg=_("Choose what kind of remark this is."),
    )
    text = TextField(
        title=_("Remark"), rows=3, longest=5000,
        missing_msg=_("Write what you want to say about it."),
    )  # fmt: skip
    quote = ChoiceField(title=_("About which words"), missing="")


@dataclass(slots=True)
class Written:
    """What was sent: the arguments of keep_feedback, and what is wrong with it.

    until_text  the date as it was typed
    problems    id of a control to the sentence about it
    """

    notes: dict[str, str] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    steps: list[str] | None = None
    decision: str | None = None
    until: str = ""
    until_text: str = ""
    serials: dict[str, int] = field(default_factory=dict)
    problems: dict[str, Any] = field(default_factory=dict)

    def pieces(self) -> dict[str, Any]:
        return pieces_of(self.notes, self.choices, self.steps, self.decision, self.until)

    def without(self, name: str) -> None:
        """Leave out a piece: what is stored of it stays."""
        kind, _dash, key = name.partition("-")
        self.notes.pop(key if kind == "note" else "", None)
        self.choices.pop(key if kind == "choice" else "", None)
        if kind == "steps":
            self.steps = None
        elif kind == "decision":
            self.decision = None

    def arguments(self) -> dict[str, Any]:
        return {
            "notes": self.notes,
            "choices": self.choices,
            "steps": self.steps,
            "decision": self.decision,
            "until": self.until,
        }


def read(
    controls: Iterable[tuple[str, str]],
    parts: Iterable[str],
    rubric: RubricSpec | None,
    zone: ZoneInfo,
) -> Written:
    """The posted controls of the whole form or of one piece; unknown names are left aside.

    Fields are "note-<part>", "choice-<criterion>", "step" (several), "decision", "until" and, per
    piece, "serial-<piece>".
    """
    written, known = Written(), dict(controls)
    _read_serials(written, known)
    for part in parts:
        if (name := f"note-{part}") in known:
            written.notes[part] = _clean(written, name, NOTE, known[name])
    _read_choices(written, known, rubric)
    steps = [value for name, value in controls if name == "step"]
    if steps:
        cleaned = [_clean(written, "steps", STEP, step) for step in steps[:MOST_STEPS]]
        written.steps = [step for step in cleaned if step]
    if "decision" in known or "until" in known:
        _read_decision(written, known, zone)
    return written


def _read_serials(written: Written, known: Mapping[str, str]) -> None:
    for name, value in known.items():
        if name.startswith("serial-"):
            written.serials[name.removeprefix("serial-")] = _clean(written, "", SERIAL, value)


def _read_choices(written: Written, known: Mapping[str, str], rubric: RubricSpec | None) -> None:
    levels = {level.key for level in rubric.levels} if rubric else set()
    for criterion in rubric.criteria if rubric else ():
        chosen = known.get(f"choice-{criterion.key}", "")
        if chosen in levels:
            written.choices[criterion.key] = chosen


def _read_decision(written: Written, known: Mapping[str, str], zone: ZoneInfo) -> None:
    decision = known.get("decision", "")
    written.decision = decision if decision in DECISIONS else ""
    written.until_text = known.get("until", "").strip()
    day = _clean(written, "until", UNTIL, written.until_text)
    if day is None:
        return
    try:
        written.until = parse_local(day, LAST_MINUTE, zone, "until").isoformat()
    except Refusal as refusal:
        written.problems["until"] = refusal.message


def _clean(written: Written, name: str, node: Any, value: str) -> Any:
    try:
        return node.deserialize(value)
    except colander.Invalid as invalid:
        written.problems[name] = next(iter(invalid.messages()), node.missing_msg)
        return value if node in (NOTE, STEP) else node.missing


def day_of(until: str, zone: ZoneInfo) -> str:
    """The stored moment as the date field shows it; "" for none."""
    return datetime.fromisoformat(until).astimezone(zone).date().isoformat() if until else ""
