"""The port of the figures: /metrics for Prometheus, /health with the state of each institution.

It has threads of its own, so it also answers while every thread of the site waits for something.
Of several processes with one setting the first has the port; the others wait until it is free.
"""

from __future__ import annotations

import errno
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lms_leiderschap.settings_file import address_of
from lms_leiderschap.web.health import PATH, tell_health

log = logging.getLogger(__name__)
TRY_AGAIN = 1.0  # seconds until a port that another process has is tried again
PATIENCE = 10  # seconds for one who asks
FIGURES = "text/plain; version=0.0.4; charset=utf-8"


class Monitor:
    """Tells figures and health at `lms.metrics`, in a thread; nothing without that setting."""

    def __init__(self, registry: Any) -> None:
        self.registry = registry
        self._stop = threading.Event()
        self._lock = threading.Lock()  # `stop` sees the server, or its thread that it is over
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self.registry.lms.metrics:
            self._thread = threading.Thread(target=self._run, name="lms-monitor", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Give the port to another process; answers under way get ``PATIENCE`` seconds."""
        with self._lock:
            self._stop.set()
            server = self._server
        if server is not None:
            server.shutdown()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _run(self) -> None:
        where, told = address_of(self.registry.lms.metrics), False
        while not self._stop.is_set():
            try:
                server = _Server(where, self.registry)
            except OSError as error:
                if error.errno != errno.EADDRINUSE and not told:
                    log.error("nobody can listen at lms.metrics: %s", error)
                    told = True
                self._stop.wait(TRY_AGAIN)
                continue
            with server:
                if self._is_in_time(server):
                    server.serve_forever()

    def _is_in_time(self, server: ThreadingHTTPServer) -> bool:
        """Whether it may serve: `stop` ends it from now on, and was not called before."""
        with self._lock:
            self._server = server
            return not self._stop.is_set()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for answers under way, at most ``PATIENCE``

    def __init__(self, where: tuple[str, int], registry: Any) -> None:
        super().__init__(where, _Answer)
        self.registry = registry

    def handle_error(self, _request: Any, _address: Any) -> None:
        """In the log as everything else, not on stderr as it comes."""
        log.exception("the port of the figures failed")


class _Answer(BaseHTTPRequestHandler):
    timeout = PATIENCE
    server_version, sys_version = "lms", ""

    def do_GET(self) -> None:
        registry = self.server.registry  # type: ignore[attr-defined]
        if self.path == "/metrics":
            self._send(200, FIGURES, registry.metrics.shown())
        elif self.path == PATH:
            answer = tell_health(registry, named=True)
            self._send(answer.status_int, answer.content_type, answer.body)
        else:
            self._send(404, "text/plain", b"/metrics or /health\n")

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        """Who asks for figures is not told in the log."""


def includeme(config: Any) -> None:
    config.registry.monitor = Monitor(config.registry)
