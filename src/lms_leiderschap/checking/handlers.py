"""Handlers that get the same event twice, and what each keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lms_leiderschap.addon.records import OpenRecords
from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.subject import Subject
from lms_leiderschap.institution.addon import AddOn, KeptRecord
from lms_leiderschap.plugin.behaviour import Event, frozen_settings, notices_of
from lms_leiderschap.plugin.bounded import within_time
from lms_leiderschap.plugin.contract import Plugin

SECONDS = 5.0
AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
DATA: Mapping[str, Any] = {
    "edition": "proef/proef", "at": AT.isoformat(), "person": "aaaaaaaaaaaaa", "place": "proef",
    "assignment": "verslag", "version": 1, "decision": "met", "owner": "aaaaaaaaaaaaa",
    "instrument": "proef", "round": "baseline", "credential": "proef",
}  # fmt: skip
FIELDS = {
    "submission.handed_in": ("person", "place", "assignment", "version"),
    "submission.returned": ("person", "place", "assignment", "version", "decision"),
    "feedback.released": ("person", "place", "assignment", "version", "decision"),
    "instrument.closed": ("owner", "instrument", "round"),
    "enrolment.confirmed": ("person",),
    "credential.issued": ("person", "credential"),
}  # fmt: skip
Kept = dict[tuple[str, str], tuple[Any, int]]


class Shelf(OpenRecords):
    """Records as a handler sees them, over an add-on that no database keeps."""

    def __init__(self, addon: AddOn) -> None:
        super().__init__(lambda: None, addon.__name__, may_write=True)
        self._own = addon

    @contextmanager
    def _addon(self) -> Iterator[AddOn]:
        yield self._own


def shelf_of(plugin: Plugin, kept: Kept) -> Shelf:
    """A shelf with these records, all in the shape of the plugin's version."""
    addon = AddOn(plugin.name)
    addon.version = plugin.version
    for place, (data, schema) in kept.items():
        addon.records[place] = KeptRecord(data, schema, plugin.version, AT.isoformat())
    return Shelf(addon)


@dataclass(frozen=True, slots=True)
class Ran:
    """What one call kept and whom it told."""

    kept: Kept
    told: list[Any]


def events_of(subject: Subject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each event it hears of, with data as they would be; work is that of its own first one."""
    modules = [module for module in subject.plugin.modules if module.assignments]
    data = dict(DATA)
    if modules:
        data |= {"place": modules[0].key, "assignment": modules[0].assignments[0].key}
    for name in subject.plugin.behaviour.handlers:
        yield name, {key: data[key] for key in ("edition", "at", *FIELDS[name])}


def call(subject: Subject, name: str, data: Mapping[str, Any], kept: Kept) -> Ran:
    """Run one handler over these records; raises what it raises, or TooSlow."""
    shelf = shelf_of(subject.plugin, kept)
    event = Event(name, f"{name}:check", AT, data, settings_of(subject.plugin), shelf)
    handler = subject.plugin.behaviour.handlers[name]
    within_time(subject.plugin.name, SECONDS, handler, event)
    return Ran({**kept, **shelf.to_write()}, notices_of(event))


def settings_of(plugin: Plugin) -> Mapping[str, bool | int | str]:
    """Every setting as it is when nobody changed it."""
    return frozen_settings({setting.key: setting.default for setting in plugin.settings})


def kinds_of(subject: Subject) -> list[str]:
    """The kinds of records that its handlers keep; of one that fails none."""
    found: set[str] = set()
    for name, data in events_of(subject):
        try:
            found |= {kind for kind, _key in call(subject, name, data, {}).kept}
        except Exception:  # noqa: S112 (another check says so)
            continue
    return sorted(found)


def check(subject: Subject) -> Iterator[Finding]:
    """The same event delivered twice leaves the same records and tells nobody anything else."""
    for name, data in events_of(subject):
        place = subject.place_of(subject.plugin.behaviour.handlers[name])
        try:
            first, same = call(subject, name, data, {}), call(subject, name, data, {})
            again = call(subject, name, data, first.kept)
        except Exception as error:
            yield Finding(f"The handler of {name} raises {type(error).__name__}: {error}",
                          "let it take the event as it is, within 5 seconds.", *place)  # fmt: skip
            continue
        if (first.kept, first.told) != (same.kept, same.told):
            yield Finding(f"The handler of {name} does not do the same for the same event.",
                          "take the moment from event.at and no chance.", *place)  # fmt: skip
        elif again.kept != first.kept:
            yield Finding(f"The handler of {name} changes its records when the event comes again.",
                          "put under a key that is of the event.", *place)  # fmt: skip
        elif any(notice not in first.told for notice in again.told):
            yield Finding(f"The handler of {name} tells something else when the event comes again.",
                          "tell the same, or nothing.", *place)  # fmt: skip


def failed(subject: Subject) -> Iterator[Finding]:
    """What failed while the plugin was used in an institution."""
    subject.use  # noqa: B018 (using it makes the failures)
    for fault in subject.site.faults():
        yield Finding(f"{fault.place} failed in use: {fault.sentence}",
                      "see the trace that lms dev prints.", *_line(subject, fault.trace))


def _line(subject: Subject, trace: str) -> tuple[str, int]:
    """The last line of the plugin's own in a trace."""
    found = re.findall(r'File "([^"]+)", line (\d+)', trace)
    root = str(subject.root) if subject.root else "\0"
    own = [(path, int(line)) for path, line in found if path.startswith(root)]
    return (own[-1][0].removeprefix(root).lstrip("/"), own[-1][1]) if own else subject.head
