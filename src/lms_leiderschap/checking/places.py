"""Whether handlers answer to the work of their own modules only.

An edition runs on modules of several plugins, and each of those hears of all its work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.handlers import call, events_of
from lms_leiderschap.checking.subject import Subject

ELSEWHERE = "andere-module"


def check(subject: Subject) -> Iterator[Finding]:
    """No handler keeps or sends something for work of a module that another plugin brings."""
    if not subject.plugin.modules:
        return  # it has no work of its own: what it hears of is of others
    for name, data in events_of(subject):
        if "place" not in data:
            continue
        does = _does(subject, name, {**data, "place": ELSEWHERE})
        if does:
            yield Finding(f"The handler of {name} {does} for work of another module.",
                          'let it return unless event.data["place"] is a module of its own.',
                          *subject.place_of(subject.plugin.behaviour.handlers[name]))  # fmt: skip


def _does(subject: Subject, name: str, data: Mapping[str, Any]) -> str:
    """What a handler does with an event, "" for nothing."""
    try:
        ran = call(subject, name, data, {})
    except Exception as error:
        return f"raises {type(error).__name__}"
    return "keeps a record" if ran.kept else "sends a message" if ran.told else ""
