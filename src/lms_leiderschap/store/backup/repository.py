"""A repository: the backups of one institution, each with a sealed manifest.

    2026-11-25-17-00-00.json    a manifest for each time a backup was made (UTC)
    chain-2026-11-25-17-00-00/  the database as it was then, and what was added to it since
    blobs/3f/<oid>-<tid>.blob   the files, once for all chains
    *.part                      what is being written, or was when a backup was cut off

A chain begins with the whole database, when it was packed or when the chain is a day old.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.durable import make_folder, sync_path

LOCK = "repository.lock"
RESTORED = "restored-from"  # file in the directory of a database: name of the backup it comes from
STAMP = "%Y-%m-%d-%H-%M-%S"
CHAIN = f"chain-{STAMP}"
MANIFEST = re.compile(r"\d{4}(-\d\d){5}\.json$")
CHUNK = 1 << 20
SEALED_AS = b"backup of LMS Leiderschap\n"  # a seal of the same key for something else is no good


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one backup holds, beyond those before it in its chain.

    at       ISO moment in UTC; its name is the same in another form
    tid      hexadecimal number of the last transaction in it
    chain    name of its folder
    former   (name, seal) of the manifest before it in the chain; empty for the first
    file     of the database: name, size and SHA-256 as it lies there; start, end and content (a
             SHA-256) of the piece of the database it is made from. Empty when nothing had changed
    pieces   how many files of the database its chain holds by now
    source   device and inode of the database file it was made from
    blobs    name to (bytes, SHA-256) of the files that are new in the chain
    missing  names of files that were not there
    audit    (number, fingerprint) of the last sealed line of the audit log; empty without one
    restored name of the backup that the database was brought back from; empty if it never was
    """

    institution: str
    at: str
    release: str
    storage: str
    tid: str
    chain: str
    former: tuple[str, ...] = ()
    file: dict[str, Any] = field(default_factory=dict)
    pieces: int = 0
    source: tuple[int, ...] = ()
    blobs: dict[str, tuple[int, str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    audit: tuple[Any, ...] = ()
    restored: str = ""
    seal: str = ""

    @property
    def name(self) -> str:
        return self.moment.strftime(STAMP)

    @property
    def begun(self) -> datetime:
        """When its chain began."""
        return datetime.strptime(self.chain, CHAIN).replace(tzinfo=UTC)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def sealed(self, key: bytes) -> Manifest:
        """The same with the seal that only who has the key of the institution can set."""
        facts = asdict(self) | {"seal": ""}
        text = json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()
        return replace(self, seal=hmac.new(key, SEALED_AS + text, hashlib.sha256).hexdigest())


class Repository:
    """The backups of one institution in a directory.

    keys  the signing keys of the institution: the first one seals, and a manifest that none of them
          sealed is refused
    """

    def __init__(self, directory: Path, keys: Sequence[bytes]) -> None:
        self.directory, self.keys = directory, keys

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else adds to it or takes from it; who does so now is waited for."""
        handle = os.open(self.directory / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def sweep(self) -> None:
        """Take away what backups that were cut off left: halves of files, and whole chains.

        Only for who is alone in it. A chain counts as named whatever the seal of the manifest that
        names it, and when one cannot be read at all, no chain is taken away.
        """
        for half in self.directory.glob("*.part"):
            half.unlink()
        try:
            named = {json.loads((self.directory / f"{name}.json").read_bytes())["chain"]
                     for name in self.names()}  # fmt: skip
        except (ValueError, TypeError, KeyError):
            return
        for chain in self.directory.glob("chain-*"):
            if chain.name not in named:
                shutil.rmtree(chain)

    def names(self) -> list[str]:
        """Names of all manifests, oldest first."""
        if not self.directory.is_dir():
            return []
        return sorted(path.stem for path in self.directory.iterdir() if MANIFEST.match(path.name))

    def manifest(self, name: str) -> Manifest:
        """Raises SettingError for one that was not sealed with the key of the institution."""
        path = self.directory / f"{name}.json"
        try:
            data = json.loads(path.read_bytes())
            for tuples in ("former", "source", "missing", "audit"):
                data[tuples] = tuple(data[tuples])
            data["blobs"] = {blob: (size, sha256) for blob, (size, sha256) in data["blobs"].items()}
            found = Manifest(**data)
            good = any(hmac.compare_digest(found.sealed(key).seal, found.seal)
                       for key in self.keys)  # fmt: skip
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SettingError(f"{path} cannot be read: {error!r}") from error
        if not good or found.name != name:
            raise SettingError(f"The seal of {path} fits no key of the institution.")
        return found

    def newest(self, until: datetime | None = None) -> Manifest | None:
        """The last backup, or the last one that was made at or before a moment."""
        stamp = "~" if until is None else until.astimezone(UTC).strftime(STAMP)
        names = [name for name in self.names() if name <= stamp]
        return self.manifest(names[-1]) if names else None

    def chain(self, last: Manifest) -> list[Manifest]:
        """All manifests that a backup builds on, the first of the chain first, itself last.

        Raises SettingError when one is not there, or is not the one that was followed.
        """
        found = [last]
        while found[0].former:
            name, seal = found[0].former
            before = self.manifest(name)
            if before.seal != seal:
                path = self.directory / f"{name}.json"
                raise SettingError(f"{path} is not the one that was followed.")
            found.insert(0, before)
        return found

    def folder(self, manifest: Manifest) -> Path:
        return self.directory / manifest.chain

    def blob(self, name: str) -> Path:
        """Where the copy of a blob lies: spread by the end of its object id."""
        return self.directory / "blobs" / name[14:16] / name

    def keep_blob(self, name: str, source: Path) -> tuple[int, str]:
        """Copy a blob; its size and SHA-256.

        A copy and no second name of the same file: what harms one must not harm the other.
        """
        target = self.blob(name)
        make_folder(target.parent)
        with source.open("rb") as origin, self._whole(target) as copy:
            return copied(origin, copy)

    def write(self, manifest: Manifest) -> Manifest:
        """Seal a manifest and put it down: from now on the backup is there."""
        sealed = manifest.sealed(self.keys[0])
        with self._whole(self.directory / f"{sealed.name}.json") as target:
            target.write(json.dumps(asdict(sealed), ensure_ascii=False).encode())
        return sealed

    @contextmanager
    def _whole(self, path: Path) -> Iterator[Any]:
        """A file that is there whole, on the disk, or not at all."""
        fresh = self.directory / f"{path.name}.part"
        with fresh.open("wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        fresh.rename(path)
        for folder in {path.parent, fresh.parent}:
            sync_path(str(folder))

    def prune(self, now: datetime, keep: timedelta) -> int:
        """Take away chains that began longer ago than `keep`, never the last; how many.

        What was erased is then in no backup that is older.
        """
        with self.alone():
            manifests = [self.manifest(name) for name in self.names()]
            chains = list(dict.fromkeys(each.chain for each in manifests))
            old = {each.chain for each in manifests if each.begun < now - keep} - set(chains[-1:])
            for each in manifests:
                if each.chain in old:
                    (self.directory / f"{each.name}.json").unlink()
            for chain in old:
                shutil.rmtree(self.directory / chain)
            if old:
                self._keep_only(name for each in manifests if each.chain not in old
                                for name in each.blobs)  # fmt: skip
        return len(old)

    def _keep_only(self, blobs: Iterable[str]) -> None:
        named = set(blobs)
        for path in self.directory.glob("blobs/*/*.blob"):
            if path.name not in named:
                path.unlink()


def restored_from(directory: Path) -> str:
    """Name of the backup that the database in a directory was brought back from; else empty."""
    note = directory / RESTORED
    return note.read_text("ascii") if note.exists() else ""


def copied(source: Any, target: Any) -> tuple[int, str]:
    """Copy all that is left of a stream to another; how many bytes, and their SHA-256."""
    digest, size = hashlib.sha256(), 0
    while piece := source.read(CHUNK):
        digest.update(piece)
        size += len(piece)
        target.write(piece)
    return size, digest.hexdigest()


def fingerprint_of(path: Path, start: int = 0, end: int | None = None) -> str:
    """SHA-256 of a file, or of the bytes from `start` up to `end`."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        source.seek(start)
        left = (path.stat().st_size if end is None else end) - start
        while left > 0 and (piece := source.read(min(CHUNK, left))):
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()
