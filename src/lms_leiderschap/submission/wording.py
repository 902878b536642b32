"""What the form of a report says about its parts: how an entry is called, how far a part is."""

from __future__ import annotations

from lms_leiderschap.submission.completeness import PartState
from lms_leiderschap.submission.spec import PartSpec
from lms_leiderschap.texts import _

HINTS = {"target_year": _("A year, for example 2028")}
LONG = frozenset(
    (
        "action",
        "conclusion",
        "current",
        "goal",
        "grounds",
        "indicator",
        "meaning",
        "note",
        "observation",
        "pain_points",
        "question",
        "reason",
        "recommendation",
        "reference",
        "steps",
        "vision",
        "wanted",
        "what",
        "why",
        "yearly_note",
    )
)
# What one entry is called, by the field that says most about it; the first that is asked counts.
NOUNS = {
    "target_year": (_("Intention"), _("Add another intention")),
    "change": (_("Goal"), _("Add another goal")),
    "conclusion": (_("Conclusion"), _("Add another conclusion")),
    "recommendation": (_("Recommendation"), _("Add another recommendation")),
    "meaning": (_("Insight"), _("Add another insight")),
    "instrument": (_("Instrument"), _("Add another instrument")),
    "role": (_("Person"), _("Add another person")),
    "question": (_("Question"), _("Add another question")),
    "note": (_("Note"), _("Add another note")),
    "action": (_("Action"), _("Add another action")),
    "goal": (_("Goal"), _("Add another goal")),
    "what": (_("Activity"), _("Add another activity")),
}
ENTRY = (_("Entry"), _("Add another entry"))
# Colour and icon of a state; the script keeps the same pairs.
LOOKS = {
    "filled": ("good", "circle-check"),
    "short": ("soon", "circle-half-2"),
    "missing": ("soon", "circle-dashed"),
}


def noun_of(part: PartSpec) -> tuple[str, str]:
    """What one entry of a part is called, and what the button says that adds one."""
    asked = part.each_filled or part.entry_fields[:1]
    return next((words for field, words in NOUNS.items() if field in asked), ENTRY)


def summary_of(part: PartSpec, state: PartState) -> str:
    """How far a part is, in two or three words; the script says the same while somebody types."""
    if state.state == "missing":
        return nothing_in(part)
    if state.state == "short":
        return _("Short: ${n} words", mapping={"n": state.words})
    if state.sentence:
        return state.sentence
    if part.kind == "choice":
        return _("Chosen")
    if state.words and part.kind in ("text", "instrument_comparison"):
        return _("${n} words", mapping={"n": state.words})
    return _("${n} filled in", mapping={"n": state.count})


def nothing_in(part: PartSpec) -> str:
    """What is said of a part in which nothing counts yet."""
    return _("Still missing") if part.required else _("May stay empty")
