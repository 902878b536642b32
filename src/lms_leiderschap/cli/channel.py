"""Connections of waitress that tell the application how long a request was on its way.

Waitress reads a whole request before it calls the application, so that only it knows.
"""

from __future__ import annotations

import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer
from waitress.task import WSGITask

from lms_leiderschap.web.arrival import RECEIVING


class Parser(HTTPRequestParser):
    """Made with the first bytes of a request."""

    def __init__(self, adjustments: Any) -> None:
        super().__init__(adjustments)
        self.begun = time.monotonic()


class Task(WSGITask):
    """Calls the application."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ.setdefault(RECEIVING, time.monotonic() - self.request.begun)
        return environ


class Channel(HTTPChannel):
    """One connection."""

    parser_class, task_class = Parser, Task


def keep_time(listener: Any) -> None:
    """Have a server of waitress, for one socket or several, use our connections."""
    parts = listener.map if hasattr(listener, "effective_listen") else listener._map
    for part in parts.values():
        if isinstance(part, BaseWSGIServer):
            part.channel_class = Channel
