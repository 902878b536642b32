"""The side store in PostgreSQL, for servers on several machines that share their sessions.

The same tables and statements as in the file (`store/side_file.py`), in a PostgreSQL schema of
their own. While the server is away every request is answered with 503 at once: of somebody whose
session cannot be looked up nobody can say that it has ended, and the sign-in page would say so.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, TypeVar

import psycopg2
from psycopg2.errors import (
    IdleInTransactionSessionTimeout,
    InvalidSchemaName,
    LockNotAvailable,
    UndefinedTable,
)
from psycopg2.extensions import connection as PlainConnection

from lms_leiderschap.store import silence
from lms_leiderschap.store.postgresql import complete

T = TypeVar("T")
Values = Sequence[object] | Mapping[str, object]
LOCK = 0x6C6D7373  # of all that makes tables, "lmss"
# A lock is asked for no longer than the server may be silent: who waits hears that it is busy, and
# the way to the server stays open. A writer that is frozen loses its transaction, and its locks.
# What is in here may be lost, so no answer waits for the disk.
SESSION = """
SET lock_timeout TO '2s';
SET idle_in_transaction_session_timeout TO '5s';
SET synchronous_commit TO off;
"""
SCHEMAS = "^lms_side_[0-9]+$"

log = logging.getLogger(__name__)


class Statements:
    """Runs the statements of the side store, which are written as SQLite wants them."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Values = ()) -> Any:
        """A cursor, of which rows and their number can be asked."""
        cursor = self._connection.cursor()
        cursor.execute(_translated(sql), _plain(values) or None)
        return cursor

    def executemany(self, sql: str, rows: Iterable[Values]) -> None:
        """One statement for each row."""
        for row in rows:
            self.execute(sql, row)


class SideServer:
    """The database that a libpq string names; the schema and its tables are made on first use.

    script  the CREATE statements, each with IF NOT EXISTS
    schema  number of this set of tables; those of another number are dropped
    Every use raises psycopg2.Error when the server cannot be used, within ``silence.LONGEST``.
    """

    errors: tuple[type[Exception], ...] = (psycopg2.Error,)

    def __init__(self, dsn: str, script: str, schema: int) -> None:
        silence.watch()
        self._dsn, self._script = complete(dsn), script.replace("WITHOUT ROWID", "")
        self._tables = re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", self._script)
        self._name = f"lms_side_{schema:d}"
        self._here = threading.local()
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()

        class Connection(PlainConnection):
            gate = silence.gate_to(self._dsn)

        self._factory = Connection

    def run(self, work: Callable[[Any], T]) -> T:
        """What `work(statements)` gives; once more when the connection or the tables were lost."""
        try:
            return work(self._statements())
        except LockNotAvailable:
            raise
        except silence.ServerSilent:
            self._leave()
            raise
        except (psycopg2.OperationalError, psycopg2.InterfaceError, UndefinedTable,
                InvalidSchemaName, IdleInTransactionSessionTimeout) as error:  # fmt: skip
            log.warning("side store is opened anew: %s", error)
            self._leave()
        return work(self._statements())

    def write(self, work: Callable[[Any], T], alone: str = "") -> T:
        """As `run`, in one transaction that no other `write` of the same `alone` comes between.

        Raises LockNotAvailable when another one takes its time.
        """

        def whole(statements: Statements) -> T:
            statements.execute("BEGIN")
            try:
                if alone:
                    statements.execute("SELECT pg_advisory_xact_lock(?)", (_number(alone),))
                result = work(statements)
                statements.execute("COMMIT")
            except BaseException:
                with suppress(psycopg2.Error):
                    statements.execute("ROLLBACK")
                raise
            return result

        return self.run(whole)

    def scrub(self) -> None:
        """Give back the room of rows that were deleted, so that they are written over."""
        self.run(lambda statements: statements.execute(f"VACUUM {', '.join(self._tables)}"))

    def close(self) -> None:
        """Close the connections of all threads; the next use opens again."""
        for connection in list(self._open):
            connection.close()
        self._here = threading.local()

    def _statements(self) -> Statements:
        connection = getattr(self._here, "connection", None)
        if connection is None or connection.closed:
            connection = self._connect()
        return Statements(connection)

    def _connect(self) -> Any:
        connection = psycopg2.connect(self._dsn, connection_factory=self._factory)
        try:
            connection.autocommit = True
            self._make_tables(Statements(connection))
        except BaseException:
            connection.close()
            raise
        self._here.connection = connection
        self._open.add(connection)
        return connection

    def _make_tables(self, statements: Statements) -> None:
        statements.execute(SESSION)
        statements.execute(f"SET search_path TO {self._name}")
        if self._has_tables(statements):
            return
        statements.execute("BEGIN")
        statements.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
        found = statements.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname ~ ? AND nspname <> ?",
            (SCHEMAS, self._name),
        )
        for (name,) in found.fetchall():
            statements.execute(f"DROP SCHEMA {name} CASCADE")
        statements.execute(f"CREATE SCHEMA IF NOT EXISTS {self._name}")
        statements.execute(self._script)
        statements.execute("COMMIT")

    def _has_tables(self, statements: Statements) -> bool:
        """Whether ours are there and no others: then a new connection waits for nobody."""
        found = statements.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname ~ ?", (SCHEMAS,)
        )
        return set(found.fetchall()) == {(self._name, table) for table in self._tables}

    def _leave(self) -> None:
        connection = getattr(self._here, "connection", None)
        self._here.connection = None
        if connection is not None:
            connection.close()


def _number(alone: str) -> int:
    """The number of an advisory lock: 64 bits, signed."""
    return int.from_bytes(hashlib.sha256(alone.encode()).digest()[:8], signed=True)


@lru_cache(maxsize=200)
def _translated(sql: str) -> str:
    """Placeholders as psycopg2 wants them: ? is %s, :name is %(name)s."""
    return re.sub(r":(\w+)", r"%(\1)s", sql.replace("%", "%%").replace("?", "%s"))


def _plain(values: Values) -> Any:
    """PostgreSQL keeps every sign in a text but the one with number zero."""
    if isinstance(values, Mapping):
        return {name: _kept(value) for name, value in values.items()}
    return [_kept(value) for value in values]


def _kept(value: object) -> object:
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value
