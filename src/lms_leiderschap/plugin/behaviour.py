"""What a plugin does: handlers of events, panels, and upgrades of its records.

A plugin gets plain values and gives plain values. What it keeps or sends is written by the core,
after the handler has ended in time, in one transaction with the word that the event was handled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from re import findall
from types import MappingProxyType
from typing import Any, Protocol

from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.value import check_signs
from lms_leiderschap.programme.mistake import nearest

EVENTS = (
    "submission.handed_in",
    "submission.returned",
    "feedback.released",
    "instrument.closed",
    "enrolment.confirmed",
    "credential.issued",
)
SLOTS = (
    "participant.week",
    "participant.module",
    "teacher.margin",
    "office.board",
    "instrument.results",
    "public.programme",
)
MOST_NOTICES = 20
LONGEST_NOTICE = 5_000
FURTHEST_NOTICE = timedelta(days=731)
MOST_PUTS = 1_000
# Words in a version that make it come before the release, in their order.
BEFORE_RELEASE = {"dev": -4, "a": -3, "alpha": -3, "b": -2, "beta": -2, "c": -1, "rc": -1,
                  "pre": -1, "preview": -1}  # fmt: skip
Notice = tuple[str, str, datetime | None]
LARGEST_RECORD = 100_000  # signs as JSON


@dataclass(frozen=True, slots=True)
class Record:
    """One thing a plugin keeps: plain data under a kind and a key of its own choice.

    data    None, bool, int, float, str, and lists and dicts (with str keys) of these
    schema  number of the shape of ``data``, the plugin's own
    """

    kind: str
    key: str
    data: Any
    schema: int = 1


class Records(Protocol):
    """A plugin's own records in one institution."""

    def get(self, kind: str, key: str) -> Record | None:
        """The record, None when there is none."""
        ...

    def list(self, kind: str) -> Sequence[Record]:
        """All records of a kind, in the order of their keys."""
        ...

    def put(self, kind: str, key: str, data: Any, schema: int = 1) -> None:
        """Keep data, in place of what stood there. Only an event may write, 1,000 at most.

        PluginError for data that is not plain: exact types only, a subclass is refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, after it was committed.

    It comes for all work of an edition that runs on a module of the plugin, so for work of the
    modules of others too: look at ``data["place"]`` first.

    name      one of ``EVENTS``
    key       the same for the same happening, however often it is delivered
    at        the moment it happened (aware, UTC)
    data      plain values and ids: always ``edition`` and ``at``; handed in, returned and feedback
              released: ``person``, ``place`` (module key), ``assignment``, ``version`` (the last
              two also ``decision``); instrument closed: ``owner``, ``instrument``, ``round``;
              enrolment confirmed: ``person``; credential issued: ``person``, ``credential``
    settings  key to value, as this institution set them
    records   the plugin's own records
    """

    name: str
    key: str
    at: datetime
    data: Mapping[str, Any]
    settings: Mapping[str, bool | int | str]
    records: Records
    _notices: list[Notice] = field(default_factory=list, init=False, repr=False, compare=False)

    def notify(self, person: str, text: str, at: datetime | None = None) -> None:
        """Have a person told something by mail.

        person  id; at  aware moment before which it is not sent, None for now; at most two
                years after the event
        text    a few sentences, plain text
        """
        if len(self._notices) >= MOST_NOTICES:
            raise PluginError(f"one event sends {MOST_NOTICES} messages at most.")
        self._notices.append(_checked_notice(self, person, text, at))


def notices_of(event: Event) -> list[Notice]:
    """Whom a handler told what, once it has ended: person, text and aware moment (UTC) or None.

    All of it is checked again, for a handler can reach the list. PluginError as notify raises it.
    """
    found = list(event._notices)
    if len(found) > MOST_NOTICES or any(type(each) is not tuple for each in found):
        raise PluginError(f"one event sends {MOST_NOTICES} messages at most, by notify.")
    return [_checked_notice(event, *each) for each in found]


def _checked_notice(event: Event, person: str, text: str, at: datetime | None = None) -> Notice:
    if type(person) is not str or type(text) is not str or not text.strip():
        raise PluginError("notify needs the id of a person and a text.")
    if len(text) > LONGEST_NOTICE:
        raise PluginError(f"a message has {LONGEST_NOTICE} signs at most.")
    check_signs(person, "person")
    check_signs(text, "text")
    if at is None:
        return person, text, None
    if type(at) is not datetime or at.tzinfo is None:
        raise PluginError("notify needs a moment with a time zone, or none.")
    if at - event.at > FURTHEST_NOTICE:
        raise PluginError("a message is sent within two years of the event.")
    return person, text, at.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class PanelContext:
    """What a panel is drawn for: plain values, never objects of the database.

    person   id of whom the page is about (the participant), "" on pages of nobody in particular
    edition  "programme/edition", "" on pages of no single edition
    module   module key, "" on pages of no single module
    """

    slot: str
    person: str
    edition: str
    module: str
    settings: Mapping[str, bool | int | str]
    records: Records


Handler = Callable[[Event], None]
Panel = Callable[[PanelContext], "str | Chart | None"]
Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(slots=True)
class Behaviour:
    """The functions of one plugin, by what they are for; filled by its decorators."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    panels: dict[str, Panel] = field(default_factory=dict)
    upgrades: dict[str, Upgrade] = field(default_factory=dict)

    def add_handler(self, event: str, handler: Handler) -> Handler:
        self._add(self.handlers, "event", event, handler, EVENTS)
        return handler

    def add_panel(self, slot: str, panel: Panel) -> Panel:
        self._add(self.panels, "panel", slot, panel, SLOTS)
        return panel

    def add_upgrade(self, to: str, upgrade: Upgrade) -> Upgrade:
        self._add(self.upgrades, "upgrade", to, upgrade, None)
        return upgrade

    @staticmethod
    def _add(
        known: dict[str, Any], kind: str, name: str, function: Any, names: Sequence[str] | None
    ) -> None:
        if names is not None and name not in names:
            raise PluginError(f"there is no {kind} '{name}'.", near=nearest(name, names))
        if name in known:
            raise PluginError(f"there are two functions for the {kind} '{name}'.")
        if not callable(function):
            raise PluginError(f"the {kind} '{name}' needs a function.")
        known[name] = function


def order_of(version: str) -> tuple[int, ...]:
    """A version as it sorts: "1.10.0" after "1.9.0", "1.1.0rc1" before "1.1.0"; () for no number.

    The numbers and the words for what comes before a release, and 0 at the end.
    """
    words = findall(r"\d+|[a-z]+", version.lower())
    order = [
        min(int(word[:19]), 10**18) if word.isdecimal() else BEFORE_RELEASE.get(word)
        for word in words
    ]
    known = tuple(part for part in order if part is not None)
    return (*known, 0) if any(part >= 0 for part in known) else ()


def frozen_settings(values: Mapping[str, Any]) -> Mapping[str, bool | int | str]:
    """Settings as a plugin reads them."""
    return MappingProxyType(dict(values))
