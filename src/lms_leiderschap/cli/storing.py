"""Moving institutions between the rungs of the storage ladder."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from lms_leiderschap.cli.ini import entry_named, settings_of
from lms_leiderschap.cli.inspecting import masked
from lms_leiderschap.cli.words import DEFAULT_INI, Words, add_json, say, say_json
from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings_file import STORAGE_KINDS


def add_words(commands: Words) -> None:
    below = Words(commands.group("storage", "Move an institution to another storage."))
    words = below.add("copy", copy, "Copy an institution that nobody has open to an empty "
                                    "storage, and compare all of both.")  # fmt: skip
    words.add_argument("source", metavar="FROM", help="key of an institution of the ini file, or "
                       "file:DIRECTORY, sqlite:DIRECTORY, postgresql:DSN")  # fmt: skip
    words.add_argument("target", metavar="TO", help="the same; empty")
    words.add_argument("--ini", default=DEFAULT_INI)
    add_json(words)


def copy(options: argparse.Namespace) -> int:
    """Copy it and say what both sides hold; whoever runs it changes the institutions file."""
    from lms_leiderschap.store.copying import copy as copy_storage

    source, target = (_storage(text, options.ini) for text in (options.source, options.target))
    try:
        copied = copy_storage(source, target)
    except SettingError as error:
        raise SettingError(masked(str(error))) from error
    if options.json:
        say_json(asdict(copied))
        return 0
    say(f"{copied.records} records and {copied.files} files are the same on both sides "
        f"(SHA-256 {copied.sha256}).",
        f'Now write storage = "{masked(target)}" in the institutions file, and start the server '
        "again; the old place is as it was.")  # fmt: skip
    return 0


def _storage(text: str, ini: str) -> str:
    kind, colon, place = text.partition(":")
    if not colon or kind not in STORAGE_KINDS:
        return entry_named(settings_of(ini), text).storage
    if masked(text) != text:
        raise SettingError("Everybody on this machine can read an argument: leave the password to "
                           "~/.pgpass, or name an institution of the ini file.")  # fmt: skip
    return text if kind == "postgresql" else f"{kind}:{Path(place).resolve()}"
