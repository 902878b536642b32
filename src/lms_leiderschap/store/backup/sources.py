"""Copying a database to a repository while others write it: a file, or SQLite."""

from __future__ import annotations

import gzip
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from ZODB.blob import is_blob_record
from ZODB.FileStorage.FileStorage import FileIterator
from ZODB.scripts import repozo
from ZODB.utils import p64

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.backup.repository import Manifest, copied, fingerprint_of
from lms_leiderschap.store.durable import sync_path

LONGEST = timedelta(days=1)  # that a chain is added to
Blob = tuple[bytes, bytes]  # (object id, transaction id)


@dataclass(frozen=True, slots=True)
class Piece:
    """What was copied.

    facts  as `Manifest.file` says; empty when there was nothing new
    tid    of the last transaction in it
    blobs  those whose records are in it
    """

    facts: dict[str, Any]
    tid: bytes
    blobs: list[Blob]


class FileSource:
    """A FileStorage. It only grows, so what came since the last time is copied (by repozo)."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "Data.fs"

    def identity(self) -> tuple[int, ...]:
        """Packing puts another file in its place."""
        status = self.path.stat()
        return status.st_dev, status.st_ino

    def goes_on(self, former: Manifest) -> bool:
        """Whether what is there now begins with what the last backup holds."""
        return former.source == self.identity()

    def copy(self, folder: Path, former: Manifest | None) -> Piece:
        """Copy the whole of it, or what came after `former`."""
        before = _names(folder)
        words = ["-B", "-z", "-Q", "-r", str(folder), "-f", str(self.path)]
        while before and time.strftime("%Y-%m-%d-%H-%M-%S", time.gmtime()) in before[-1]:
            time.sleep(0.1)  # repozo names a piece after the second it is made in
        repozo.do_backup(repozo.parseargs(words))
        fresh = [name for name in _names(folder) if name not in before]
        if not fresh:
            return Piece({}, bytes.fromhex(former.tid) if former else b"", [])
        path = folder / fresh[-1]
        _file, start, end, _md5 = repozo.scandat(repozo.find_files(repozo.parseargs(words)))
        sync_path(str(path))  # repozo does so before gzip writes the end of it
        sync_path(str(folder))
        facts = {"name": path.name, "size": path.stat().st_size, "sha256": fingerprint_of(path),
                 "start": start, "end": end,
                 "content": fingerprint_of(self.path, start, end)}  # fmt: skip
        return Piece(facts, *self._transactions(max(4, start), end))

    def _transactions(self, start: int, end: int) -> tuple[bytes, list[Blob]]:
        """The last of the transactions that stand in a piece of the file, and blobs of all."""
        tid, blobs = b"", []
        with closing(FileIterator(str(self.path), pos=start)) as transactions:
            for each in transactions:
                if each._tpos >= end:
                    break
                tid = each.tid
                blobs += [(record.oid, record.tid) for record in each
                          if record.data and is_blob_record(record.data)]  # fmt: skip
        return tid, blobs

    @staticmethod
    def pieces(folder: Path) -> list[str]:
        """Names of the files of the database in the folder of a chain."""
        return _names(folder)


class SqliteSource:
    """RelStorage on SQLite. Each time the whole database is copied, when anything changed."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "main.sqlite3"

    def identity(self) -> tuple[int, ...]:
        return ()

    def goes_on(self, former: Manifest) -> bool:
        with closing(sqlite3.connect(self.path)) as database:
            return _last(database).hex() == former.tid

    def copy(self, folder: Path, former: Manifest | None) -> Piece:
        """Copy the whole of it into a new chain; into one that goes on there is nothing to copy."""
        if former is not None:
            return Piece({}, bytes.fromhex(former.tid), [])
        plain, target = folder / "main.sqlite3", folder / "main.sqlite3.gz"
        with closing(sqlite3.connect(self.path)) as here, closing(sqlite3.connect(plain)) as there:
            here.backup(there)
            tid, blobs = _last(there), list(_blobs(there))
        with plain.open("rb") as origin, gzip.open(target, "wb") as packed:
            size, content = copied(origin, packed)
        plain.unlink()
        sync_path(str(target))
        sync_path(str(folder))
        facts = {"name": target.name, "size": target.stat().st_size,
                 "sha256": fingerprint_of(target), "start": 0, "end": size,
                 "content": content}  # fmt: skip
        return Piece(facts, tid, blobs)

    @staticmethod
    def pieces(folder: Path) -> list[str]:
        """Names of the files of the database in the folder of a chain."""
        return [path.name for path in folder.glob("*.gz")]


SOURCES: dict[str, Any] = {"file": FileSource, "sqlite": SqliteSource}


def bring_back(kind: str, folder: Path, chain: list[Manifest], into: Path) -> None:
    """Write the database file as it was, from what sealed manifests name and nothing else.

    What else lies in the folder of the chain nobody sealed: repozo would choose among it by name,
    and bring back an index, which is a pickle of anything. Raises SettingError for a piece that is
    not as its manifest says.
    """
    target: Path = SOURCES[kind](into).path
    with target.open("wb") as whole:
        for facts in (each.file for each in chain if each.file):
            start = whole.tell()
            with gzip.open(folder / facts["name"]) as piece:
                _size, content = copied(piece, whole)
            if (start, whole.tell(), content) != (facts["start"], facts["end"], facts["content"]):
                raise SettingError(f"{folder / facts['name']} is not what the manifest says.")


def _names(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if repozo.is_data_file(name))


def _last(database: sqlite3.Connection) -> bytes:
    [(tid,)] = database.execute("SELECT coalesce(max(tid), 0) FROM object_state")
    return bytes(p64(tid))


def _blobs(database: sqlite3.Connection) -> Iterator[Blob]:
    rows = database.execute("SELECT zoid, tid, state FROM object_state WHERE state_size < 200")
    for oid, tid, state in rows:
        if state and is_blob_record(state):
            yield p64(oid), p64(tid)
