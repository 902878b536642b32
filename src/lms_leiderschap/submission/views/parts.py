"""The parts of a report as the form draws them: folded when filled, open when they ask for more."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import deform

from lms_leiderschap.submission.completeness import Completeness, PartState
from lms_leiderschap.submission.model import Answer, Work
from lms_leiderschap.submission.spec import PartSpec
from lms_leiderschap.submission.views.shown import shown_answer
from lms_leiderschap.submission.wording import LOOKS, summary_of
from lms_leiderschap.texts import _
from lms_leiderschap.web.sequences import drawn_children
from lms_leiderschap.web.widgets import draw, problem_of

COUNTS = {
    "filled": _("${n} words", mapping={"n": "{n}"}),
    "short": _("Short: ${n} words", mapping={"n": "{n}"}),
}


def drawn_parts(
    form: deform.Form, work: Work, done: Completeness, later: Mapping[str, Answer], focus: str
) -> list[SimpleNamespace]:
    """What templates/submission/parts.pt reads, in the order of the report.

    later  part key to the text that was saved elsewhere, where the person has to choose
    focus  id of the control that gets the focus, "" for none
    """
    groups = {group.name: group for group in form["parts"].children}
    single = len(done.parts) == 1
    return [_drawn_part(groups[part.key], work, part, state, later.get(part.key), focus, single)
            for part, state in zip(work.report.parts, done.parts, strict=True)]  # fmt: skip


def _drawn_part(
    group: deform.Field, work: Work, part: PartSpec, state: PartState,
    later: Answer | None, focus: str, single: bool,
) -> SimpleNamespace:  # fmt: skip
    colour, icon = LOOKS[state.state]
    optional = state.state == "missing" and not part.required
    asks = state.state == "short" or (state.state == "missing" and part.required)
    return SimpleNamespace(
        key=part.key, title=part.title, guidance=part.guidance, state=state.state,
        summary=summary_of(part, state), sentence=state.sentence, needed=state.needed,
        look="" if optional else colour, icon=icon,
        serial=group.cstruct["serial"] or "0", problem=problem_of(group),
        open=asks or single or later is not None or _wants(group, focus),
        later=shown_answer(work, part, later) if later is not None else None,
        keep=draw([field for field in group.children if field.name in ("keep", "merged")]),
        tick=draw([field for field in group.children if field.name == "in_file"]),
        **_main(group.children[1], part),
    )  # fmt: skip


def _main(field: deform.Field, part: PartSpec) -> dict[str, Any]:
    """The one field of the part beside its serial: a text, a choice or rows."""
    found: dict[str, Any] = {"text": None, "rows": None, "choice": None}
    if field.name == "text":
        found["text"] = drawn = field.widget.drawn(field)
        hint = f"hint-{part.key} " if part.guidance else ""
        error = f" {drawn.ties}" if drawn.ties else ""
        drawn.control["aria-describedby"] = f"{hint}count-{part.key}{error}"
        drawn.counts = COUNTS
        drawn.empty = _("Still missing") if part.required else _("May stay empty")
    elif field.name == "entries":
        found["rows"] = field.widget.drawn(field)
    else:
        found["choice"] = draw([field])
    return found


def _wants(field: deform.Field, focus: str) -> bool:
    """Whether something is wrong in this field or below it, or the focus goes there."""
    if problem_of(field) or (focus and focus.startswith(f"{field.oid}-")):
        return True
    return any(_wants(child, focus) for child in drawn_children(field))
