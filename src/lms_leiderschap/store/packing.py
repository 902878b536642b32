"""Packing: giving back the room of what was replaced or erased."""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.blobs import orphans
from lms_leiderschap.store.durable import sync_path
from lms_leiderschap.store.storages import directory_in

log = logging.getLogger(__name__)
DAY = 86400.0
MINUTES = 10.0  # of history that stays, for who is reading at that moment
LOCK = "pack.lock"
LONGEST = 1800.0  # seconds to wait for it: a backup of a large database holds it long
LOOK_EVERY = 0.1
SQLITE = "main.sqlite3"


@dataclass(frozen=True, slots=True)
class Packed:
    """What packing did.

    before, after  size of the database in bytes, without blobs
    orphans        blob files that no record named, taken away
    wrong          what is not as it should be after it, a sentence each; `verifying` looks further
    """

    before: int
    after: int
    orphans: int
    wrong: tuple[str, ...]


@contextmanager
def unpacked_while(directory: Path, longest: float = LONGEST) -> Iterator[None]:
    """Nobody packs this database meanwhile; who packs it now is waited for.

    longest  seconds; after them SettingError
    """
    handle = os.open(directory / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    end = time.monotonic() + longest
    try:
        while not _is_locked(handle):
            if time.monotonic() >= end:
                raise SettingError(f"{directory} is being packed or backed up. Try again later.")
            time.sleep(LOOK_EVERY)
        yield
    finally:
        os.close(handle)


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def pack(database: Any, minutes: float = MINUTES) -> Packed:
    """Pack an open database.

    minutes  how long replaced and erased things stay readable in the file
    """
    directory = directory_in(database)
    if directory is None:  # blobs are rows, and the database has a lock of its own for packing
        return _packed(database, minutes, ())
    with unpacked_while(directory):
        packed = _packed(database, minutes, _swept(database, directory))
        if (directory / SQLITE).exists():
            _empty_log(directory / SQLITE)
        return packed


def _empty_log(path: Path) -> None:
    """Take what was packed away out of SQLite's log, too. Left to the next time while others read
    what only the log has.
    """
    with closing(sqlite3.connect(path)) as database:
        [(busy, _pages, _moved)] = database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if (emptied := path.with_name(f"{path.name}-wal")).exists():
            sync_path(str(emptied))  # that it is empty is not on the disk by itself
    if busy:
        log.warning("%s is being read: what was packed away stays in its log until the next time",
                    path)


def _packed(database: Any, minutes: float, swept: tuple[Path, ...]) -> Packed:
    before = database.getSize()
    database.pack(time.time() - 60 * minutes)
    return Packed(before, database.getSize(), len(swept), tuple(_wrong(database)))


def _swept(database: Any, directory: Path) -> tuple[Path, ...]:
    """Files of blobs that a killed process left. One that fails stays for the next time."""
    found = tuple(orphans(database, directory, time.time() - DAY))
    for path in found:
        path.unlink(missing_ok=True)
    return found


def _wrong(database: Any) -> Iterator[str]:
    """Whether the file that is written is the file on the disk.

    Whether every reference leads on takes minutes of a large database, so a server does not ask.
    """
    file = getattr(database.storage, "_file", None)
    if file is not None:
        here, there = os.fstat(file.fileno()), os.stat(database.storage._file_name)
        if (here.st_dev, here.st_ino) != (there.st_dev, there.st_ino):
            yield f"{file.name}: the file that is written is no longer the one on the disk."
