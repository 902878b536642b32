"""Whether this process can serve: it asks the databases it has open, and waits for no answer long.

`/health` answers to any host name, because who asks it (a load balancer, a monitor) asks by
address. It therefore says nothing about whom we serve: 200 or 503, and which part does not answer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import transaction
from pyramid.response import Response

from lms_leiderschap.store.root import INSTITUTION

log = logging.getLogger(__name__)
PATH, SIDE = "/health", "side store"
DEADLINE = 1.5  # seconds for all parts together
FRESH = 1.0  # seconds that an answer counts, so that asking costs nothing


class Health:
    """The state of the parts of this process, asked in threads that may hang.

    A part that hangs is not asked again before it answered: no thread is added to it.
    """

    def __init__(self, registry: Any) -> None:
        self.registry = registry
        self._lock = threading.Lock()
        self._asking: dict[str, _Ask] = {}
        self._known: tuple[float, dict[str, bool]] = (0.0, {})

    def parts(self) -> dict[str, bool]:
        """Name of each part to whether it works; takes at most about ``DEADLINE`` seconds."""
        with self._lock:
            at, known = self._known
            if known and time.monotonic() - at < FRESH:
                return known
            asks = {name: self._begin(name, look) for name, look in self._looks().items()}
            end = time.monotonic() + DEADLINE
            found = {name: ask.answer(end) for name, ask in asks.items()}
            if SIDE not in found:
                found[SIDE] = self._side_works()
            self._known = time.monotonic(), found
            return found

    def _begin(self, name: str, look: Callable[[], None]) -> _Ask:
        ask = self._asking.get(name)
        if ask is None or ask.done.is_set():
            ask = self._asking[name] = _Ask(name, look)
        return ask

    def _looks(self) -> dict[str, Callable[[], None]]:
        databases, entries = self.registry.databases, self.registry.lms.institutions
        opened = [entry for entry in entries if databases.opened(entry)] or entries[:1]
        looks: dict[str, Callable[[], None]] = {}
        looks |= {f"database {entry.key}": partial(self._touch, entry) for entry in opened}
        return {**looks, SIDE: self._touch_side} if self.registry.lms.side_server else looks

    def _touch(self, entry: Any) -> None:
        manager = transaction.TransactionManager(explicit=True)
        connection = self.registry.databases.connect(entry, manager, counts=False)
        try:
            manager.begin()  # asks a server what has changed
            root = connection.root()
            root._p_deactivate()  # and this reads the root again
            root.get(INSTITUTION)
        finally:
            manager.abort()
            connection.close()

    def _touch_side(self) -> None:
        self.registry.side.count_sessions("")

    def _side_works(self) -> bool:
        """In this thread: reading a file of SQLite waits for nobody."""
        try:
            self._touch_side()
        except Exception as error:
            log.warning("health: the side store does not work: %s", error)
            return False
        return True


class _Ask:
    """One question in a thread of its own."""

    def __init__(self, name: str, look: Callable[[], None]) -> None:
        self.name, self.look, self.works = name, look, False
        self.done = threading.Event()
        threading.Thread(target=self._run, name=f"lms-health {name}", daemon=True).start()

    def _run(self) -> None:
        try:
            self.look()
            self.works = True
        except Exception as error:
            log.warning("health: %s does not work: %s", self.name, error)
        finally:
            self.done.set()

    def answer(self, end: float) -> bool:
        """Whether it works, as far as known at `end` (monotonic)."""
        return self.done.wait(max(0.0, end - time.monotonic())) and self.works


def is_health(environ: dict[str, Any]) -> bool:
    """Whether a request asks for health."""
    return environ.get("PATH_INFO") == PATH


def tell_health(registry: Any, *, named: bool = False) -> Response:
    """200 when all parts work, else 503; as JSON.

    named  with the key of each institution: for the port of the figures, not for everybody
    """
    parts = registry.health.parts()
    well = all(parts.values())
    shown = parts if named else _by_kind(parts)
    words = {name: "ok" if works else "unavailable" for name, works in shown.items()}
    answer = Response(json_body={"status": "ok" if well else "unavailable", **words},
                      status=200 if well else 503)  # fmt: skip
    answer.headers.update({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
    if not well:
        answer.headers["Retry-After"] = "5"
    return answer


def _by_kind(parts: dict[str, bool]) -> dict[str, bool]:
    databases = [works for name, works in parts.items() if name.startswith("database ")]
    return {"database": all(databases), SIDE: parts[SIDE]}


def includeme(config: Any) -> None:
    config.registry.health = Health(config.registry)
