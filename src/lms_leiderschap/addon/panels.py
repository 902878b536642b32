"""Panels: what plugins show in places of the core's pages, within 20 milliseconds each.

A panel runs in a thread of its own and gets plain values. What it returns is Markdown that is
cleaned, or a Chart that the core draws. All panels of a page share one second; then the page goes
on without them.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pyramid.request import Request

from lms_leiderschap.addon.happenings import is_used
from lms_leiderschap.addon.records import records_of
from lms_leiderschap.addon.standing import settings_of, waits_for_update
from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.plugin.behaviour import PanelContext, frozen_settings
from lms_leiderschap.plugin.bounded import Call, TooSlow, exact_text
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.web.charts import draw_chart
from lms_leiderschap.web.html import SafeHtml, markdown
from lms_leiderschap.web.slots import Filling

BUDGET = 0.020
PAGE_WAITS = 1.0
SLOW_IN_A_ROW = 3
LONGEST = 20_000


class OverBudget(Exception):
    """A panel took more than its 20 milliseconds three times in a row."""


class Rubbish(Exception):
    """A panel returned something that is neither text nor a Chart."""


class Panels:
    """Fills the places of pages; one for each process.

    A single slow call may be the machine's fault. Three in a row count as a failure, and after
    three failures in ten minutes the add-on rests.
    """

    def __init__(self, plugins: Sequence[Plugin]) -> None:
        self._by_slot: dict[str, list[Plugin]] = {}
        for plugin in plugins:
            for name in plugin.behaviour.panels:
                self._by_slot.setdefault(name, []).append(plugin)
        self._slow: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def __call__(self, request: Request, name: str, *, person: str, editions: Sequence[Any],
                 module: str) -> Sequence[Filling]:  # fmt: skip
        begun: list[tuple[Plugin, Call[Any] | Exception]] = []
        found: list[Filling] = []
        for plugin in self._by_slot.get(name, ()):
            addon = request.institution.addons.get(plugin.name)
            used = not editions or any(is_used(plugin, edition) for edition in editions)
            if addon is None or not addon.on or not used:
                continue
            if self._rests(request, plugin, addon):
                found.append(Filling(plugin.title, SafeHtml()))
                continue
            context = PanelContext(
                name, person, editions[0].name if len(editions) == 1 else "", module,
                frozen_settings(settings_of(addon, plugin)),
                records_of(request.registry.databases, request.entry, plugin.name,
                           may_write=False),
            )  # fmt: skip
            begun.append((plugin, self._begun(plugin, name, context)))
        until = time.perf_counter() + PAGE_WAITS
        return found + [
            filling for plugin, call in begun
            if (filling := self._shown(request, plugin, name, call, until)) is not None
        ]  # fmt: skip

    @staticmethod
    def _begun(plugin: Plugin, name: str, context: PanelContext) -> Call[Any] | Exception:
        try:
            return Call(plugin.name, plugin.behaviour.panels[name], context)
        except TooSlow as stuck:
            return stuck

    def _rests(self, request: Request, plugin: Plugin, addon: Any) -> bool:
        if addon.paused is not None or waits_for_update(addon, plugin):
            return True
        watch = request.registry.addon_watch
        key, since = request.entry.key, addon.since
        return bool(watch.rests(key, plugin.name, since=since, at=request.arrived))

    def _shown(self, request: Request, plugin: Plugin, name: str, call: Call[Any] | Exception,
               until: float) -> Filling | None:  # fmt: skip
        try:
            if isinstance(call, Exception):
                raise call
            html = encoded(_drawn(request, call.result(until - time.perf_counter())))
            self._weigh(request.entry.key, plugin.name, name, call.took)
            return Filling(plugin.title, html) if html else None
        except Exception as error:
            mark = request.registry.addon_watch.note(
                request.entry.key, plugin.name, plugin.version, f"panel {name}", error,
                at=request.arrived,
            )  # fmt: skip
            return Filling(plugin.title, SafeHtml(), mark)

    def _weigh(self, institution: str, plugin: str, name: str, took: float) -> None:
        """Count slow calls in a row. Raises OverBudget at the third."""
        key = (institution, plugin, name)
        with self._lock:
            self._slow[key] = self._slow[key] + 1 if took > BUDGET else 0
            over = self._slow[key] >= SLOW_IN_A_ROW
            if over:
                self._slow[key] = 0
        if over:
            raise OverBudget(f"{took * 1000:.0f} ms, and over {BUDGET * 1000:.0f} ms before that.")


def _drawn(request: Request, returned: Any) -> SafeHtml:
    if returned is None:
        return SafeHtml()
    if type(returned) is Chart:  # a subclass could say anything of itself
        return draw_chart(request, returned)
    if not isinstance(returned, str):
        raise Rubbish(f"{type(returned).__name__} is neither a text nor a Chart.")
    return markdown(exact_text(returned, LONGEST))


def encoded(markup: SafeHtml) -> SafeHtml:
    """Markup that a page can send. UnicodeEncodeError here, where it is the plugin's, otherwise."""
    markup.encode("utf-8")
    return markup


def includeme(config: Any) -> None:
    config.registry.slot_filler = Panels(list(config.registry.plugins.loaded.values()))
