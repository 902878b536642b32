"""ZODB's database as this application opens it."""

from __future__ import annotations

import gc
import threading
from typing import Any

from ZODB.Connection import Connection
from ZODB.DB import DB

# Seconds: collecting takes milliseconds. Whoever loads may hold a lock that something which is
# destroyed wants too, and those two must not wait for each other for ever.
PATIENCE = 5.0
_collecting = threading.RLock()  # held by the thread in which the garbage collector is at work


def _around_collecting(phase: str, _facts: dict[str, int]) -> None:
    if phase == "start":
        _collecting.acquire()
    else:
        _collecting.release()


gc.callbacks.append(_around_collecting)


class _Connection(Connection):
    def open(self, *arguments: Any, **options: Any) -> None:
        """Joins a transaction that has begun, so it may fail; then it goes back to the pool."""
        try:
            super().open(*arguments, **options)
        except BaseException:
            self.close()
            raise

    def setstate(self, obj: Any) -> None:
        """Fill a ghost, but not while another thread collects garbage.

        The cache holds ghosts by references that are not counted. One that only garbage refers to
        any more is garbage too, until we take it from the cache; the collector has made its list
        by then, and empties what stands on it: an object without its state, that says it has it.
        It lets other threads run in between, whenever something that it destroys waits for the
        system. What is still a ghost has nothing to lose, so we wait until it is done
        (persistent 6.9, cPickleCache.c and the note on Per_traverse in cPersistence.c).
        """
        if _collecting.acquire(timeout=PATIENCE):
            _collecting.release()
        super().setstate(obj)


class Database(DB):
    """packing  whether this process packs it"""

    klass = _Connection
    packing = False

    def pack(self, *arguments: Any, **options: Any) -> None:
        self.packing = True
        try:
            super().pack(*arguments, **options)
        finally:
            self.packing = False
