"""Reading what an operator sets, once, and checking it at start."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import InstitutionEntry, Settings

STORAGE_KINDS = ("file", "sqlite", "postgresql")
INSTITUTION_LINES = {"key", "hosts", "url", "storage"}


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
