"""What was written, as it is read: by its authors, in the preview, and beside another text."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from lms_leiderschap.submission.completeness import Completeness
from lms_leiderschap.submission.marks import marked
from lms_leiderschap.submission.model import Answer, Work
from lms_leiderschap.submission.products import product_title
from lms_leiderschap.submission.spec import PartSpec
from lms_leiderschap.submission.wording import CHOICES, label_of, noun_of


def shown_answer(work: Work, part: PartSpec, answer: Answer) -> SimpleNamespace:
    """An answer as templates/submission/answer.pt draws it: blocks, entries or one choice."""
    chosen = answer.get("choice", "")
    return SimpleNamespace(
        blocks=[marked(block, ()).html for block in answer.get("blocks", ())],
        noun=noun_of(part)[0],
        entries=[_entry(work, part, entry) for entry in answer.get("entries", ())],
        choice=CHOICES.get(chosen, chosen),
        in_file=bool(answer.get("in_file")),
    )


def shown_parts(
    work: Work, answers: Mapping[str, Answer], done: Completeness
) -> list[SimpleNamespace]:
    """Every part of the report with its answer; a part that may stay empty and is, is left out."""
    states = {state.key: state for state in done.parts}
    return [
        SimpleNamespace(key=part.key, title=part.title, state=states[part.key],
                        answer=shown_answer(work, part, answers.get(part.key, {})))
        for part in work.report.parts if part.required or answers.get(part.key)
    ]  # fmt: skip


def _entry(work: Work, part: PartSpec, entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(label_of(name), _words(work, name, entry[name]))
            for name in part.entry_fields if entry.get(name)]  # fmt: skip


def _words(work: Work, name: str, value: Any) -> str:
    text = "\n".join(value) if isinstance(value, list | tuple) else str(value)
    if name in ("change", "source"):
        return CHOICES.get(text, text)
    return product_title(work.edition, text) if name in ("for", "product") else text
