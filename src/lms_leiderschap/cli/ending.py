"""Ending a server that another one follows on the same sockets, without cutting off an answer."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterable
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

QUIET = 0.1  # seconds without anything to answer
LONGEST = 3.0  # seconds that an answer may take


def end_when_quiet(listener: Any) -> None:
    """From now on SIGTERM stops it taking connections, and ends it when all is answered.

    listener  a server of waitress, for one socket or several
    Who connects later waits for whoever listens on the same sockets next.
    """
    parts = listener.map if hasattr(listener, "effective_listen") else listener._map

    def begin(_number: int, _frame: Any) -> None:
        signal.signal(signal.SIGTERM, _stop)
        for each in list(parts.values()):
            if isinstance(each, BaseWSGIServer):
                each.accepting = False
        threading.Thread(target=_stop_later, args=(parts,), daemon=True).start()

    signal.signal(signal.SIGTERM, begin)


def _stop_later(parts: dict[int, Any]) -> None:
    longest = time.monotonic() + LONGEST
    quiet = 0
    while quiet < 2 and time.monotonic() < longest:
        time.sleep(QUIET / 2)
        quiet = 0 if _is_busy(list(parts.values())) else quiet + 1
    os.kill(os.getpid(), signal.SIGTERM)


def _is_busy(parts: Iterable[Any]) -> bool:
    """Whether a request is read, answered or sent."""
    return any(
        each.request or each.requests or each.total_outbufs_len
        for each in parts if isinstance(each, HTTPChannel)
    )  # fmt: skip


def _stop(_number: int, _frame: Any) -> None:
    raise SystemExit(0)
