"""How the fields and values of an entry are called on the screen."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.texts import _

FIELD_TITLES: dict[str, Any] = {
    "action": _("Action"),
    "change": _("What happened to it"),
    "conclusion": _("Conclusion"),
    "current": _("Now"),
    "date": _("Date"),
    "effect": _("Effect"),
    "email": _("E-mail address"),
    "end": _("End"),
    "first_step": _("First step"),
    "focus_question": _("Focus question"),
    "followed_by": _("Followed by"),
    "for": _("Meant for"),
    "goal": _("Goal"),
    "grounds": _("Grounds"),
    "indicator": _("To be seen by"),
    "instrument": _("Instrument"),
    "meaning": _("Meaning"),
    "name": _("Name"),
    "note": _("Note"),
    "number": _("Number"),
    "observation": _("Observation"),
    "owner_role": _("Who carries it"),
    "pain_points": _("Sticking points"),
    "point": _("Point"),
    "process": _("Process"),
    "product": _("Product"),
    "proposed_by": _("Proposed by"),
    "question": _("Question"),
    "reason": _("Reason"),
    "recommendation": _("Recommendation"),
    "reference": _("Reference"),
    "respondents": _("Respondents"),
    "role": _("Role"),
    "round": _("Round"),
    "shared_with": _("Shared with"),
    "source": _("Source"),
    "start": _("Start"),
    "state": _("State"),
    "steps": _("Steps"),
    "support": _("Support"),
    "target": _("Target"),
    "target_date": _("Target date"),
    "target_year": _("Target year"),
    "theme": _("Theme"),
    "time": _("Time"),
    "vision": _("Vision"),
    "wanted": _("Wanted"),
    "what": _("What"),
    "when": _("When"),
    "who": _("Who"),
    "why": _("Why"),
    "yearly_note": _("Note of the year"),
}

VALUE_TITLES: dict[str, Any] = {
    "kept": _("kept"),
    "changed": _("changed"),
    "dropped": _("dropped"),
    "added": _("added"),
    "small": _("small"),
    "medium": _("medium"),
    "large": _("large"),
    "own": _("own idea"),
    "feedback": _("feedback"),
    "instrument": _("an instrument"),
    "case": _("a case"),
    "report": _("a report"),
}


def field_title(name: str) -> Any:
    """A translation string; a field that only a plugin knows is called by its own name."""
    return FIELD_TITLES.get(name) or name.replace("_", " ").capitalize()


def value_title(value: str) -> Any:
    """A choice or a kind of change in words; an option that only a plugin knows as it stands."""
    return VALUE_TITLES.get(value) or value.replace("_", " ")
