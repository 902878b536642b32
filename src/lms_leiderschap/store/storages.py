"""The rungs of the storage ladder: what the `storage` of an institution may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.durable import DurableFileStorage, sync_path

BLOB_CACHE = 1 << 30  # bytes
MARK = "lms_copying"  # table of a PostgreSQL database that holds a copy which is not done


def directory_of(storage: str) -> Path | None:
    """Where "file:…" and "sqlite:…" keep their files; None for a database elsewhere."""
    kind, _colon, place = storage.partition(":")
    return None if kind == "postgresql" else Path(place)


def directory_in(database: Any) -> Path | None:
    """The same of an open database."""
    storage = database.storage
    if isinstance(storage, DurableFileStorage):
        return Path(storage._file_name).parent
    place = getattr(storage._adapter, "data_dir", None)
    return None if place is None else Path(place)


def open_storage(
    storage: str, *, read_only: bool = False, blobs: Path | None = None, largest: int = BLOB_CACHE,
    half: bool = False,
) -> Any:  # fmt: skip
    """The storage behind "file:DIRECTORY", "sqlite:DIRECTORY" or "postgresql:DSN".

    A directory is made when it is not there; a PostgreSQL database must be.
    read_only  of a file: opens beside the server that writes it, as it is at this moment
    blobs      of PostgreSQL: directory of the blob cache; None = one that goes when it is closed
    largest    bytes that this cache may hold
    half       of PostgreSQL: also one that holds a copy which is not done; SettingError without it
    """
    kind, _colon, place = storage.partition(":")
    if kind == "postgresql":
        from lms_leiderschap.store.postgresql import open_postgresql  # an extra, so not at the top

        return open_postgresql(place, blobs, largest, half=half)
    directory = Path(place)
    if read_only and kind == "file" and not (directory / "Data.fs").exists():
        raise SettingError(f"{directory} is still empty. Begin it with lms found.")
    directory.mkdir(parents=True, exist_ok=True)
    opened = _in_files(kind, directory, read_only)
    if not read_only:  # the files may be new, and so may the directory
        for path in (directory, directory.parent):
            sync_path(str(path))
    return opened


def _in_files(kind: str, directory: Path, read_only: bool) -> Any:
    if kind == "sqlite":
        from lms_leiderschap.store.durable_sqlite import open_sqlite  # an extra

        return open_sqlite(directory)
    # What was packed away must be gone from the disk too: no Data.fs.old, no blobs.old.
    return DurableFileStorage(
        str(directory / "Data.fs"), read_only=read_only, blob_dir=str(directory / "blobs"),
        pack_keep_old=False,
    )  # fmt: skip


def server_errors() -> tuple[type[Exception], ...]:
    """What a storage raises while its database server is away; none where there is no driver."""
    try:
        from psycopg2 import InterfaceError, OperationalError
    except ImportError:
        return ()
    return (OperationalError, InterfaceError)
