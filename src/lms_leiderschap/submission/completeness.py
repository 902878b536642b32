"""Which parts of a report are filled: the rules of "When a part is filled" (domain README).

Nothing here refuses a hand-in; it says what is missing, so that a person can decide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lms_leiderschap.submission.blocks import count_words, words
from lms_leiderschap.submission.spec import PartSpec, ReportSpec
from lms_leiderschap.texts import _

FIRST_YEAR = 2000
LAST_YEAR = 2100
_YEAR = re.compile("[0-9]{4}")

State = Literal["filled", "short", "missing"]
Answer = Mapping[str, Any]
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PartState:
    """How far one part is.

    state     ``short``: filled, with fewer words than advised
    words     typed in this part
    needed    words advised for a text, entries needed otherwise
    count     entries that are complete; for a text or a choice 1 when there is one
    sentence  what the participant reads: what is missing, or how it stands
    """

    key: str
    title: str
    state: State
    required: bool
    words: int
    needed: int
    count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far the report is.

    filled   required parts that are filled or short, of `total` required parts
    missing  keys of required parts that are not filled, in order
    words    typed in all parts together
    """

    parts: tuple[PartState, ...]
    filled: int
    total: int
    missing: tuple[str, ...]
    words: int

    @property
    def complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class _Found:
    """What one part has: `lacks` is the sentence about what is wrong, None when it is filled."""

    count: int
    lacks: str | None = None


def check(
    report: ReportSpec,
    answers: Mapping[str, Answer],
    files: Sequence[object],
    *,
    goals: Collection[str] = (),
) -> Completeness:
    """Hold the answers against the report as its assignment asks it (ReportSpec.for_assignment).

    files  handed in with it; a part may say that it stands in one of them
    goals  of the version before and of this one; each needs a change kind in a part of changes
    """
    states = tuple(
        part_state(part, answers.get(part.key, {}), report, bool(files), goals)
        for part in report.parts
    )
    required = [state for state in states if state.required]
    missing = tuple(state.key for state in required if state.state == "missing")
    total = sum(state.words for state in states)
    return Completeness(states, len(required) - len(missing), len(required), missing, total)


def part_state(
    part: PartSpec, answer: Answer, report: ReportSpec, files: bool, goals: Collection[str]
) -> PartState:
    """How far one part is; the rest of the report is not looked at."""
    written = _words_of(answer)
    needed = _advised(part) if _is_text(part) else max(part.min_entries, part.exactly or 0)
    found = _found(part, answer, goals, written)
    state: State = "missing" if found.lacks is not None else "filled"
    sentence = found.lacks or ""
    if files and answer.get("in_file") and may_stand_in_file(part, report):
        state, sentence = "filled", _("Stands in the file.")
    elif _is_text(part) and state == "filled" and written < needed:
        state = "missing" if report.words_binding else "short"
        values = {"words": written, "needed": needed}
        sentence = _("${words} words; the advice is at least ${needed}.", mapping=values)
    return PartState(
        part.key, part.title, state, part.required, written, needed, found.count, sentence
    )


def _found(part: PartSpec, answer: Answer, goals: Collection[str], written: int) -> _Found:
    if _is_text(part):
        return _Found(1) if written else _Found(0, _asked(part))
    if part.kind == "choice":
        return _Found(1) if answer.get("choice") in part.options else _Found(0, _asked(part))
    entries: Sequence[Entry] = answer.get("entries", ())
    if part.kind == "changes":
        return _found_changes(part, entries, goals)
    return _found_entries(part, entries, answer)


def _found_entries(part: PartSpec, entries: Sequence[Entry], answer: Answer) -> _Found:
    whole = [entry for entry in entries if _is_whole(part, entry)]
    for lacks in (_wrong_year(part, entries), _too_many(part, entries, answer)):
        if lacks:
            return _Found(len(whole), lacks)
    served = {entry.get(field) for entry in whole for field in ("for", "product")}
    enough = len(whole) >= part.min_entries and served.issuperset(part.entries_for)
    # Parts that may stay empty have no minimum, but empty is not filled.
    return _Found(len(whole), None if enough and whole else _asked(part))


def _found_changes(part: PartSpec, entries: Sequence[Entry], goals: Collection[str]) -> _Found:
    written = [entry for entry in entries if _has_something(entry)]
    whole = [entry for entry in written if _is_explained(part, entry)]
    told = {_folded(entry.get("goal")) for entry in whole}
    every = len(whole) == len(written) and told.issuperset(map(_folded, goals))
    enough = len(whole) >= max(1, part.min_entries)
    return _Found(len(whole), None if every and enough else _asked(part))


def _is_explained(part: PartSpec, entry: Entry) -> bool:
    change = entry.get("change")
    if not _says(change) or (part.change_kinds and change not in part.change_kinds):
        return False
    optional = {"reason"} if change in part.reason_optional_for else set()
    return all(_says(entry.get(field)) for field in set(part.each_filled) - optional)


def _is_whole(part: PartSpec, entry: Entry) -> bool:
    fields = part.each_filled or part.entry_fields[:1]
    if not all(_says(entry.get(field)) for field in fields):
        return False
    if "target_year" in fields and not _is_year(entry["target_year"]):
        return False
    return len(_steps(entry.get("steps"))) >= part.min_steps


def _wrong_year(part: PartSpec, entries: Sequence[Entry]) -> str | None:
    if "target_year" not in part.each_filled:
        return None
    years = [entry.get("target_year") for entry in entries]
    if all(_is_year(year) for year in years if _says(year)):
        return None
    values = {"first": FIRST_YEAR, "last": LAST_YEAR}
    return _("Fill in a year from ${first} up to ${last}.", mapping=values)


def _too_many(part: PartSpec, entries: Sequence[Entry], answer: Answer) -> str | None:
    linked = [*answer.get("linked", ()), *(entry.get("product") for entry in entries)]
    for product in part.linked:
        if product.max is not None and linked.count(product.product) > product.max:
            return _asked(part)
    if part.exactly is not None and len(list(filter(_has_something, entries))) > part.exactly:
        return _asked(part)
    return None


def _asked(part: PartSpec) -> str:
    return part.complete_text or _("Not filled in yet.")


def _advised(part: PartSpec) -> int:
    # A comparison that is told in words asks more of them than beside linked runs.
    if part.kind == "instrument_comparison" and part.alternative and part.alternative.min_words:
        return part.alternative.min_words
    return part.min_words


def _is_text(part: PartSpec) -> bool:
    return part.kind in ("text", "instrument_comparison")


def may_stand_in_file(part: PartSpec, report: ReportSpec) -> bool:
    if report.upload_alone_suffices or (part.alternative and "file" in part.alternative.any_of):
        return True
    return _is_text(part) and not part.hands_on


def _words_of(answer: Answer) -> int:
    typed = [value for entry in answer.get("entries", ()) for value in entry.values()]
    lines = [
        line for value in typed for line in ([value] if isinstance(value, str) else _steps(value))
    ]
    return words(answer.get("blocks", ())) + sum(map(count_words, lines))


def _says(value: object) -> bool:
    return bool(_steps(value))


def _steps(value: object) -> list[str]:
    """The non-empty lines of a value, or the non-empty items of a list."""
    lines = value if isinstance(value, list | tuple) else str(value or "").split("\n")
    return [text for line in lines if (text := str(line).strip())]


def _has_something(entry: Entry) -> bool:
    return any(map(_says, entry.values()))


def _is_year(value: object) -> bool:
    text = str(value).strip()
    return bool(_YEAR.fullmatch(text)) and FIRST_YEAR <= int(text) <= LAST_YEAR


def _folded(value: object) -> str:
    return " ".join(str(value or "").split()).casefold()
