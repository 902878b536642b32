"""Answers that nobody wrote, for any part of any report."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.demo.make import read
from lms_leiderschap.submission.actions import save_part
from lms_leiderschap.submission.blocks import blocks_from_text, count_words
from lms_leiderschap.submission.completeness import part_state
from lms_leiderschap.submission.model import Answer, Work
from lms_leiderschap.submission.products import goals_of
from lms_leiderschap.submission.schema import TEXT_KINDS
from lms_leiderschap.submission.spec import PartSpec

LINE = "Elke maand één lesbezoek in een duo, met een korte nabespreking."
FIELDS = {
    "date": "12-03-2027", "target_date": "01-10-2027", "start": "09:00", "end": "10:00",
    "time": "09:00", "target_year": "2028", "number": "3", "who": "Het team van de onderbouw",
    "name": "Een collega", "email": "collega@voorbeeld.example", "role": "leraar",
    "owner_role": "teamleider", "followed_by": "de bouwcoördinator", "when": "in het voorjaar",
    "round": "1", "respondents": "17",
}  # fmt: skip
FEWEST_WORDS = 40


class Filler:
    """Fills parts with sample texts; another number takes another text."""

    def __init__(self) -> None:
        texts = read("reports.toml")
        self._by_part: dict[str, list[str]] = {}
        for report in ("first", "second", "comparison"):
            for part, sample in texts[report].items():
                if isinstance(sample, dict):
                    self._by_part.setdefault(part, []).extend(sample["texts"])
        self._texts = [text for each in self._by_part.values() for text in each]

    def fill(self, work: Work, number: int, *, at: Any) -> list[str]:
        """Write something in every part; keys of the required parts that it cannot fill."""
        left = []
        for place, part in enumerate(work.report.parts):
            answer = self.answer(work, part, number + place)
            save_part(work, part.key, answer, serial=None, by=work.holder.person_id, at=at)
            goals = goals_of(work, work.answers())
            state = part_state(part, answer, work.report, bool(work.chosen), goals)
            if part.required and state.state == "missing":
                left.append(part.key)
        return left

    def answer(self, work: Work, part: PartSpec, number: int) -> Answer:
        """What one part could hold."""
        if part.kind in TEXT_KINDS:
            return {"blocks": blocks_from_text(self._text(part, number), [])}
        if part.kind == "choice":
            return {"choice": part.options[number % len(part.options)] if part.options else ""}
        return {"entries": self._entries(work, part)}

    def _text(self, part: PartSpec, number: int) -> str:
        own = self._by_part.get(part.key, self._texts)
        least = max(part.min_words, _beside(part), FEWEST_WORDS)
        text = own[number % len(own)].strip()
        while count_words(text) < least:
            number += 1
            text += "\n\n" + self._texts[number % len(self._texts)].strip()
        return text

    def _entries(self, work: Work, part: PartSpec) -> list[dict[str, str]]:
        wanted = max(1, part.exactly or part.min_entries, len(part.entries_for))
        rows = [self._entry(work, part, place) for place in range(wanted)]
        if part.kind == "changes":
            goals = goals_of(work, work.answers())
            rows += [self._entry(work, part, 0) for _goal in goals[len(rows):]]
            rows = [row | {"goal": goal} for row, goal in zip(rows, goals, strict=False)] or rows
        return rows

    def _entry(self, work: Work, part: PartSpec, place: int) -> dict[str, str]:
        return {name: self._field(part, name, place) for name in part.entry_fields}

    def _field(self, part: PartSpec, name: str, place: int) -> str:
        if name == "change" and part.change_kinds:
            return part.change_kinds[place % len(part.change_kinds)]
        if name == "source" and part.sources:
            return part.sources[0]
        if name in ("for", "product"):
            return _product(part, name, place)
        if name == "steps":
            return "\n".join([LINE] * max(1, part.min_steps))
        return FIELDS.get(name, LINE)


def _product(part: PartSpec, name: str, place: int) -> str:
    """One of the products that the form offers there, "" when it offers none."""
    if part.entries_for:
        return part.entries_for[place % len(part.entries_for)]
    linked = [row for row in part.linked if name == "product"]
    room = [row.product for row in linked if row.max is None or place < row.max]
    return room[0] if room else ""


def _beside(part: PartSpec) -> int:
    """Words that are advised when a comparison is told instead of linked."""
    return (part.alternative.min_words or 0) if part.alternative else 0
