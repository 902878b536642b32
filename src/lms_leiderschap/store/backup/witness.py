"""What backups witness: that nothing was changed afterwards in what only grows."""

from __future__ import annotations

from collections.abc import Iterator

from ZODB.DB import DB

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.backup.repository import (
    Manifest,
    Repository,
    fingerprint_of,
    restored_from,
)  # fmt: skip
from lms_leiderschap.store.backup.sources import FileSource
from lms_leiderschap.store.blobs import reading
from lms_leiderschap.store.packing import unpacked_while
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.store.storages import directory_of, open_storage


def denied(repository: Repository, storage: str) -> Iterator[str]:
    """A sentence for each thing that is no longer as it was when it was backed up."""
    last, directory = repository.newest(), directory_of(storage)
    if last is None or directory is None:
        raise SettingError(f"{repository.directory} holds no backup of it.")
    if last.storage == "file":
        with unpacked_while(directory):
            yield from _changed(FileSource(directory), repository.chain(last))
    yield from _forgotten(storage, _line_of(repository, restored_from(directory)))


def _line_of(repository: Repository, restored: str) -> Iterator[Manifest]:
    """The backups that a database descends from, newest first.

    restored  name of the backup that it was brought back from: what was backed up after that, of
              the database that was given up, witnesses nothing of this one
    """
    for name in reversed(repository.names()):
        manifest = repository.manifest(name)
        if manifest.restored == restored or not restored or name <= restored:
            restored = manifest.restored
            yield manifest


def _changed(source: FileSource, chain: list[Manifest]) -> Iterator[str]:
    """Pieces of the file that have other bytes than when they were copied.

    FileStorage only adds at the end; after packing it is another file, of which the next backup is
    the first witness.
    """
    if chain[-1].source != source.identity():
        return
    for each in chain:
        facts = each.file
        if facts and fingerprint_of(source.path, facts["start"], facts["end"]) != facts["content"]:
            yield (f"{source.path}: bytes {facts['start']} to {facts['end']} are not those that "
                   f"backup {each.name} copied.")  # fmt: skip


def _forgotten(storage: str, line: Iterator[Manifest]) -> Iterator[str]:
    """Last lines of the audit log, as it was at each backup, that it no longer holds."""
    database = DB(open_storage(storage, read_only=True))
    try:
        with reading(database) as connection:
            sealed = institution_in(connection).audit.sealed
            for manifest in line:
                for number, seal in [manifest.audit or (0, "")]:
                    if seal and sealed.get(number, {}).get("seal") != seal:
                        yield (f"audit: line {number} is not the one that backup {manifest.name} "
                               "saw.")  # fmt: skip
    finally:
        database.close()
