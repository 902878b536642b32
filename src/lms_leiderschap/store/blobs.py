"""The files that blobs are, in the directory of a database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import transaction
from ZODB.blob import FilesystemHelper
from ZODB.POSException import POSKeyError

FOLDER = "blobs"


class BlobFile(NamedTuple):
    """One file: which object, in which transaction, and where."""

    oid: bytes
    tid: bytes
    path: Path


@contextmanager
def reading(database: Any) -> Iterator[Any]:
    """A connection on which nothing is changed."""
    connection = database.open(transaction_manager=transaction.TransactionManager())
    try:
        yield connection
    finally:
        connection.close()


def blob_files(directory: Path) -> Iterator[BlobFile]:
    """Every committed blob file below the directory of a database."""
    layout = FilesystemHelper(str(directory / FOLDER))
    for oid, folder in layout.listOIDs():
        for name in os.listdir(folder):
            if name.endswith(".blob"):
                _oid, tid = layout.splitBlobFilename(os.path.join(folder, name))
                yield BlobFile(oid, tid, Path(folder, name))


def blob_path(directory: Path, oid: bytes, tid: bytes) -> Path:
    """Where the file of a blob lies, or would lie."""
    return Path(FilesystemHelper(str(directory / FOLDER)).getBlobFilename(oid, tid))


def orphans(database: Any, directory: Path, before: float) -> Iterator[Path]:
    """Blob files without a record, and files of uploads that were never committed.

    before  seconds since the epoch; what was written later may belong to a transaction at hand
    """
    with reading(database) as connection:
        for found in blob_files(directory):
            if _written_before(found.path, before) and not _is_known(connection, found):
                yield found.path
    for path in (directory / FOLDER / "tmp").glob("*"):
        if path.is_file() and _written_before(path, before):
            yield path


def _written_before(path: Path, moment: float) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < moment
    return False


def _is_known(connection: Any, found: BlobFile) -> bool:
    try:
        connection._storage.loadSerial(found.oid, found.tid)
    except POSKeyError:
        return False
    return True
