"""Looking whether a database is whole: records, files, and what each slice says must hold."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from ZODB.POSException import POSKeyError

from lms_leiderschap import in_slices
from lms_leiderschap.store.blobs import orphans, reading
from lms_leiderschap.store.file import CHUNK, StoredFile
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.store.packing import DAY
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.store.scan import scan
from lms_leiderschap.store.storages import directory_in

FILE, BLOB = f"{StoredFile.__module__}.StoredFile", "ZODB.blob.Blob"
EMPTY = "It holds no institution: nobody founded one, or storage names another place or kind."
OFTEN = 200  # files after which the memory of a connection is emptied


def findings(database: Any) -> Iterator[str]:
    """Everything that is wrong, a sentence each that says where.

    Nothing is written. What each slice asks stands in its `invariants.py`.
    """
    found = scan(database, FILE, BLOB)
    yield from (f"{name} is no part of the core." for name in sorted(found.strange))
    yield from found.missing
    with reading(database) as connection:
        yield from _without_file(connection, found.oids[BLOB])
        yield from _wrong_files(connection, found.oids[FILE])
        institution = institution_in(connection)
        if institution is None:
            yield EMPTY
        for module in in_slices("invariants") if institution is not None else ():
            yield from _asked(module, institution)
    directory = directory_in(database)
    if directory is not None:
        yield from _orphans(database, directory)


def _asked(module: ModuleType, institution: Any) -> Iterator[str]:
    try:
        yield from module.broken(institution)
    except Exception as error:  # records may be damaged in any way
        yield f"{module.__name__} could not be asked: {error!r}"


def _without_file(connection: Any, oids: Any) -> Iterator[str]:
    for oid in oids:
        _data, serial = connection._storage.load(oid)
        try:
            connection._storage.loadBlob(oid, serial)
        except POSKeyError:
            yield f"The file of blob 0x{oid.hex().lstrip('0')} is not there."


def _wrong_files(connection: Any, oids: Any) -> Iterator[str]:
    """Every file that was received has the bytes that were received."""
    for number, oid in enumerate(oids):
        where = f"0x{oid.hex().lstrip('0')}"
        try:
            file = connection.get(oid)
            where = "/".join(path_of(file)) or where
            size, sha256 = _measured(file)
            if (size, sha256) != (file.size, file.sha256):
                yield f"{where}: {size} bytes that are not the {file.size} that were received."
        except POSKeyError:
            yield f"{where}: its bytes are not there."
        except Exception as error:  # records may be damaged in any way
            yield f"{where}: it cannot be read: {error!r}"
        if number % OFTEN == OFTEN - 1:
            connection.cacheMinimize()


def _measured(file: StoredFile) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with file.open() as source:
        while piece := source.read(CHUNK):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def _orphans(database: Any, directory: Path) -> Iterator[str]:
    for path in orphans(database, directory, time.time() - DAY):
        yield f"{path}: no record names this file. Packing takes it away."
