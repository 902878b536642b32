"""Making a backup while the institution is in use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ZODB.DB import DB

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.backup.repository import (
    CHAIN,
    STAMP,
    Manifest,
    Repository,
    restored_from,
)  # fmt: skip
from lms_leiderschap.store.backup.sources import LONGEST, SOURCES, Blob
from lms_leiderschap.store.blobs import blob_path, reading
from lms_leiderschap.store.durable import make_folder
from lms_leiderschap.store.packing import unpacked_while
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.store.storages import directory_of, open_storage

ELSEWHERE = ("{key} is kept in PostgreSQL, which makes its own backups: pg_basebackup and the "
             "archive of its log. docs/operations.md says how.")  # fmt: skip


def back_up(storage: str, repository: Repository, institution: str, release: str) -> Manifest:
    """Add the institution as it is now to its repository.

    storage      as the institutions file names it
    institution  its key; `release` of the code, both for the manifest
    The database comes first and its files after it: what is in the database names files that are
    there already, and nothing goes meanwhile because nobody may pack.
    """
    directory = directory_of(storage)
    if directory is None:
        raise SettingError(ELSEWHERE.format(key=institution))
    kind = storage.partition(":")[0]
    source = SOURCES[kind](directory)
    if not source.path.exists():
        raise SettingError(f"{directory} holds no database.")
    make_folder(repository.directory)
    with repository.alone(), unpacked_while(directory):
        repository.sweep()
        begun = _free_moment(repository)
        former = _followed(repository, source, kind, begun)
        chain = former.chain if former else begun.strftime(CHAIN)
        folder = repository.directory / chain
        make_folder(folder)
        audit = _audit_head(storage)  # before the copy, which then holds that line
        piece = source.copy(folder, former)
        at = _free_moment(repository)  # after the copy: nothing in it is later
        known = {} if former else _known_blobs(repository)
        blobs, missing = _kept_blobs(repository, directory, piece.blobs, known)
        return repository.write(Manifest(
            institution=institution, at=at.isoformat(), release=release, storage=kind,
            tid=piece.tid.hex(), chain=chain, former=(former.name, former.seal) if former else (),
            file=piece.facts, pieces=len(source.pieces(folder)), source=source.identity(),
            blobs=blobs, missing=tuple(missing), audit=audit, restored=restored_from(directory),
        ))  # fmt: skip


def _free_moment(repository: Repository) -> datetime:
    """The end of this second; after a clock that was ahead, the second after the newest backup.

    So the newest is always the last in the order of names.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    names = repository.names()
    last = datetime.strptime(names[-1], STAMP).replace(tzinfo=UTC) if names else now
    return max(now, last) + timedelta(seconds=1)


def _followed(
    repository: Repository, source: Any, kind: str, at: datetime
) -> Manifest | None:
    """The backup to add to; None to begin a chain."""
    last = repository.newest()
    if last is None or last.storage != kind or not source.goes_on(last):
        return None
    # A backup that was cut off may have left a piece that no manifest knows.
    whole = len(source.pieces(repository.folder(last))) == last.pieces
    return last if whole and last.begun <= at < last.begun + LONGEST else None


def _kept_blobs(
    repository: Repository, directory: Path, wanted: list[Blob],
    known: dict[str, tuple[int, str]],
) -> tuple[dict[str, tuple[int, str]], list[str]]:  # fmt: skip
    """Size and SHA-256 of each by its name; and the names of those that are not there.

    known  the same of an earlier chain: these are not copied again
    """
    kept, missing = {}, []
    for oid, tid in wanted:
        name = f"{oid.hex()}-{tid.hex()}.blob"
        if name in known and repository.blob(name).exists():
            kept[name] = known[name]
            continue
        try:
            kept[name] = repository.keep_blob(name, blob_path(directory, oid, tid))
        except FileNotFoundError:
            missing.append(name)
    return kept, missing


def _known_blobs(repository: Repository) -> dict[str, tuple[int, str]]:
    """Those of the last chain."""
    last = repository.newest()
    chain = repository.chain(last) if last else []
    return {name: facts for each in chain for name, facts in each.blobs.items()}


def _audit_head(storage: str) -> tuple[Any, ...]:
    """The last sealed line: whoever changes the log later has a witness elsewhere."""
    database = DB(open_storage(storage, read_only=True))
    try:
        with reading(database) as connection:
            institution = institution_in(connection)
            return institution.audit.head if institution is not None else ()
    finally:
        database.close()
