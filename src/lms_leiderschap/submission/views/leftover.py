"""Text in parts that an assignment no longer asks: shown, never handed in, never thrown away.

An edition may be moved to another version of its modules while somebody writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import peppercorn

from lms_leiderschap.submission.blocks import text_from_blocks
from lms_leiderschap.submission.model import Work, report_for

HOLDS = {"text": "blocks", "instrument_comparison": "blocks", "choice": "choice"}  # else: entries


class Leftover(NamedTuple):
    """Title of the part it was written in, and the text as it was typed."""

    title: str
    text: str


def kept_leftovers(work: Work) -> list[Leftover]:
    """What the draft holds in parts that are no longer asked, or of another kind now."""
    if not work.edition.generation:
        return []  # it was never moved: the parts of now are all there were
    asked = {part.key: HOLDS.get(part.kind, "entries") for part in work.report.parts}
    return [
        Leftover(_title(work, key), plain(draft.value))
        for key, draft in work.parts.items()
        if any(draft.value.values()) and not draft.value.get(asked.get(key, ""))
        and plain(draft.value)
    ]  # fmt: skip


def sent_leftovers(work: Work, controls: list[tuple[str, str]]) -> list[Leftover]:
    """What a posted form holds in parts that are no longer asked."""
    try:
        parts = peppercorn.parse(controls)["parts"]
        sent = {str(key): list(_texts(group)) for key, group in parts.items()}
    except (ValueError, TypeError, AttributeError, LookupError):
        return []  # not the form that was drawn: whoever reads it next says so
    asked = [part.key for part in work.report.parts]
    return [Leftover(_title(work, key), "\n\n".join(texts))
            for key, texts in sent.items() if texts and key not in asked]  # fmt: skip


def plain(value: Any) -> str:
    """A draft as somebody reads it beside the text of the page."""
    entries = [" · ".join(map(str, entry.values())) for entry in value.get("entries", ())]
    return text_from_blocks(value.get("blocks", ())) or "\n".join(entries)


def _texts(group: Any) -> Iterator[str]:
    """Every text that somebody typed in a group of fields; numbers and ticks are the form's own."""
    if isinstance(group, Mapping):
        for name, value in group.items():
            if name not in ("serial", "in_file", "keep"):
                yield from _texts(value)
    elif isinstance(group, list):
        for item in group:
            yield from _texts(item)
    elif isinstance(group, str) and group.strip():
        yield group.strip()


def _title(work: Work, part: str) -> str:
    """What a part was called when it was last asked; its key when nobody knows."""
    edition = work.edition
    for generation in range(edition.generation, -1, -1):
        try:
            report = report_for(edition, work.key, generation)
        except KeyError:
            continue
        for known in report.parts:
            if known.key == part:
                return known.title or part
    return part
