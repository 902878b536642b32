"""Whether the settings of a server are sane: asked at each start, and by `lms check` all at once.

What would make a server unsafe, or lose its data, is refused at start. What may pass (a database
that is away just now) is only told.
"""

from __future__ import annotations

import argparse
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from email.headerregistry import Address
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from waitress.adjustments import KNOWN_PROXY_HEADERS

from lms_leiderschap.cli.ini import section_of, settings_of
from lms_leiderschap.cli.words import Words, add_json, say, say_json
from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import InstitutionEntry, Settings
from lms_leiderschap.settings_file import address_of
from lms_leiderschap.store.room import ALARM, disks
from lms_leiderschap.store.storages import directory_of

LOOPBACK = re.compile(r"localhost|.*\.localhost|127\.[0-9.]+|::1|.*\.test")
PLACEHOLDER = re.compile(r"(.*\.)?example(\.(com|org|net|test))?", re.I)
_PASSWORD = re.compile(r"(password\s*=\s*)('(?:[^'\\]|\\.)*'|\S+)|(://[^:/@\s]*:)[^@\s]+(?=@)")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the settings.

    where     the file and the line it is about
    sentence  what is wrong and what to do
    refused   whether no server starts with it
    """

    where: str
    sentence: str
    refused: bool = True


def masked(text: str) -> str:
    """A text without the password in a connection string or an address."""
    return _PASSWORD.sub(lambda found: f"{found[1] or found[3]}***", text)


def add_words(commands: Words) -> None:
    words = commands.add("check", check, "Look whether the settings of a server are sane.")
    words.add_argument("ini", nargs="?", default="production.ini")
    add_json(words)


def check(options: argparse.Namespace) -> int:
    """Tell everything that is wrong with an ini file and what it names, a line each."""
    found = list(findings(options.ini))
    if options.json:
        say_json({"findings": [asdict(finding) for finding in found]})
    else:
        say(*(f"{one.where}: {one.sentence}" for one in found))
        if not found:
            say("Nothing is wrong with these settings.")
    return 1 if any(finding.refused for finding in found) else 0


def refuse_unsafe(ini: str) -> None:
    """Raise SettingError with the first finding that no server may start with."""
    for finding in findings(ini, reach=False):
        if finding.refused:
            raise SettingError(f"{finding.where}: {finding.sentence}")


def findings(ini: str, *, reach: bool = True) -> Iterator[Finding]:
    """All that is to be said of an ini file; reach: databases are tried too."""
    try:
        settings, server = settings_of(ini), section_of(ini, "server:main")
    except SettingError as error:
        yield Finding(ini, masked(str(error)))
        return
    lines = section_of(ini, "app:main")
    named = Path(ini).resolve().parent / lines["lms.institutions"]
    yield from _of_exposure(ini, settings, server)
    yield from _of_processes(ini, settings, server)
    yield from _of_mail(ini, settings)
    for path in (Path(ini), named):
        yield from _of_secrets(path)
    yield from _of_institutions(str(named), settings.institutions)
    yield from _of_keys(settings)
    yield from _of_places(ini, settings, str(named))
    yield from _of_room(ini, settings)
    if reach:
        for entry in settings.institutions:
            yield from _of_reach(f"{named}, storage of {entry.key}", entry.storage)
        if settings.side_server:
            yield from _of_reach(f"{ini}, lms.side", f"postgresql:{settings.side_server}")


def _is_local(host: str) -> bool:
    return LOOPBACK.fullmatch(host) is not None


def _of_exposure(ini: str, settings: Settings, server: Mapping[str, str]) -> Iterator[Finding]:
    try:
        host = address_of(server.get("listen", "localhost:6543"))[0]
    except ValueError:
        yield Finding(f"{ini}, listen", "This must be an address and a port, as 127.0.0.1:6543.")
        return
    if settings.demo and not _is_local(host) and not settings.demo_for_all:
        yield Finding(f"{ini}, lms.demo", "The demo signs anybody in, and this server listens to "
                      "other machines. Leave it out; or, for a demo, set lms.demo_for_all.")
    if server.get("trusted_proxy") == "*":
        yield Finding(f"{ini}, trusted_proxy", "Anybody could claim any address. Name the address "
                      "of the web server in front, as 127.0.0.1.")
    if server.get("trusted_proxy_headers") and not server.get("trusted_proxy"):
        yield Finding(f"{ini}, trusted_proxy_headers", "Set trusted_proxy too: nobody is trusted.")
    named = {name.lower() for name in server.get("trusted_proxy_headers", "").split()}
    if others := sorted(named - KNOWN_PROXY_HEADERS):
        yield Finding(f"{ini}, trusted_proxy_headers", f"{', '.join(others)}: the names are "
                      f"{', '.join(sorted(KNOWN_PROXY_HEADERS))}.")
    if "forwarded" in named and len(named) > 1:
        yield Finding(f"{ini}, trusted_proxy_headers", "forwarded says all that the others do: "
                      "name it, or them.")  # fmt: skip
    if server.get("trusted_proxy") and not settings.receiving_header:
        yield Finding(f"{ini}, lms.receiving_header", "Behind a proxy that reads the whole request "
                      "first, an upload that began before a deadline counts as late without it "
                      "(deploy/nginx/lms.conf sends X-Request-Time).", refused=False)
    if settings.metrics:
        try:
            address_of(settings.metrics)
        except ValueError:
            yield Finding(f"{ini}, lms.metrics", "This must be as 127.0.0.1:9100.")


def _of_processes(ini: str, settings: Settings, server: Mapping[str, str]) -> Iterator[Finding]:
    for name in ("threads", "workers"):
        if not server.get(name, "1").strip().isdecimal():
            yield Finding(f"{ini}, {name}", "This must be a whole number.")
            return
    alone = settings.opened_once()
    several = int(server.get("workers", 1)) > 1
    if alone and several:
        yield Finding(f"{ini}, workers", f"The storage file: of {', '.join(alone)} can be open in "
                      "one process only.")
    if alone and not settings.jobs:
        yield Finding(f"{ini}, lms.jobs", f"Nobody does the work after the answers of "
                      f"{', '.join(alone)}: lms worker cannot open the storage file: beside a "
                      "server.", refused=False)
    if several and find_spec("gunicorn") is None:
        yield Finding(f"{ini}, workers", "Several need the extra gunicorn of lms-leiderschap.")


def _of_mail(ini: str, settings: Settings) -> Iterator[Finding]:
    try:
        domain = Address(addr_spec=settings.mail_from).domain
    except (ValueError, IndexError):
        yield Finding(f"{ini}, lms.mail_from", "This must be an e-mail address.")
        return
    public = [entry for entry in settings.institutions if not _is_local(_host(entry))]
    if public and PLACEHOLDER.fullmatch(domain):
        yield Finding(f"{ini}, lms.mail_from", f"{settings.mail_from} is an example: name an "
                      "address of your own, or no mail arrives.")
    if public and settings.mail.startswith("files:"):
        yield Finding(f"{ini}, lms.mail", "Mail is written to files and reaches nobody: name a "
                      "mail server, as smtp://localhost.", refused=False)


def _of_secrets(path: Path) -> Iterator[Finding]:
    """A file with a password in it is for nobody else to read."""
    try:
        text, mode = path.read_text("utf-8"), path.stat().st_mode
    except OSError:
        return  # said by who needs it
    said = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    if masked(said) != said and mode & (stat.S_IROTH | stat.S_IWOTH):
        yield Finding(str(path), "It holds a password and everybody on this machine may read it: "
                      "chmod 640, or keep the password in a file of its own.")


def _host(entry: InstitutionEntry) -> str:
    return urlsplit(entry.url).hostname or ""


def _of_institutions(file: str, entries: tuple[InstitutionEntry, ...]) -> Iterator[Finding]:
    for what, values in (
        ("key", [entry.key for entry in entries]), ("storage", [e.storage for e in entries]),
        ("hosts", [host for entry in entries for host in entry.hosts]),
    ):  # fmt: skip
        for value, times in Counter(values).items():
            if times > 1:
                yield Finding(f"{file}, {what}", f"{masked(value)} stands there {times} times: it "
                              "can belong to one institution only.")
    for entry in entries:
        where = f"{file}, url of {entry.key}"
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", entry.key):
            yield Finding(f"{file}, key", f"{entry.key!r} must be small letters, digits, - and _.")
        if urlsplit(entry.url).scheme not in ("http", "https") or not _host(entry):
            yield Finding(where, f"{entry.url} must be as https://leren.uw-school.nl.")
        elif not _is_local(_host(entry)):
            if not entry.url.startswith("https://"):
                yield Finding(where, f"{entry.url} must begin with https://: links in mail lead "
                              "there, and people type passwords there.")
            if PLACEHOLDER.fullmatch(_host(entry)):
                yield Finding(where, f"{entry.url} is an example: name your own address.")
    if len(entries) > 1:
        for entry in entries:
            if not entry.hosts:
                yield Finding(f"{file}, hosts of {entry.key}", "Of several institutions each must "
                              "name its hosts: nobody would reach this one.")


def _of_keys(settings: Settings) -> Iterator[Finding]:
    for path in (path for entry in settings.institutions
                 for path in (settings.key_of(entry), *settings.replaced(entry))):
        try:
            mode = path.stat().st_mode
        except OSError:
            continue  # made on first use
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding(str(path), "This key signs receipts and links, and others on this "
                          "machine may read it: chmod 600.")


def _of_places(ini: str, settings: Settings, named: str) -> Iterator[Finding]:
    """What is written to must be writable, or to be made where that may be done."""
    places = [(f"{ini}, lms.side", settings.side.parent), (f"{ini}, lms.keys", settings.keys)]
    if settings.mail.startswith("files:"):
        places.append((f"{ini}, lms.mail", Path(settings.mail.removeprefix("files:"))))
    for entry in settings.institutions:
        if (place := directory_of(entry.storage)) is not None:
            places.append((f"{named}, storage of {entry.key}", place))
    for where, place in places:
        there = place
        while not there.exists() and there != there.parent:
            there = there.parent
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            yield Finding(where, f"{place} cannot be written by this user.")


def _of_room(ini: str, settings: Settings) -> Iterator[Finding]:
    for name, disk in disks(settings).items():
        if disk.used >= ALARM or disk.free < settings.disk_reserve:
            yield Finding(f"{ini}, lms.disk_reserve", f"The disk of {name} ({disk.path}) is "
                          f"{disk.used:.0%} full, {disk.free >> 20} MB are free: below the "
                          "reserve nothing is accepted.", refused=False)


def _of_reach(where: str, storage: str) -> Iterator[Finding]:
    kind, _colon, dsn = storage.partition(":")
    if kind != "postgresql":
        return
    try:
        import psycopg2  # an extra, so not at the top
    except ImportError:
        yield Finding(where, "Install the extra postgresql of lms-leiderschap.")
        return
    try:
        psycopg2.connect(dsn, connect_timeout=5).close()
    except psycopg2.Error as error:
        yield Finding(where, f"PostgreSQL does not answer: {masked(str(error).strip())}",
                      refused=False)
