"""One SQLite file that may be lost: a connection per thread, and a new file when it is gone.

What lies in it is worth little (people sign in again), so no trouble with the file may ever become
trouble of the site: a file that was deleted, emptied or damaged while running is made anew.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from lms_leiderschap.errors import SettingError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

BUSY_SECONDS = 5.0
# Says in the header of the file that it is ours to empty and remove ("lmss"); a wrong setting
# must never make us remove somebody's database. https://www.sqlite.org/fileformat2.html
APPLICATION_ID = 0x6C6D7373

log = logging.getLogger(__name__)


class _Connection:
    """A connection and the file it was opened on; closes when its thread lets go of it."""

    def __init__(self, path: Path) -> None:
        # Autocommit; the thread that closes all at shutdown is not the one that opened.
        self.db = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self.file: tuple[int, int] | None = None

    def close(self) -> None:
        self.db.close()

    def __del__(self) -> None:
        if hasattr(self, "db"):
            self.db.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file at `path`; None when there is none, or an empty one."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino) if found.st_size else None


class SideFile:
    """The file at `path`, made on first use with the tables of `script`, readable by us alone.

    path     where; its folder is made too, and a lock file beside it
    script   the CREATE statements, each with IF NOT EXISTS
    schema   number of this set of tables; a file with another number starts again empty

    Not to be used before a fork: SQLite connections do not cross one. Every use raises
    SettingError when another kind of file is at `path`.
    """

    errors: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, path: Path | str, script: str, schema: int) -> None:
        self.path = Path(path)
        self._script = script
        self._schema = schema
        self._here = threading.local()
        self._open: weakref.WeakSet[_Connection] = weakref.WeakSet()

    def run(self, work: Work[T]) -> T:
        """What `work(connection)` gives; done once more on a new file when the file was lost.

        Raises sqlite3.Error for everything else: busy for longer than 5 s, disk full, no rights.
        """
        try:
            return work(self._connection())
        except sqlite3.DatabaseError as error:
            if not _is_lost(error):
                raise
            log.warning("side store %s is opened anew: %s", self.path, error)
            self._leave(damaged=_is_damage(error))
        return work(self._connection())

    def write(self, work: Work[T], alone: str = "") -> T:
        """As `run`, in one transaction that no other writer comes between, whatever `alone` is."""

        def whole(db: sqlite3.Connection) -> T:
            db.execute("BEGIN IMMEDIATE")
            try:
                result = work(db)
                db.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors, a full disk among them.
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            return result

        return self.run(whole)

    def scrub(self) -> None:
        """Empty the write-ahead log, which still has the pages of rows that were deleted; in the
        file they are overwritten (secure_delete)."""
        self.run(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    def close(self) -> None:
        """Close the connections of all threads; the next use opens again."""
        for connection in list(self._open):
            connection.close()
        self._here = threading.local()

    def _connection(self) -> sqlite3.Connection:
        # A deleted file lives on for whoever has it open: only its inode tells.
        mine: _Connection | None = getattr(self._here, "connection", None)
        if mine is None or mine.file is None or mine.file != _identity(self.path):
            mine = self._connect()
        return mine.db

    def _connect(self) -> _Connection:
        with self._locked():
            # The connection to a lost file is closed after that file was removed: only then does
            # SQLite not write what it still remembers.
            try:
                mine = self._prepare()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                log.warning("side store %s is damaged and starts again empty", self.path)
                self._remove()
                mine = self._prepare()
        self._here.connection = mine
        self._open.add(mine)
        return mine

    def _prepare(self) -> _Connection:
        fresh = _identity(self.path) is None
        if fresh:
            # The -wal and -shm of a file that was deleted belong to no file any more.
            self._remove()
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        mine = _Connection(self.path)
        try:
            if fresh:
                mine.db.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
            else:
                self._check_ours(mine.db)
            self._make_tables(mine.db)
            mine.file = _identity(self.path)
        except BaseException:
            mine.close()
            raise
        return mine

    def _check_ours(self, db: sqlite3.Connection) -> None:
        # By SQLite's own reading: whoever opens and closes the file beside it, in one process,
        # drops its locks. https://www.sqlite.org/howtocorrupt.html, 2.2
        try:
            (found,) = db.execute("PRAGMA application_id").fetchone()
        except sqlite3.DatabaseError as error:
            if _code(error) not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise
            found = None
        if found != APPLICATION_ID:
            raise SettingError(f"{self.path} is not a side store: name another file for it.")

    def _make_tables(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA secure_delete = ON")
        (schema,) = db.execute("PRAGMA user_version").fetchone()
        if schema != self._schema:
            tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in tables:
                db.execute(f'DROP TABLE "{name}"')
            db.execute(f"PRAGMA user_version = {self._schema:d}")
        db.executescript(self._script)

    def _leave(self, *, damaged: bool) -> None:
        """Let go of this thread's connection; a damaged file goes, unless another is there now."""
        mine: _Connection | None = getattr(self._here, "connection", None)
        self._here.connection = None
        if mine is None:
            return
        mine.close()
        with self._locked():
            if damaged and mine.file == _identity(self.path):
                self._remove()

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.unlink(f"{self.path}{ending}")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One thread of one process at a time makes or removes the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(f"{self.path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _code(error: sqlite3.DatabaseError) -> int:
    """SQLite's number for what went wrong; 0 for what the Python module itself refused."""
    return getattr(error, "sqlite_errorcode", 0)


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return _code(error) & 0xFF == sqlite3.SQLITE_CORRUPT


def _is_lost(error: sqlite3.DatabaseError) -> bool:
    """Whether opening anew helps: the file moved, was emptied or damaged, or we were closed."""
    moved = (
        sqlite3.SQLITE_READONLY_DBMOVED,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_NOTADB,
    )
    gone = "no such table" in str(error) or "closed database" in str(error)
    return gone or _is_damage(error) or _code(error) in moved
