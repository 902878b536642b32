"""The parts of a report as the form draws them: folded when filled, open when they ask for more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import deform

from lms_leiderschap.submission.completeness import Completeness, PartState
from lms_leiderschap.submission.marks import marked
from lms_leiderschap.submission.model import Answer, Work
from lms_leiderschap.submission.paper import part_paper
from lms_leiderschap.submission.spec import PartSpec
from lms_leiderschap.submission.wording import LOOKS, nothing_in, summary_of
from lms_leiderschap.texts import _
from lms_leiderschap.web.assets import icon
from lms_leiderschap.web.sequences import drawn_children
from lms_leiderschap.web.widgets import draw, problem_of


class DrawnParts:
    """Makes what templates/submission/parts.pt reads, in the order of the report.

    later      part key to the text that was saved elsewhere, where the person has to choose
    translate  sentences stand in several places of a part, so they are translated once
    """

    def __init__(
        self, work: Work, later: Mapping[str, Answer], translate: Callable[[Any], str]
    ) -> None:
        self._work, self._later, self._translate = work, later, translate
        self._counts = {
            "filled": translate(_("${n} words", mapping={"n": "{n}"})),
            "short": translate(_("Short: ${n} words", mapping={"n": "{n}"})),
        }

    def of(self, form: deform.Form, done: Completeness) -> list[SimpleNamespace]:
        """The parts of a laid out form; what asks for attention stands open."""
        groups = {group.name: group for group in form["parts"].children}
        parts = zip(self._work.report.parts, done.parts, strict=True)
        drawn = [self._part(groups[part.key], part, state) for part, state in parts]
        for each in drawn:
            each.open = each.open or len(drawn) == 1 or _wants(groups[each.key], form.page.focused)
        return drawn

    def _part(self, group: deform.Field, part: PartSpec, state: PartState) -> SimpleNamespace:
        colour, symbol = LOOKS[state.state]
        later = self._later.get(part.key)
        fields = {field.name: field for field in group.children}
        missing = state.state == "missing"
        return SimpleNamespace(
            key=part.key, title=part.title, guidance=part.guidance, state=state.state,
            required="" if part.required else None,
            summary=self._translate(summary_of(part, state)), sentence=state.sentence,
            look="" if missing and not part.required else colour, icon=icon(symbol),
            serial=group.cstruct["serial"] or "0", problem=problem_of(group), needed=state.needed,
            open=later is not None or state.state == "short" or (missing and part.required),
            later=self._beside(part, later) if later is not None else None,
            keep=draw([fields[name] for name in ("keep", "merged") if name in fields]),
            tick=_drawn(fields.get("in_file")), rows=_drawn(fields.get("entries")),
            text=self._text(fields["text"], part) if "text" in fields else None,
            choice=draw([fields["choice"]]) if "choice" in fields else "",
        )  # fmt: skip

    def _beside(self, part: PartSpec, later: Answer) -> SimpleNamespace:
        """The text that was saved elsewhere, to be read beside the one of this page."""
        section = part_paper(self._work, part, later)
        blocks = [marked(block, ()).html for block in section.blocks]
        return SimpleNamespace(blocks=blocks, entries=section.entries, choice=section.choice)

    def _text(self, field: deform.Field, part: PartSpec) -> SimpleNamespace:
        """The text area, tied to its guidance and to the words that count for the script."""
        drawn: SimpleNamespace = field.widget.drawn(field)
        ids = (part.guidance and f"hint-{part.key}", f"count-{part.key}", drawn.ties)
        drawn.control["aria-describedby"] = " ".join(filter(None, ids))
        drawn.filled, drawn.short = self._counts["filled"], self._counts["short"]
        drawn.missing = self._translate(nothing_in(part))
        return drawn


def _drawn(field: deform.Field | None) -> SimpleNamespace | None:
    return field.widget.drawn(field) if field is not None else None


def _wants(field: deform.Field, focus: str) -> bool:
    """Whether something is wrong in this field or below it, or the focus goes there."""
    if problem_of(field) or (focus and focus.startswith(f"{field.oid}-")):
        return True
    return any(_wants(child, focus) for child in drawn_children(field))
