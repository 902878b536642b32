"""What an operator sets, as a process has it; settings_file.py reads it."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

from lms_leiderschap.errors import SettingError

KEY_BYTES = 32
FINGERPRINT = 16  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class InstitutionEntry:
    """Where one institution lives.

    key      short name, also of its key file
    hosts    host names (with port where it is not 80 or 443) that lead to it; empty = any
    url      canonical address, used in every link; without a slash at the end
    storage  "file:DIRECTORY", "sqlite:DIRECTORY" or "postgresql:DSN" (a libpq connection string)
    """

    key: str
    hosts: tuple[str, ...]
    url: str
    storage: str = field(repr=False)  # may hold a password

    @property
    def kind(self) -> str:
        """The rung of the storage ladder: "file", "sqlite" or "postgresql"."""
        return self.storage.partition(":")[0]

    @property
    def on_server(self) -> bool:
        """Whether a database server keeps it, which may be away."""
        return self.kind == "postgresql"


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration of one process.

    mail      "files:DIRECTORY" (development) or "smtp://[user:password@]host[:port]"
    keys      directory with one secret per institution, outside the databases
    side      file of the side store (sessions, counts; losing it signs people out and no more);
              in its folder processes keep what else may be lost
    side_server  libpq connection string of the database that holds it in place of the file, for
                 servers on several machines; "" = the file
    body_max  largest accepted request in bytes; file_max the largest single upload
    disk_reserve      bytes that stay free on the disk of a database: below it nothing is accepted
    receiving_header  name of the header in which the proxy says for how many seconds it was
                      receiving the request; "" when there is no proxy that always sets it
    request_id_header  header in which the web server in front of us gives each request an id; ""
                       when it gives none, and ours counts
    metrics           "host:port" where figures and health are told; "" for nowhere
    trusted_keys      TOML file with the keys of senders whose plugins are trusted; None = nobody's
    unsigned_plugins  names of Python plugins that may run without a trusted signature; "*" = all
    demo_for_all      True: a demo whose accounts everybody who reaches the server may use
    security_contact  address for whoever found a leak, as mailto:… or https://…; "" for none
    plugins           False: start without any, to get in when one of them is in the way
    blob_cache        directory for copies of files that PostgreSQL keeps, one below it for each
                      institution; may be lost, and processes share it
    blob_cache_max    bytes that it may hold of one institution
    """

    institutions: tuple[InstitutionEntry, ...]
    side: Path
    keys: Path
    mail: str = field(repr=False)  # may hold a password
    mail_from: str
    demo: bool
    jobs: bool
    cache_objects: int
    body_max: int
    file_max: int
    disk_reserve: int = 2**30
    side_server: str = field(default="", repr=False)  # may hold a password
    receiving_header: str = ""
    request_id_header: str = ""
    metrics: str = ""
    trusted_keys: Path | None = None
    unsigned_plugins: tuple[str, ...] = ()
    plugins: bool = True
    demo_for_all: bool = False
    security_contact: str = ""
    blob_cache: Path = Path("var/blob-cache")
    blob_cache_max: int = 1 << 30

    def opened_once(self) -> list[str]:
        """Keys of the institutions whose database can be open in one process only."""
        return [entry.key for entry in self.institutions if entry.kind == "file"]

    def entry(self, host: str) -> InstitutionEntry | None:
        """The institution of a host name; None when nobody claims it."""
        for entry in self.institutions:
            if host in entry.hosts:
                return entry
        only = self.institutions[0]
        return only if len(self.institutions) == 1 and not only.hosts else None

    def reached_at(self, url: str) -> Settings:
        """The same settings, with links that lead to `url` (a demo on another port)."""
        return replace(self, institutions=tuple(replace(entry, url=url)
                                                for entry in self.institutions))

    def key_of(self, entry: InstitutionEntry) -> Path:
        """The file with the signing key of an institution."""
        return self.keys / f"{entry.key}.key"

    def secret(self, entry: InstitutionEntry) -> bytes:
        """The signing key of an institution, made on first use and readable by us alone."""
        path = self.key_of(entry)
        if not path.exists():
            self.keys.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            with fresh.open("wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())  # a receipt must not outlive the key it is signed with
            try:
                path.hardlink_to(fresh)  # atomic: of two processes the first one wins
            except FileExistsError:
                pass
            fresh.unlink()
            directory = os.open(self.keys, os.O_RDONLY)
            os.fsync(directory)
            os.close(directory)
        return path.read_bytes()

    def signing_keys(self, entry: InstitutionEntry) -> list[bytes]:
        """The signing key of now and those it replaced, to check with."""
        return [self.secret(entry), *self.replaced_keys(entry)]

    def fingerprints(self, entry: InstitutionEntry) -> list[str]:
        """Of the signing keys that lie here, that of now first; no key is made for it."""
        path = self.key_of(entry)
        keys = [path.read_bytes()] if path.exists() else []
        return [fingerprint(key) for key in (*keys, *self.replaced_keys(entry))]

    def check_key(self, entry: InstitutionEntry, signs_with: str | None) -> None:
        """Raises SettingError when the key that a database signed with lies not here.

        signs_with  its fingerprint; None of a database that did not keep one yet
        """
        if signs_with is None or signs_with in self.fingerprints(entry):
            return
        wrong = "is not the key" if self.key_of(entry).exists() else "is missing: it is the key"
        raise SettingError(f"{self.key_of(entry)} {wrong} that the database of {entry.key} signed "
                           f"with ({signs_with}). Put that file back; if it is lost for good: "
                           "lms accept-key")  # fmt: skip

    def replaced_keys(self, entry: InstitutionEntry) -> list[bytes]:
        """What signed before, newest first: files named KEY.when.key."""
        return [path.read_bytes() for path in self.replaced(entry)]

    def replaced(self, entry: InstitutionEntry) -> list[Path]:
        """The files of those keys."""
        return sorted(self.keys.glob(f"{entry.key}.*.key"), reverse=True)


def fingerprint(key: bytes) -> str:
    """The first digits of the SHA-256 of a key: enough to tell keys apart, and no key."""
    return hashlib.sha256(key).hexdigest()[:FINGERPRINT]
