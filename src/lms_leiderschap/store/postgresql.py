"""RelStorage on PostgreSQL: one database of a server per institution, history-free.

Blobs are rows too, so that one thing is backed up and one log makes both durable; what lies on the
disk of the application is a cache. Read in RelStorage 4.3 and psycopg2 2.9.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from psycopg2.errors import DeadlockDetected, LockNotAvailable
from psycopg2.extensions import make_dsn, parse_dsn
from relstorage.adapters.interfaces import UnableToAcquireCommitLockError
from relstorage.adapters.postgresql import PostgreSQLAdapter
from relstorage.adapters.postgresql.drivers._lobject import _ReadBlob, _UploadBlob
from relstorage.adapters.postgresql.drivers.psycopg2 import Psycopg2Driver
from relstorage.options import Options
from relstorage.storage import RelStorage
from transaction.interfaces import TransientError
from ZODB.blob import LAYOUT_MARKER

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store import silence
from lms_leiderschap.store.storages import MARK

# Seconds to wait for another commit; less than silence.LONGEST, so that the server says it is busy.
LOCK_WAIT = 2
PIECE = 1 << 20  # bytes of a blob in one statement, which must be done in silence.LONGEST
CACHED_FOR = 86400  # seconds
# What a connection has that its string does not say. Both ends look every ten seconds whether the
# other machine is there, so that nobody waits for, or holds locks for, one that is not.
DEFAULTS = {
    "client_encoding": "UTF8",
    "connect_timeout": "3",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
               " -c tcp_user_timeout=10000",
}  # fmt: skip


class CommitLockBusy(UnableToAcquireCommitLockError, TransientError):
    """Others were committing all the time; nothing is written, and trying again helps."""


class _Upload(_UploadBlob):
    fetch_size = PIECE


class _Download(_ReadBlob):
    fetch_size = PIECE


class Driver(Psycopg2Driver):
    """psycopg2 with an end to every wait. In that mode it has neither COPY nor large objects of
    its own; RelStorage has both as plain statements, for its driver for gevent."""

    __name__ = "psycopg2, watched"
    _WANT_WAIT_CALLBACK = True
    supports_copy = False

    def __init__(self, gate: silence.Gate) -> None:
        silence.watch()
        self._gate = gate
        super().__init__()

    def _create_connection(self, mod: Any, *_slots: str) -> Any:
        binary = self.Binary

        class Connection(mod.extensions.connection):
            gate = self._gate
            replica = None  # set by RelStorage

            def lobject(self, oid: int, _mode: str, _new_oid: int = 0, file: str = "") -> Any:
                return _Upload(self, file, binary) if file else _Download(self, oid)

        return Connection


class Adapter(PostgreSQLAdapter):
    def _select_driver(self, options: Any = None) -> Any:
        if self.connmanager is not None:
            return self.connmanager.driver
        return Driver(silence.gate_to(self._dsn))

    def lock_database_and_move(self, *arguments: Any, **options: Any) -> Any:
        # RelStorage names a lock that it does not get while voting, and not here.
        try:
            return super().lock_database_and_move(*arguments, **options)
        except (LockNotAvailable, DeadlockDetected) as busy:
            raise CommitLockBusy(str(busy)) from busy


class PostgreSQLStorage(RelStorage):
    """own_cache  the directory of the blob cache when it goes with the storage

    packing  whether it is being packed by this process
    """

    own_cache: TemporaryDirectory[str] | None = None
    packing = False

    def pack(self, *arguments: Any, **options: Any) -> None:
        self.packing = True
        try:
            with silence.patiently():
                super().pack(*arguments, **options)
        finally:
            self.packing = False

    def close(self) -> None:
        super().close()
        if self.own_cache is not None:
            self.own_cache.cleanup()


def open_postgresql(
    dsn: str, blobs: Path | None, largest: int, *, half: bool = False
) -> PostgreSQLStorage:
    """The storage in an existing PostgreSQL database.

    blobs    directory of the blob cache; processes may share it; None = one of its own
    largest  bytes that it may hold (a little more while it is being looked through)
    half     also one that holds a copy which is not done
    Raises psycopg2.OperationalError when the server cannot be reached, SettingError for a half.
    """
    own = TemporaryDirectory(prefix="lms-blobs-") if blobs is None else None
    options = Options(
        keep_history=False, blob_dir=own.name if own else str(blobs), shared_blob_dir=False,
        blob_cache_size=largest, commit_lock_timeout=LOCK_WAIT,
    )  # fmt: skip
    storage = PostgreSQLStorage(Adapter(dsn=complete(dsn), options=options), options=options)
    storage.own_cache = own
    try:
        if not half:
            _check_whole(storage)
    except BaseException:
        storage.close()
        raise
    return storage


def _check_whole(storage: PostgreSQLStorage) -> None:
    connections = storage._adapter.connmanager
    connection, cursor = connections.open_for_load()
    try:
        cursor.execute("SELECT to_regclass(%s)", (MARK,))
        if cursor.fetchone()[0] is not None:
            raise SettingError("The PostgreSQL database holds a copy that is not done. "
                               "Make it again with lms storage copy.")  # fmt: skip
    finally:
        connections.rollback_and_close(connection, cursor)


def forget_old_blobs(blobs: Path, at: float) -> None:
    """Take out of a cache what nobody opened for ``CACHED_FOR``, so that what was erased goes too.

    at  the time, in seconds since 1970
    RelStorage makes and locks what is in there by file; who has one open keeps it.
    """
    for path in blobs.rglob("*"):
        with suppress(OSError):  # another process was first
            found = path.stat()
            unused = at - max(found.st_atime, found.st_mtime) >= CACHED_FOR
            if unused and path.is_file() and path.name != LAYOUT_MARKER:
                path.unlink()


def complete(dsn: str) -> str:
    """The connection string with ``DEFAULTS`` for what it leaves out."""
    return str(make_dsn(dsn, **{name: value for name, value in DEFAULTS.items()
                                if name not in parse_dsn(dsn)}))
