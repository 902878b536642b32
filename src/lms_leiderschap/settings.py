"""What an operator sets, read once and checked at start."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lms_leiderschap.errors import SettingError

STORAGE_KINDS = ("file", "sqlite", "postgresql")
INSTITUTION_LINES = {"key", "hosts", "url", "storage"}
KEY_BYTES = 32


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

    def replaced_keys(self, entry: InstitutionEntry) -> list[bytes]:
        """What signed before, newest first: files named KEY.when.key."""
        replaced = sorted(self.keys.glob(f"{entry.key}.*.key"), reverse=True)
        return [path.read_bytes() for path in replaced]


def read_institutions(path: Path) -> tuple[InstitutionEntry, ...]:
    """Read the institutions file. Raises SettingError with a sentence when it is wrong."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingError(f"The institutions file {path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{path} is not valid TOML: {error}") from error
    found = []
    for row in data.get("institutions", []):
        for name in ("key", "url"):
            if not isinstance(row.get(name), str):
                raise SettingError(f"{path}: an institution has no {name}.")
        if others := sorted(row.keys() - INSTITUTION_LINES):
            raise SettingError(f"{path}: {others[0]} is no line of an institution: those are "
                               f"{', '.join(sorted(INSTITUTION_LINES))}.")
        kind, colon, place = row.get("storage", "").partition(":")
        if kind not in STORAGE_KINDS or not colon:
            raise SettingError(f"{path}: storage of {row.get('key')} must be file:…, sqlite:… "
                               "or postgresql:…")
        found.append(InstitutionEntry(
            key=row["key"], hosts=tuple(row.get("hosts", ())), url=row["url"].rstrip("/"),
            storage=f"{kind}:{place if kind == 'postgresql' else (path.parent / place).resolve()}"))
    if not found:
        raise SettingError(f"{path} names no institution.")
    return tuple(found)


def read_settings(lines: Mapping[str, str], here: str = ".") -> Settings:
    """Turn the `lms.` lines of an ini file into Settings.

    here  the directory that relative paths start from.
    Raises SettingError with a sentence that names the line.
    """
    base, settings = Path(here), _Asked(lines)
    if "lms.institutions" not in lines:
        raise SettingError("Set lms.institutions to the file that names the institutions.")
    institutions = read_institutions(base / settings.get("lms.institutions", ""))

    def number(name: str, default: int) -> int:
        said = str(settings.get(name, default)).strip()
        if not said.isdecimal():
            raise SettingError(f"{name} must be a whole number.")
        return int(said)

    side, server = settings.get("lms.side", "var/side.sqlite"), ""
    if side.startswith("postgresql:"):
        server = side.partition(":")[2]
        side = f"{settings.get('lms.state', 'var')}/side.sqlite"
    read = Settings(
        institutions=institutions,
        side=base / side,
        side_server=server,
        keys=base / settings.get("lms.keys", "var/keys"),
        mail=_mail(settings.get("lms.mail", "files:var/mail"), base,
                   settings.get("lms.mail_password_file", "")),
        mail_from=settings.get("lms.mail_from", "noreply@localhost"),
        demo=_yes(settings.get("lms.demo", "false")),
        jobs=_yes(settings.get("lms.jobs", "true")),
        cache_objects=number("lms.cache_objects", 3000),
        body_max=number("lms.body_max", 110 * 1024 * 1024),
        file_max=number("lms.file_max", 25 * 1024 * 1024),
        disk_reserve=number("lms.disk_reserve", 2**30),
        receiving_header=settings.get("lms.receiving_header", "").strip(),
        request_id_header=settings.get("lms.request_id_header", ""),
        metrics=settings.get("lms.metrics", ""),
        trusted_keys=base / trusted if (trusted := settings.get("lms.trusted_keys")) else None,
        plugins=_yes(settings.get("lms.plugins", "true")),
        unsigned_plugins=tuple(settings.get("lms.unsigned_plugins", "").replace(",", " ").split()),
        blob_cache=base / settings.get("lms.blob_cache", "var/blob-cache"),
        blob_cache_max=number("lms.blob_cache_max", 1 << 30),
        demo_for_all=_yes(settings.get("lms.demo_for_all", "false")),
        security_contact=settings.get("lms.security_contact", "").strip(),
    )
    settings.refuse_others()
    return read


class _Asked:
    """The lines of a file, of which each must be one that somebody asks for."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = lines
        self._names: list[str] = []

    def get(self, name: str, default: Any = None) -> Any:
        self._names.append(name)
        return self._lines.get(name, default)

    def refuse_others(self) -> None:
        """Raises SettingError for lines that mean nothing: such a line may be a slip of the pen,
        and what it should have set has another value than its writer thinks."""
        others = [name for name in self._lines
                  if name.startswith("lms.") and name not in self._names]
        if others:
            raise SettingError(" ".join(map(self._said, others)))

    def _said(self, name: str) -> str:
        near = get_close_matches(name, self._names, 1)
        return f"{name} is not a setting." + (f" Is {near[0]} meant?" if near else "")


def address_of(listen: str) -> tuple[str, int]:
    """Host and port of "host:port". Raises ValueError."""
    host, _colon, port = listen.rpartition(":")
    if not host:
        raise ValueError(listen)
    return host.strip("[]"), int(port)


def _yes(value: str) -> bool:
    return value.strip().lower() in ("true", "yes", "on", "1")


def _mail(value: str, base: Path, password: str) -> str:
    kind, _colon, place = value.partition(":")
    if kind not in ("files", "smtp", "smtps"):
        raise SettingError("lms.mail must be files:DIRECTORY or smtp://HOST.")
    if kind == "files":
        return f"files:{base / place}"
    return _with_password(value, base / password) if password else value


def _with_password(url: str, file: Path) -> str:
    """The address of a mail server with the password that stands in a file."""
    try:
        password = file.read_text("utf-8").strip()
    except OSError as error:
        raise SettingError(f"lms.mail_password_file cannot be read: {error}") from error
    before, at, host = url.rpartition("@")
    if not at or before.count(":") != 1:
        raise SettingError("lms.mail must name the user as smtp://user@host for "
                           "lms.mail_password_file, and no password.")
    return f"{before}:{quote(password, safe='')}@{host}"
