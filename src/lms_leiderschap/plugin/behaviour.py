"""What a plugin does: handlers of events, panels, and upgrades of its records.

A plugin gets plain values and gives plain values. What it keeps or sends is written by the core,
after the handler has ended in time, in one transaction with the word that the event was handled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from types import MappingProxyType
from typing import Any, Protocol

from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.plugin.error import PluginError
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
Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
EXACT = (bool, int, float, str)
MOST_NOTICES = 20
LONGEST_NOTICE = 5_000
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
        """Keep data, in place of what stood there. Only an event may write.

        PluginError for data that is not plain: exact types only, a subclass is refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, after it was committed.

    name      one of ``EVENTS``
    key       the same for the same happening, however often it is delivered
    at        the moment it happened (aware, UTC)
    data      plain values and ids: always ``edition`` and ``at``; handed in, returned and feedback
              released: ``person``, ``place``, ``assignment``, ``version`` (the last two also
              ``decision``); instrument closed: ``owner``, ``instrument``, ``round``; enrolment
              confirmed: ``person``; credential issued: ``person``, ``credential``
    settings  key to value, as this institution set them
    records   the plugin's own records
    """

    name: str
    key: str
    at: datetime
    data: Mapping[str, Any]
    settings: Mapping[str, bool | int | str]
    records: Records
    notices: list[tuple[str, str, datetime | None]] = field(default_factory=list)

    def notify(self, person: str, text: str, at: datetime | None = None) -> None:
        """Have a person told something by mail.

        person  id; at  aware moment before which it is not sent, None for now
        text    a few sentences, plain text
        """
        if not isinstance(person, str) or not isinstance(text, str) or not text.strip():
            raise PluginError("notify needs the id of a person and a text.")
        if len(text) > LONGEST_NOTICE or len(self.notices) >= MOST_NOTICES:
            raise PluginError(
                f"one event sends {MOST_NOTICES} messages of {LONGEST_NOTICE} signs at most."
            )
        if at is not None and (not isinstance(at, datetime) or at.tzinfo is None):
            raise PluginError("notify needs a moment with a time zone, or none.")
        self.notices.append((person, text, at))


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
    """A version as it sorts: the numbers in it, "1.10.0" after "1.9.0"."""
    numbers = "".join(sign if sign.isdecimal() else " " for sign in version).split()
    return tuple(int(number) for number in numbers)


def checked_value(value: Any, path: str = "data") -> Value:
    """A deep copy of a plain value. PluginError for anything else, with the way to it.

    Exact types only: a subclass of dict or str would bring a class of the plugin into the database.
    """
    if type(value) is float and not isfinite(value):
        raise PluginError(f"{path}: {value} is not a number that JSON knows.")
    if value is None or type(value) in EXACT:
        return value  # type: ignore[no-any-return]
    if type(value) is list:
        return [checked_value(item, f"{path}[{place}]") for place, item in enumerate(value)]
    if type(value) is dict:
        for key in value:
            if type(key) is not str:
                raise PluginError(f"{path}: a key must be a text, not {key!r}.")
        return {key: checked_value(item, f"{path}.{key}") for key, item in value.items()}
    raise PluginError(f"{path}: {type(value).__name__} is not a plain value.")


def frozen_settings(values: Mapping[str, Any]) -> Mapping[str, bool | int | str]:
    """Settings as a plugin reads them."""
    return MappingProxyType(dict(values))
