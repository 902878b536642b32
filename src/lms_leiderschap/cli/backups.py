"""Backups of institutions: made, tried, and brought back."""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lms_leiderschap.cli.ini import entries_named, entry_named, settings_of
from lms_leiderschap.cli.upkeep import repository_of, wrong_with
from lms_leiderschap.cli.words import (
    Words,
    add_institution,
    add_institutions,
    add_json,
    complain,
    say,
    say_json,
    sentence_of,
)
from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import InstitutionEntry, Settings

KEEP_DAYS = 30


def add_words(commands: Words) -> None:
    words = commands.add("backup", backup, "Add institutions as they are now to a repository; "
                                           "or try whether one can be brought back.")  # fmt: skip
    words.add_argument("verify", nargs="?", choices=["verify"],
                       help="bring back the newest and one other moment, and look")  # fmt: skip
    words.add_argument("repository", type=Path, help="directory, best on another machine")
    words.add_argument("--keep-days", type=int, default=KEEP_DAYS,
                       help="how long backups stay (%(default)s)")  # fmt: skip
    add_institutions(words)
    add_json(words)
    words = commands.add("restore", restore, "Bring an institution back as it was at a moment, "
                                             "into an empty directory.")  # fmt: skip
    words.add_argument("--from", dest="repository", type=Path, required=True)
    words.add_argument("--to", type=_moment, help="as 2026-11-25T17:00 (UTC without a zone); "
                                                  "the newest without it")  # fmt: skip
    words.add_argument("--into", type=Path, required=True, help="an empty directory")
    add_institution(words)
    add_json(words)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no moment as 2026-11-25T17:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def backup(options: argparse.Namespace) -> int:
    """Beside a running server or without one. Exit 1 when anything is not as it should be.

    Institutions in PostgreSQL are told, and no failure as long as there are others.
    """
    from lms_leiderschap.store.backup.making import ELSEWHERE
    from lms_leiderschap.store.storages import directory_of

    settings = settings_of(options.ini)
    act = _tried if options.verify else _made
    told = []
    chosen = entries_named(settings, options.institution)
    here = [entry for entry in chosen if directory_of(entry.storage) is not None]
    for entry in chosen:
        if entry not in here:
            complain(ELSEWHERE.format(key=entry.key))
    for entry in here:
        try:
            told.append(act(settings, entry, options))
        except Exception as error:  # one that is damaged stands in no other's way
            told.append({"institution": entry.key, "wrong": [sentence_of(error)]})
    if options.json:
        say_json(told)
    for facts in told:
        for sentence in facts["wrong"]:
            complain(f"{facts['institution']}: {sentence}")
    if not options.json and not options.verify:
        say(f"The keys in {settings.keys} are not in it: without them nothing can be brought back. "
            "Keep a copy of that directory somewhere else.")  # fmt: skip
    return 1 if not here or any(facts["wrong"] for facts in told) else 0


def _made(
    settings: Settings, entry: InstitutionEntry, options: argparse.Namespace
) -> dict[str, Any]:
    from lms_leiderschap.plugin.parcel.checked import core_version
    from lms_leiderschap.store.backup.making import back_up

    repository = repository_of(settings, entry, options.repository)
    made = back_up(entry.storage, repository, entry.key, core_version())
    pruned = repository.prune(datetime.now(UTC), timedelta(days=options.keep_days))
    if not options.json:
        whole = "whole" if not made.former else "what was new"
        say(f"{entry.key}: {made.name} ({whole}), {made.file.get('size', 0)} bytes and "
            f"{len(made.blobs)} files; {pruned} old chains taken away.")  # fmt: skip
    return {"institution": entry.key, "backup": made.name, "whole": not made.former,
            "bytes": made.file.get("size", 0), "files": len(made.blobs), "pruned": pruned,
            "wrong": [f"{name} is named and not there." for name in made.missing]}  # fmt: skip


def _tried(
    settings: Settings, entry: InstitutionEntry, options: argparse.Namespace
) -> dict[str, Any]:
    """Bring back the newest backup and one other, each into a directory that is thrown away."""
    repository = repository_of(settings, entry, options.repository)
    names = repository.names()
    if not names:
        raise SettingError(f"{repository.directory} holds no backup.")
    chosen = dict.fromkeys([names[-1], random.choice(names)])  # noqa: S311 (no secret)
    wrong = []
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix="lms-restore-") as place:
            into = Path(place) / entry.key
            found = list(_restored(settings, entry, repository, repository.manifest(name).moment,
                                   into))  # fmt: skip
        wrong += [f"{name}: {sentence}" for sentence in found]
        if not options.json:
            say(f"{entry.key}: {name} " + ("is not whole." if found else "is whole."))
    return {"institution": entry.key, "tried": list(chosen), "wrong": wrong}


def _restored(
    settings: Settings, entry: InstitutionEntry, repository: Any, moment: datetime | None,
    into: Path,
) -> Iterator[str]:  # fmt: skip
    """Bring a backup back and look through it: a sentence for everything that is wrong."""
    from lms_leiderschap.store.backup.restoring import restore as restore_into

    manifest = restore_into(repository, moment, into)
    yield from (f"{name} was missing when the backup was made." for name in manifest.missing)
    there = replace(entry, storage=f"{manifest.storage}:{into.resolve()}")
    yield from wrong_with(replace(settings, institutions=(there,)), there)


def restore(options: argparse.Namespace) -> int:
    """Exit 1 when what came back is not whole."""
    settings = settings_of(options.ini)
    entry = entry_named(settings, options.institution)
    repository = repository_of(settings, entry, options.repository)
    wrong = list(_restored(settings, entry, repository, options.to, options.into))
    if options.json:
        say_json({"into": str(options.into), "wrong": wrong})
    else:
        kind = "file" if (options.into / "Data.fs").exists() else "sqlite"
        say(*wrong, f"{entry.key} is in {options.into}.",
            f"Next: stop the server, write for {entry.key} in the institutions file:",
            f'storage = "{kind}:{options.into.resolve()}"', "and start it again.")  # fmt: skip
    return 1 if wrong else 0
