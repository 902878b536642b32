"""RelStorage on SQLite that also survives a power cut.

As RelStorage 4.3 comes, SQLite syncs its log only now and then (`synchronous` is NORMAL), blobs in
a directory are never synced, and neither is the file that counts object ids, which may then be
behind the objects (read in ``relstorage.adapters.sqlite`` and ``relstorage.blobhelper``; strace
shows it). What is done about it here is held by tests in ``tests/reliability``.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Any

from relstorage.adapters.sqlite.adapter import Sqlite3Adapter
from relstorage.blobhelper.shared import SharedBlobHelper
from relstorage.options import Options
from relstorage.storage import RelStorage

from lms_leiderschap.store.durable import sync_folders, sync_path

# Of every connection. 2 is FULL: each commit is on the disk before it is answered. What was packed
# away is overwritten with zeros.
PRAGMAS = {"synchronous": 2, "secure_delete": 1}
OIDS = "oids.sqlite3"


class DurableBlobs(SharedBlobHelper):
    """Blobs in a directory, on the disk before the transaction is."""

    def __init__(
        self, options: Any, adapter: Any, fshelper: Any = None, known: set[str] | None = None
    ) -> None:
        super().__init__(options, adapter, fshelper)
        self._known_folders: set[str] = set() if known is None else known
        self.new_instance_kwargs = {"known": self._known_folders}

    def vote(self, tid: bytes | None = None) -> None:
        super().vote(tid)
        top = os.path.abspath(self.fshelper.base_dir)
        for path in map(os.path.abspath, self._txn_blobs.values()):
            sync_path(path)
            sync_folders(os.path.dirname(path), top, self._known_folders)


def open_sqlite(directory: Path) -> Any:
    """The storage in a directory that is there."""
    options = Options(keep_history=False, blob_dir=str(directory / "blobs"), shared_blob_dir=True)
    adapter = Sqlite3Adapter(str(directory), PRAGMAS, options=options)
    storage = RelStorage(adapter, options=options, blobhelper=DurableBlobs(options, adapter))
    _count_on(adapter, directory)
    return storage


def _count_on(adapter: Any, directory: Path) -> None:
    """Have the next object id come after all that are taken, whatever became of the count."""
    with sqlite3.connect(directory / "main.sqlite3") as database:
        [(last,)] = database.execute("SELECT coalesce(max(zoid), 0) FROM object_state")
    database.close()
    try:
        adapter.oidallocator.set_min_oid(None, last)
    except sqlite3.DatabaseError as error:
        if not _is_torn(error):
            raise
        _begin_anew(adapter, directory, last)


def _is_torn(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is damaged, as by a power cut: locked, full or unreadable is not."""
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _begin_anew(adapter: Any, directory: Path, last: int) -> None:
    """Put a new count in the place of a torn one, unless another process just did."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        adapter.oidallocator.close()
        try:
            adapter.oidallocator.set_min_oid(None, last)
        except sqlite3.DatabaseError as error:
            if not _is_torn(error):
                raise
            (directory / OIDS).unlink()
            adapter.oidallocator.close()
            adapter.oidallocator.set_min_oid(None, last)
    finally:
        os.close(handle)
