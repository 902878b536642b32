"""ZODB's database as this application opens it."""

from __future__ import annotations

from typing import Any

from ZODB.Connection import Connection
from ZODB.DB import DB


class _Connection(Connection):
    def open(self, *arguments: Any, **options: Any) -> None:
        """Joins a transaction that has begun, so it may fail; then it goes back to the pool."""
        try:
            super().open(*arguments, **options)
        except BaseException:
            self.close()
            raise


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
