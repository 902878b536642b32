"""Bringing databases to the release of the code."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lms_leiderschap.cli.ini import entries_named, settings_of
from lms_leiderschap.cli.upkeep import repository_of
from lms_leiderschap.cli.words import Words, add_institutions, say
from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import InstitutionEntry, Settings
from lms_leiderschap.store.storages import directory_of


def add_words(commands: Words) -> None:
    words = commands.add("evolve", evolve, "Bring databases of an earlier release to this one; "
                                           "with the servers stopped.")  # fmt: skip
    way = words.add_mutually_exclusive_group()
    way.add_argument("--backup", type=Path, metavar="REPOSITORY", help="made before anything else")
    way.add_argument("--no-backup", action="store_true", help="there is one already")
    way.add_argument("--dry-run", action="store_true", help="count and tell, write nothing")
    add_institutions(words)


def evolve(options: argparse.Namespace) -> int:
    """Step by step; one that was cut off is taken up again the next time."""
    if not (options.backup or options.no_backup or options.dry_run):
        raise SettingError("Say where the backup goes with --backup REPOSITORY, or that there is "
                           "one with --no-backup.")  # fmt: skip
    settings, left = settings_of(options.ini), []
    for entry in entries_named(settings, options.institution):
        if options.backup and directory_of(entry.storage) is None:
            left.append(entry.key)
            continue
        for sentence in _evolved(settings, entry, options):
            say(sentence)
    if left:
        raise SettingError(f"Left as it was: {', '.join(left)}, which PostgreSQL backs up itself. "
                           "Then: lms evolve --no-backup --institution KEY")  # fmt: skip
    return 0


def _evolved(
    settings: Settings, entry: InstitutionEntry, options: argparse.Namespace
) -> Iterator[str]:
    from lms_leiderschap.store.copying import check_alone
    from lms_leiderschap.store.evolving import evolve as take_steps
    from lms_leiderschap.store.root import Databases, institution_in

    if not options.dry_run:  # that one looks along beside a server
        check_alone(entry.storage)
    databases = Databases(settings, any_release=True, read_only=options.dry_run)
    try:
        database = databases.database(entry)  # of a file: so that nobody else has it
        steps = _waiting(database, entry)
        if not steps:
            yield f"{entry.key}: nothing to do."
            return
        if options.backup:
            yield _backed_up(settings, entry, options.backup)
        for step, count in take_steps(database, institution_in, steps, dry=options.dry_run):
            what = "would change" if options.dry_run else "changed"
            yield f"{entry.key}: step {step.number} {what} {count}. {step.about}"
    finally:
        databases.close()


def _waiting(database: Any, entry: InstitutionEntry) -> list[Any]:
    """The steps to take. SettingError for a database of a newer release."""
    from lms_leiderschap.store.blobs import reading
    from lms_leiderschap.store.evolving import check_release, waiting
    from lms_leiderschap.store.root import institution_in

    with reading(database) as connection:
        if institution_in(connection) is None:
            return []
        if not (found := waiting(connection.root())):
            check_release(connection.root(), entry.key)
        return list(found)


def _backed_up(settings: Settings, entry: InstitutionEntry, directory: Path) -> str:
    from lms_leiderschap.plugin.parcel.checked import core_version
    from lms_leiderschap.store.backup.making import back_up

    repository = repository_of(settings, entry, directory)
    made = back_up(entry.storage, repository, entry.key, core_version())
    return f"{entry.key}: backup {made.name} in {directory}."
