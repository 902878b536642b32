"""Bringing an institution back as it was at a moment, into an empty directory."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ZODB.blob import FilesystemHelper

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.backup.repository import (
    RESTORED,
    Manifest,
    Repository,
    copied,
    fingerprint_of,
)  # fmt: skip
from lms_leiderschap.store.backup.sources import bring_back
from lms_leiderschap.store.blobs import FOLDER
from lms_leiderschap.store.durable import make_folder, sync_tree


def restore(repository: Repository, until: datetime | None, into: Path) -> Manifest:
    """Write the newest backup, or the last one made at or before a moment; its manifest.

    Raises SettingError when there is none, `into` is not empty, or anything in the backup is not
    as its sealed manifests say.
    """
    if into.exists() and any(into.iterdir()):
        raise SettingError(f"{into} is not empty.")
    last = repository.newest(until)
    if last is None:
        when = f" of {until.isoformat()} or before" if until else ""
        raise SettingError(f"{repository.directory} holds no backup{when}.")
    chain = repository.chain(last)
    folder = repository.folder(last)
    for each in chain:
        if each.file:
            _check(folder / each.file["name"], each.file["sha256"])
    make_folder(into)
    bring_back(last.storage, folder, chain, into)
    layout = FilesystemHelper(str(into / FOLDER))
    layout.create()
    for manifest in chain:
        for name, (_size, sha256) in manifest.blobs.items():
            _bring_blob(repository.blob(name), layout, name, sha256)
    (into / RESTORED).write_text(last.name, "ascii")
    sync_tree(into)
    return last


def _check(path: Path, sha256: str) -> None:
    if not path.exists():
        raise SettingError(f"{path} is missing.")
    if fingerprint_of(path) != sha256:
        raise SettingError(f"{path} is not what the manifest says.")


def _bring_blob(source: Path, layout: FilesystemHelper, name: str, sha256: str) -> None:
    if not source.exists():
        raise SettingError(f"{source} is missing.")
    oid, tid = (bytes.fromhex(part) for part in name.removesuffix(".blob").split("-"))
    layout.getPathForOID(oid, create=True)
    target = Path(layout.getBlobFilename(oid, tid))
    with source.open("rb") as origin, target.open("wb") as copy:
        _size, found = copied(origin, copy)
    if found != sha256:
        raise SettingError(f"{source} is not what the manifest says.")
    target.chmod(0o400)
