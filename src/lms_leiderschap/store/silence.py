"""A client of PostgreSQL that does not wait for a server that says nothing.

`statement_timeout` is a clock of the server, and a server that is frozen, overloaded or behind a
cut cable does not look at it; TCP has no complaint either while the other kernel takes the bytes.
So each wait for the server has an end here, in the wait callback of psycopg2 (its documentation:
"Support for coroutine libraries"), which that library calls wherever it would block.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2 import OperationalError
from psycopg2.extensions import POLL_OK, POLL_READ, parse_dsn, set_wait_callback

log = logging.getLogger(__name__)
# Seconds without one byte, within a request: the page that says so is there before five are over.
LONGEST = 3.0
PROBE_EVERY = 1.0  # seconds between two tries whether a silent server answers again
_here = threading.local()


class ServerSilent(OperationalError):
    """The server said nothing for too long, or did so a moment ago."""


class Gate:
    """The way to one server: shut while it is silent, but for one at a time who tries again."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._shut, self._next_probe = False, 0.0
        self._lock = threading.Lock()

    def enter(self) -> None:
        """Raises ServerSilent when waiting for this server is in vain."""
        if not self._shut:
            return
        with self._lock:
            now = time.monotonic()
            if now < self._next_probe:
                raise ServerSilent(f"{self.server} is silent")
            self._next_probe = now + LONGEST + PROBE_EVERY

    def silent(self) -> None:
        """It said nothing for ``LONGEST`` seconds."""
        with self._lock:
            if not self._shut:
                log.error("PostgreSQL at %s is silent", self.server)
            self._shut, self._next_probe = True, time.monotonic() + PROBE_EVERY

    def answered(self) -> None:
        """It said something."""
        if self._shut:
            log.warning("PostgreSQL at %s answers again", self.server)
            self._shut = False


_gates: dict[str, Gate] = {}


def gate_to(dsn: str) -> Gate:
    """The one gate of this process to the server of a connection string."""
    parts = parse_dsn(dsn)
    server = f"{parts.get('hostaddr') or parts.get('host', '')}:{parts.get('port', '')}"
    return _gates.setdefault(server, Gate(server))


@contextmanager
def patiently() -> Iterator[None]:
    """In this thread statements may take as long as they take: packing."""
    before = getattr(_here, "patient", False)
    _here.patient = True
    try:
        yield
    finally:
        _here.patient = before


def watch() -> None:
    """From now on every wait of psycopg2 in this process has an end; to be called before use."""
    set_wait_callback(_wait)


def _wait(connection: Any) -> None:
    """Wait until the server has said all that psycopg2 waits for. Raises ServerSilent.

    A connection of somebody else has no gate, and waits as long as psycopg2 always does.
    """
    gate: Gate | None = getattr(connection, "gate", None)
    if gate is None or getattr(_here, "patient", False):
        while (state := connection.poll()) != POLL_OK:
            _is_ready(connection, state, None)
        return
    gate.enter()
    try:
        while (state := connection.poll()) != POLL_OK:
            if not _is_ready(connection, state, LONGEST):
                gate.silent()
                raise ServerSilent(f"{gate.server} said nothing for {LONGEST:g} seconds")
    except ServerSilent:
        raise
    except OperationalError:
        gate.answered()  # that it is gone, or that it does not want us: that costs no time
        raise
    gate.answered()


def _is_ready(connection: Any, state: int, seconds: float | None) -> bool:
    """Wait until the line can take or give something; False when the time is over."""
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
    return bool(line.poll(None if seconds is None else seconds * 1000))
