"""A server of waitress that says it is alive and ends without cutting off an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from socket import socket
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.wasyncore import close_all, loop

from lms_leiderschap.cli.channel import Channel

BEAT = 1.0  # seconds
QUIET = 0.15  # seconds without anything to answer
LONGEST = 10.0  # seconds that an answer may take once the server is to end
PROXY = ("trusted_proxy", "trusted_proxy_headers")


class _Pulse:
    """Calls `beat` from the first thread that has no request to answer or has answered one.

    So it stops when the loop hangs and also when all threads do, and not because many wait.
    """

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._next = 0.0
        self._waits = False

    def give(self, dispatcher: Any) -> None:
        """Ask for one a second after the last, unless that one has not come yet."""
        now = time.monotonic()
        if not self._waits and now >= self._next:
            self._waits, self._next = True, now + BEAT
            with dispatcher.lock:  # as its `add_task`, but before all that wait
                dispatcher.queue.appendleft(self)
                dispatcher.queue_cv.notify()

    def service(self) -> None:
        """What a thread does with it."""
        self._waits = False
        self._beat()

    def cancel(self) -> None:
        """The server ends before any thread came to it."""


class Listener:
    """Listens from the moment it is made, and answers once it runs.

    sockets  that are bound already
    server   lines of [server:main]: threads, trusted_proxy, trusted_proxy_headers
    Who connects while it ends waits for whoever listens on the same sockets next.
    """

    def __init__(self, app: Any, sockets: Sequence[socket], server: Mapping[str, str]) -> None:
        self._parts: dict[int, Any] = {}
        self._ends_at = self._busy_at = 0.0
        more: dict[str, Any] = {name: server[name] for name in PROXY if name in server}
        self._server = create_server(
            app, map=self._parts, sockets=list(sockets), threads=int(server.get("threads", 4)),
            max_request_body_size=app.registry.lms.body_max, connection_limit=1000,
            channel_timeout=60, ident=None, **more,
        )  # fmt: skip
        for door in self._doors():
            door.channel_class = Channel

    def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Answer until `end`. `beat` is called each second in which threads come free."""
        pulse = _Pulse(beat)
        try:
            while not self._is_over():
                pulse.give(self._server.task_dispatcher)
                loop(QUIET / 3 if self._ends_at else BEAT, True, self._parts, count=1)
        finally:
            self._server.task_dispatcher.shutdown()
            close_all(self._parts)

    def end(self) -> None:
        """Take no more connections and end when all is answered; at once when called again."""
        if self._ends_at:
            raise SystemExit(0)
        self._busy_at = time.monotonic()
        self._ends_at = self._busy_at + LONGEST
        for door in self._doors():
            door.accepting = False
            door.pull_trigger()  # out of the loop that may be asleep

    def _doors(self) -> list[Any]:
        return [each for each in self._parts.values() if isinstance(each, BaseWSGIServer)]

    def _is_over(self) -> bool:
        now = time.monotonic()
        if not self._ends_at or now > self._ends_at:
            return bool(self._ends_at)
        if self._is_busy():
            self._busy_at = now
        return now - self._busy_at > QUIET

    def _is_busy(self) -> bool:
        """Whether a request is read, answered or sent."""
        return any(each.request or each.requests or each.total_outbufs_len
                   for each in self._parts.values() if isinstance(each, HTTPChannel))
