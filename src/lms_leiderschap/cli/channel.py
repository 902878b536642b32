"""Connections of waitress: they tell the application how long a request was on its way, and the
client when no other answer will come on this one.

Waitress reads a whole request before it calls the application, so that only it knows.
"""

from __future__ import annotations

import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
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

    def build_response_header(self) -> bytes:
        """While the server ends, each answer is the last one on its connection."""
        if not self.channel.server.accepting:
            self.set_close_on_finish()
        header: bytes = super().build_response_header()
        return header


class Channel(HTTPChannel):
    """One connection."""

    parser_class, task_class = Parser, Task
