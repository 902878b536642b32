"""Whether the texts of a plugin are Dutch, in the *u* form or without any form of address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.subject import Subject
from lms_leiderschap.plugin.contract import Plugin

FAMILIAR = re.compile(r"\b(je|jij|jou|jouw|jullie|jezelf)\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
DUTCH = frozenset(
    "de het een en van in op te dat die is zijn wat met voor aan door of wie uit niet ook als er "
    "naar bij worden wordt om hoe geen elke deze dit tot over na per ten minste wij hun".split()
)
ENGLISH = frozenset(
    "the and of to is are with what for by or which how your this that these not from it be as "
    "at each every least about after has have".split()
)
FEWEST = 5  # words from which a language can be told
# Fields that hold no text for people who take part: names, keys, and titles of other people's work.
LEFT_ASIDE = frozenset(
    "key kind name version api licence author literature source aliases alias_titles insights "
    "tables related covers missing_input used_in authors origin report rubric instrument schema "
    "language".split()
)


def check(subject: Subject) -> Iterator[Finding]:
    """Every text that people read."""
    seen: set[str] = set()
    for text in texts_of(subject.plugin):
        if text in seen:
            continue
        seen.add(text)
        if found := FAMILIAR.search(text):
            line = _line_with(text, found[0])
            yield Finding(f"'{found[0]}' stands in: {_short(line)}",
                          "write it in the u form, or without addressing anybody.",
                          *subject.place(line))  # fmt: skip
        elif _is_foreign(text):
            yield Finding(f"This does not look Dutch: {_short(text)}", "write it in Dutch.",
                          *subject.place(text))  # fmt: skip


def texts_of(plugin: Plugin) -> Iterator[str]:
    """The texts of modules, formats, rubrics, tools, instruments and settings.

    Programmes are left aside: they say themselves how they address people.
    """
    yield plugin.title
    yield from (*plugin.personal, *plugin.mails, *plugin.changes.values())
    yield from (setting.title for setting in plugin.settings)
    kinds = (plugin.modules, plugin.reports, plugin.rubrics, plugin.tools, plugin.instruments)
    for spec in (spec for specs in kinds for spec in specs):
        yield from _inside(spec.to_data())


def _inside(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in LEFT_ASIDE:
                yield from _inside(item)
    elif isinstance(value, list):
        for item in value:
            yield from _inside(item)
    elif isinstance(value, str) and " " in value:
        yield value


def _is_foreign(text: str) -> bool:
    words = [word.lower() for word in WORD.findall(text)]
    dutch, english = sum(w in DUTCH for w in words), sum(w in ENGLISH for w in words)
    return len(words) >= FEWEST and english >= 2 and english > dutch


def _line_with(text: str, word: str) -> str:
    return next(line for line in text.splitlines() if word in line)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 80 else f"{plain[:79]}…"
