"""Whether panels and handlers keep to their time, and give what can be shown."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.handlers import call, events_of, settings_of, shelf_of
from lms_leiderschap.checking.subject import Subject
from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.plugin.behaviour import PanelContext
from lms_leiderschap.plugin.bounded import Call

PANEL_SECONDS = 0.020
HANDLER_SECONDS = 5.0
PAGE_SECONDS = 1.0
TIMES = 9


def check(subject: Subject) -> Iterator[Finding]:
    """A panel has 20 milliseconds, a handler 5 seconds."""
    for slot in subject.plugin.behaviour.panels:
        yield from _panel(subject, slot)
    for name, data in events_of(subject):
        began = time.perf_counter()
        try:
            call(subject, name, data, {})
        except Exception:  # noqa: S112 (the check of handlers says so)
            continue
        took = time.perf_counter() - began
        if took > HANDLER_SECONDS / 2:
            yield Finding(f"The handler of {name} takes {took:.1f} seconds.",
                          "leave what takes long to something outside.",
                          *subject.place_of(subject.plugin.behaviour.handlers[name]))  # fmt: skip


def _panel(subject: Subject, slot: str) -> Iterator[Finding]:
    place = subject.place_of(subject.plugin.behaviour.panels[slot])
    took = []
    for _time in range(TIMES):
        called = Call(subject.plugin.name, subject.plugin.behaviour.panels[slot],
                      _context(subject, slot))  # fmt: skip
        try:
            shown = called.result(PAGE_SECONDS)
        except Exception as error:
            yield Finding(f"The panel {slot} raises {type(error).__name__}: {error}",
                          "let it give None when there is nothing to show.", *place)  # fmt: skip
            return
        if not (shown is None or isinstance(shown, str | Chart)):
            yield Finding(f"The panel {slot} gives {type(shown).__name__}.",
                          "give Markdown, a Chart or None.", *place)  # fmt: skip
            return
        took.append(called.took)
    # One slow call may be the machine's fault; the middle one of nine is the panel's.
    if (middle := statistics.median(took)) > PANEL_SECONDS:
        yield Finding(f"The panel {slot} takes {middle * 1000:.0f} ms; it has 20.",
                      "read less, or keep the outcome in a record when an event comes.", *place)


def _context(subject: Subject, slot: str) -> PanelContext:
    plugin = subject.plugin
    module = plugin.modules[0].key if plugin.modules else ""
    return PanelContext(slot, "aaaaaaaaaaaaa", "proef/proef", module, settings_of(plugin),
                        shelf_of(plugin, {}))  # fmt: skip
