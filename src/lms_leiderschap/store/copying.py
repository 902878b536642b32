"""Moving an institution from one storage to another, with the proof that all of it arrived.

ZODB copies transactions and RelStorage copies what is current, both under the ids that everything
had, so both sides can be held against each other record by record afterwards. A copy that was cut
off is thrown away by the next one; nothing is ever added to a half of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ZODB.blob import is_blob_record
from ZODB.POSException import POSKeyError
from ZODB.utils import oid_repr, z64

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.durable import sync_path, sync_tree
from lms_leiderschap.store.storages import MARK, directory_of, open_storage

PIECE = 1 << 20
IN_USE = "A server or another command has {} open. Stop it first."
HOLDS = {"file": "Data.fs", "sqlite": "main.sqlite3"}  # file that is there when a database is


@dataclass(frozen=True, slots=True)
class Copied:
    """What both sides hold.

    records, files  how many objects, and how many of them have a file
    sha256          of all of it: ids, serials, bytes of records and of files, hexadecimal
    """

    records: int
    files: int
    sha256: str


def copy(source: str, target: str) -> Copied:
    """Copy all of a storage that nobody has open to an empty one, and compare the two.

    source, target  "file:DIRECTORY", "sqlite:DIRECTORY" or "postgresql:DSN"
    SettingError when the source is in use or empty, when the target is not empty, and when the
    two are not the same in the end.
    """
    with ExitStack() as stack:
        stack.enter_context(_patience(source, target))
        origin = stack.enter_context(_source(source))
        last = origin.lastTransaction()
        place = stack.enter_context(_target(target))
        with _opened(place, half=True) as destination:
            destination.copyTransactionsFrom(origin)
        _sync(place)
        with _opened(place, half=True) as destination:
            copied = compare(origin, destination)
        with _opened(source) if not source.startswith("file:") else _same(origin) as again:
            if again.lastTransaction() != last:
                raise SettingError(IN_USE.format(source) + " It was written while it was copied.")
        return copied


def compare(one: Any, other: Any) -> Copied:
    """What two storages hold. SettingError names the first record in which they differ."""
    digest, records, files = hashlib.sha256(), 0, 0
    for left, right in zip_longest(_records(one), _records(other)):
        if left != right:
            oid = (left or right)[0]
            raise SettingError(f"The copy differs in record {oid_repr(oid)}. It is not to be used.")
        oid, tid, data = left
        records += 1
        digest.update(oid + tid + hashlib.sha256(data).digest())
        if is_blob_record(data):
            files += 1
            found, copied = (_file_digest(each, oid, tid) for each in (one, other))
            if found != copied:
                raise SettingError(f"The copy differs in the file of record {oid_repr(oid)}. "
                                   "It is not to be used.")  # fmt: skip
            digest.update(found)
    return Copied(records, files, digest.hexdigest())


def _records(storage: Any) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(oid, serial, pickle) of all that is current, in the order of oids."""
    at, last = None, False
    while not last:
        oid, tid, data, at = storage.record_iternext(at)
        last = at is None
        yield oid, tid, data


def _file_digest(storage: Any, oid: bytes, tid: bytes) -> bytes:
    """SHA-256 of the file of a blob; empty where there is none, as of one never written."""
    digest = hashlib.sha256()
    try:
        source = storage.openCommittedBlobFile(oid, tid)
    except POSKeyError:
        return b""
    with source:
        while piece := source.read(PIECE):
            digest.update(piece)
    return digest.digest()


@contextmanager
def _opened(storage: str, *, half: bool = False) -> Iterator[Any]:
    found = open_storage(storage, half=half)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def _same(storage: Any) -> Iterator[Any]:
    yield storage


@contextmanager
def _source(storage: str) -> Iterator[Any]:
    """It, open, when it holds something and nobody else has it open."""
    directory = directory_of(storage)
    kind = storage.partition(":")[0]
    if directory is not None and not (directory / HOLDS[kind]).exists():
        raise SettingError(f"There is nothing in {storage}.")
    check_alone(storage)
    with _opened(storage) as found:  # LockError when a server has the file
        if found.lastTransaction() == z64:
            raise SettingError(f"There is nothing in {storage}.")
        yield found


def check_alone(storage: str) -> None:
    """SettingError when anybody, we too, has a database in SQLite or PostgreSQL open.

    One in a file has a lock of its own.
    """
    directory = directory_of(storage)
    if directory is None:
        with _alone_on_server(storage):
            pass
    elif storage.startswith("sqlite:") and (directory / HOLDS["sqlite"]).exists():
        _check_alone(directory)


def _check_alone(directory: Path) -> None:
    """SettingError when another connection, of whatever process, is open to the database.

    In exclusive mode SQLite takes a lock that every open connection to a WAL database stands in
    the way of. https://www.sqlite.org/pragma.html#pragma_locking_mode
    """
    database = sqlite3.connect(directory / HOLDS["sqlite"], timeout=0, isolation_level=None)
    try:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN IMMEDIATE")
        database.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        raise SettingError(IN_USE.format(directory)) from error
    finally:
        database.close()


@contextmanager
def _alone_on_server(storage: str) -> Iterator[Any]:
    """A connection of its own, when there is no other one to that database."""
    import psycopg2  # an extra, so not at the top

    connection = psycopg2.connect(storage.partition(":")[2])
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        if cursor.fetchone()[0]:
            raise SettingError(IN_USE.format("the PostgreSQL database"))
        yield cursor
    finally:
        connection.close()


@contextmanager
def _target(storage: str) -> Iterator[str]:
    """The storage to copy to; what is done with it counts only when no error leaves this."""
    directory = directory_of(storage)
    if directory is None:
        with _marked(storage):
            yield storage
        return
    if directory.exists() and any(directory.iterdir()):
        raise SettingError(f"{directory} is not empty.")
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _only_one_in(directory.parent):
        half = directory.with_name(f"{directory.name}.copying")
        shutil.rmtree(half, ignore_errors=True)
        yield f"{storage.partition(':')[0]}:{half}"
        os.rename(half, directory)
        sync_path(str(directory.parent))


@contextmanager
def _only_one_in(directory: Path) -> Iterator[None]:
    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SettingError(f"Another copy to {directory} is being made.") from error
        yield
    finally:
        os.close(handle)


@contextmanager
def _marked(storage: str) -> Iterator[None]:
    """A PostgreSQL database with a mark while the copy is not done; with one it counts as empty."""
    with _alone_on_server(storage) as cursor:
        cursor.execute("SELECT to_regclass(%s)", (MARK,))
        begun = cursor.fetchone()[0] is not None
        if begun:
            with _opened(storage, half=True) as left:
                left.zap_all(slow=True)  # the fast way leaves the files of blobs behind
        with _opened(storage, half=True) as found:
            if found.lastTransaction() != z64:
                raise SettingError("The PostgreSQL database is not empty.")
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {MARK} ()")
        yield
        cursor.execute(f"DROP TABLE {MARK}")


def _sync(storage: str) -> None:
    """Have the disk hold every file of a directory: RelStorage restores blobs without asking."""
    directory = directory_of(storage)
    if directory is not None:
        sync_tree(directory)


@contextmanager
def _patience(*storages: str) -> Iterator[None]:
    """A statement of a whole batch may take longer than one within a request."""
    if not any(storage.startswith("postgresql:") for storage in storages):
        yield
        return
    from lms_leiderschap.store.silence import patiently  # an extra, so not at the top

    with patiently():
        yield
