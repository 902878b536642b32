"""What the fields of report parts are called on the screen. Formats name fields, never words."""

from __future__ import annotations

from lms_leiderschap.submission.completeness import PartState
from lms_leiderschap.submission.spec import PartSpec
from lms_leiderschap.texts import _

LABELS = {
    "action": _("Action"),
    "background_factor": _("Background factor"),
    "change": _("What happened to it"),
    "conclusion": _("Conclusion"),
    "current": _("Now"),
    "date": _("When"),
    "effect": _("Effect"),
    "email": _("E-mail address"),
    "end": _("Ends at"),
    "first_step": _("First step"),
    "focus_question": _("Focus question"),
    "followed_by": _("How it is followed"),
    "for": _("For"),
    "goal": _("Goal"),
    "grounds": _("Grounds"),
    "host": _("Host"),
    "host_school": _("Host school"),
    "indicator": _("How the result shows"),
    "instrument": _("Instrument or method"),
    "meaning": _("What it means"),
    "name": _("Name"),
    "note": _("Note"),
    "number": _("How many"),
    "observation": _("Observation"),
    "owner_role": _("Who is responsible (role)"),
    "pain_points": _("Bottlenecks"),
    "point": _("Point"),
    "process": _("Process"),
    "product": _("Taken from"),
    "programme_goal": _("Goal of the programme"),
    "proposed_by": _("Proposed by"),
    "question": _("Question"),
    "reason": _("Reason"),
    "recommendation": _("Recommendation"),
    "reference": _("Source"),
    "respondents": _("Respondents"),
    "role": _("Role"),
    "round": _("Round"),
    "shared_with": _("Shared with"),
    "source": _("Comes from"),
    "start": _("Begins at"),
    "state": _("How it stands"),
    "steering_domain": _("Steering domain"),
    "steps": _("Steps, one on each line"),
    "support": _("Support"),
    "target": _("Reached by"),
    "target_date": _("Reached by"),
    "target_year": _("Reached in"),
    "theme": _("Theme"),
    "time": _("Time"),
    "vision": _("Own vision"),
    "visitors": _("Visitors"),
    "wanted": _("Wanted"),
    "what": _("What"),
    "when": _("When"),
    "who": _("Who"),
    "why": _("Why"),
    "yearly_note": _("How it went this year"),
}
HINTS = {"target_year": _("A year, for example 2028")}
LONG = frozenset((
    "action", "conclusion", "current", "goal", "grounds", "indicator", "meaning", "note",
    "observation", "pain_points", "question", "reason", "recommendation", "reference", "steps",
    "vision", "wanted", "what", "why", "yearly_note",
))
CHOICES = {
    "kept": _("stays the same"),
    "changed": _("adjusted"),
    "dropped": _("dropped"),
    "added": _("new"),
    "small": _("small"),
    "medium": _("medium"),
    "large": _("large"),
    "own": _("own idea"),
    "feedback": _("feedback"),
    "instrument": _("an instrument"),
    "case": _("a case"),
    "report": _("a report"),
}
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
LOOKS = {
    "filled": ("good", "circle-check"),
    "short": ("soon", "circle-half-2"),
    "missing": ("soon", "circle-dashed"),
}


def label_of(field: str) -> str:
    """What a field of an entry is called."""
    return LABELS.get(field) or field.replace("_", " ").capitalize()


def noun_of(part: PartSpec) -> tuple[str, str]:
    """What one entry of a part is called, and what the button says that adds one."""
    asked = part.each_filled or part.entry_fields[:1]
    return next((words for field, words in NOUNS.items() if field in asked), ENTRY)


def summary_of(part: PartSpec, state: PartState) -> str:
    """How far a part is, in two or three words; the script says the same while somebody types."""
    if state.state == "missing":
        return _("Still missing") if part.required else _("May stay empty")
    if state.state == "short":
        return _("Short: ${n} words", mapping={"n": state.words})
    if state.sentence:
        return state.sentence
    if part.kind == "choice":
        return _("Chosen")
    if state.words and part.kind in ("text", "instrument_comparison"):
        return _("${n} words", mapping={"n": state.words})
    return _("${n} filled in", mapping={"n": state.count})
