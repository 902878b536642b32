"""The command `lms`: exit 0 is right, 1 something is wrong and named, 2 wrong usage."""

from __future__ import annotations

import argparse
import ctypes
import json
import logging.config
import os
import sys
from collections.abc import Callable, Sequence
from configparser import ConfigParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from zc.lockfile import LockError

from lms_leiderschap.errors import Refusal, SettingError
from lms_leiderschap.settings import Settings, read_settings

DEFAULT_INI = "development.ini"
M_MMAP_THRESHOLD = -3  # of mallopt, in <malloc.h>
Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what goes wrong is one sentence on stderr."""
    options = parser().parse_args(arguments)
    if find_spec("pkg_resources") is None:
        sys.stderr.write("Pyramid needs pkg_resources: install setuptools 77 to 80.\n")
        return 1
    try:
        command: Command = options.command
        return command(options)
    except (SettingError, Refusal, OSError) as error:
        sys.stderr.write(f"{error}\n")
    except LockError:
        sys.stderr.write("A server or another command has this database open. Stop it first.\n")
    return 1


def parser() -> argparse.ArgumentParser:
    """The words of the command line."""
    top = argparse.ArgumentParser(prog="lms", description="LMS Leiderschap")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        words = commands.add_parser(name, help=text, description=text)
        words.set_defaults(command=command)
        return words

    words = add("serve", serve, "Serve the institutions of an ini file.")
    words.add_argument("ini", nargs="?", default=DEFAULT_INI)
    words.add_argument("--port", type=int, help="another port than the ini file says")
    words.add_argument("--json", action="store_true", help="for a program to read")
    words = add("demo", demo, "Make the demo institution, or a large one to measure with.")
    words.add_argument("--ini", default=DEFAULT_INI)
    words.add_argument("--participants", type=int, help="how many, instead of the 18 by hand")
    words.add_argument("--submissions", type=int, default=0, help="how many of 200 words")
    words = add("export", export, "Print all that is kept about a person, as JSON.")
    words.add_argument("email")
    words.add_argument("--ini", default=DEFAULT_INI)
    words.add_argument("--institution", help="key; needed when the file names several")
    words = add("erase", erase, "Take a person and all that is theirs out of the database.")
    words.add_argument("email")
    words.add_argument("--why", required=True, help="the reason, kept in the audit log")
    words.add_argument("--ini", default=DEFAULT_INI)
    words.add_argument("--institution", help="key; needed when the file names several")
    words = add("assets", assets, "Check the built stylesheet, script, icons and fonts.")
    words.add_argument("verify", choices=["verify"])
    words.add_argument("--json", action="store_true", help="for a program to read")
    add("catalogues", catalogues, "Compile the texts (maintainers).")
    return top


def settings_of(ini: str) -> Settings:
    """Read the [app:main] of an ini file."""
    return read_settings(_section(ini, "app:main"), str(Path(ini).resolve().parent))


def _section(ini: str, name: str) -> dict[str, str]:
    path = Path(ini)
    if not path.exists():
        raise SettingError(f"There is no file {ini}.")
    found = ConfigParser(defaults={"here": str(path.resolve().parent)})
    found.read(path, "utf-8")
    if not found.has_section(name):
        raise SettingError(f"{ini} has no section [{name}].")
    return dict(found.items(name))


def serve(options: argparse.Namespace) -> int:
    """Answer requests until told to stop; jobs run in a thread of this process."""
    settings = settings_of(options.ini)
    # Compiled templates are kept: a restart answers a second or two sooner.
    os.environ.setdefault("CHAMELEON_CACHE", str(_made(settings.side.parent / "templates")))
    from waitress.server import create_server

    from lms_leiderschap.app import make_app

    logging.config.fileConfig(options.ini, disable_existing_loggers=False)
    _give_memory_back()
    server = _section(options.ini, "server:main")
    host, _colon, port = server.get("listen", "localhost:6543").rpartition(":")
    url = f"http://{host}:{options.port or port}"
    if settings.demo and options.port:
        settings = settings.reached_at(url)
    app = make_app(settings)
    proxy = {name: server[name] for name in ("trusted_proxy", "trusted_proxy_headers")
             if name in server}
    listener = create_server(
        app, host=host, port=options.port or int(port), threads=int(server.get("threads", 4)),
        max_request_body_size=settings.body_max, connection_limit=1000, channel_timeout=60,
        ident=None, **proxy)
    if settings.jobs:
        app.registry.jobs.start()
    facts = {"url": url, "pid": os.getpid(), "jobs_thread": app.registry.jobs.thread_id}
    said = json.dumps(facts) if options.json else f"Serving on {url} (stop with Ctrl+C)"
    sys.stdout.write(said + "\n")
    sys.stdout.flush()
    try:
        listener.run()
    finally:
        app.registry.jobs.stop()
        app.registry.databases.close()
    return 0


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory


def _give_memory_back() -> None:
    """Have glibc return every piece of 1 MiB and more as soon as it is free.

    By itself it begins to keep such pieces, for each thread apart: the 19 MiB that checking a
    password takes would stay in all of them (measured: 140 MiB in place of 60).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 1 << 20)


def demo(options: argparse.Namespace) -> int:
    """Fill the first institution of the ini file, when its database is still empty."""
    from lms_leiderschap.app import configure
    from lms_leiderschap.demo.bulk import fill_bulk
    from lms_leiderschap.demo.make import fill_demo

    registry = configure(settings_of(options.ini)).registry
    try:
        if options.participants or options.submissions:
            said = fill_bulk(registry, options.participants, options.submissions)
        else:
            said = fill_demo(registry)
        sys.stdout.write(said + "\n")
    finally:
        registry.databases.close()
    return 0


def _with_person(options: argparse.Namespace, act: Callable[[Any, Any], Any]) -> Any:
    from lms_leiderschap.app import configure
    from lms_leiderschap.people.actions import person_with

    registry = configure(settings_of(options.ini)).registry
    entries = [entry for entry in registry.lms.institutions
               if options.institution in (None, entry.key)]
    if len(entries) != 1:
        raise SettingError("Say which institution with --institution KEY.")

    def find_and_act(institution: Any) -> Any:
        person = person_with(institution, options.email)
        if person is None:
            raise SettingError(f"Nobody has the address {options.email}.")
        return act(registry, person)

    try:
        return registry.jobs.within(entries[0], find_and_act)
    finally:
        registry.databases.close()


def export(options: argparse.Namespace) -> int:
    """All that is kept about a person, readable."""
    from lms_leiderschap.institution.model import institution_of
    from lms_leiderschap.progress.privacy import export_person

    def act(registry: Any, person: Any) -> Any:
        kept = registry.side.export(institution_of(person).key, person.__name__)
        return export_person(person, kept)

    found = _with_person(options, act)
    sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return 0


def erase(options: argparse.Namespace) -> int:
    """Erase a person; their bytes leave the disk at the next pack."""
    from datetime import UTC, datetime

    from lms_leiderschap.institution.actions import SYSTEM
    from lms_leiderschap.institution.model import institution_of
    from lms_leiderschap.people.actions import erase as erase_person

    def act(registry: Any, person: Any) -> None:
        registry.side.forget(institution_of(person).key, person.__name__)
        erase_person(person, by=SYSTEM, why=options.why, at=datetime.now(UTC),
                     notify=registry.notify)

    _with_person(options, act)
    return 0


def assets(options: argparse.Namespace) -> int:
    """Hold the built files against their manifest."""
    from lms_leiderschap.web.assets import verify

    problems = verify()
    if options.json:
        sys.stdout.write(json.dumps({"problems": problems}) + "\n")
    else:
        sys.stdout.write("\n".join(problems or ["All assets are as built."]) + "\n")
    return 1 if problems else 0


def catalogues(_options: argparse.Namespace) -> int:
    """Compile locale/<language>/*.po into what the server reads."""
    from lms_leiderschap.web.catalogues import build

    build()
    return 0
