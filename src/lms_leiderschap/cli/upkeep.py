"""Looking whether everything is as it should be: the built files, the texts, the databases."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from lms_leiderschap.cli.ini import entries_named, opened, settings_of, within
from lms_leiderschap.cli.words import (
    Words,
    add_institution,
    add_institutions,
    add_json,
    say,
    say_json,
    sentence_of,
)
from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import InstitutionEntry, Settings
from lms_leiderschap.store.packing import MINUTES


def add_words(commands: Words) -> None:
    words = commands.add("assets", assets, "Check the built stylesheet, script, icons and fonts.")
    words.add_argument("verify", choices=["verify"])
    add_json(words)
    commands.add("catalogues", catalogues, "Compile the texts (maintainers).")
    words = commands.add("pack", pack, "Give back the room of what was replaced or erased.")
    words.add_argument("--minutes", type=float, default=MINUTES,
                       help="of history that stays (%(default)s)")  # fmt: skip
    add_institution(words)
    add_json(words)
    words = commands.add("verify", verify, "Look whether everything that is kept is whole: "
                                           "records, files, receipts, lists, the log.")  # fmt: skip
    words.add_argument("--backup", type=Path, metavar="REPOSITORY",
                       help="hold it against what its backups witness, too")  # fmt: skip
    words.add_argument("--repair", dest="command", action="store_const", const=repair,
                       help="rebuild the lists from what they stand for")  # fmt: skip
    add_institutions(words)
    add_json(words)
    words = commands.add("audit", audit, "Look whether the audit log is as it was written.")
    words.add_argument("verify", choices=["verify"])
    words.add_argument("--head", metavar="NUMBER:SEAL", help="a last line that was kept elsewhere")
    add_institution(words)
    add_json(words)


def assets(options: argparse.Namespace) -> int:
    """Hold the built files against their manifest."""
    from lms_leiderschap.web.assets import verify as verify_assets

    problems = verify_assets()
    if options.json:
        say_json({"problems": problems})
    else:
        say(*(problems or ["All assets are as built."]))
    return 1 if problems else 0


def catalogues(_options: argparse.Namespace) -> int:
    """Compile locale/<language>/*.po into what the server reads."""
    from lms_leiderschap.web.catalogues import build

    build()
    return 0


def pack(options: argparse.Namespace) -> int:
    """What was replaced or erased longer ago leaves the disk. Exit 1 when something is wrong."""
    from lms_leiderschap.store.packing import pack as pack_database

    def act(registry: Any, entry: Any) -> Any:
        return pack_database(registry.databases.database(entry), options.minutes)

    packed = opened(options, act, plugins=False)
    if options.json:
        say_json(asdict(packed))
    else:
        say(f"{packed.before} bytes before, {packed.after} after; "
            f"{packed.orphans} files of blobs that nothing named.", *packed.wrong)  # fmt: skip
    return 1 if packed.wrong else 0


def wrong_with(settings: Settings, entry: InstitutionEntry) -> list[str]:
    """What is wrong with the database of an institution, a sentence each."""
    from lms_leiderschap.store.root import Databases
    from lms_leiderschap.store.verifying import findings

    databases = Databases(settings, read_only=True)
    try:
        return list(findings(databases.database(entry)))
    finally:
        databases.close()


def verify(options: argparse.Namespace) -> int:
    """Beside a running server or without one. Exit 1 when anything is wrong."""
    settings = settings_of(options.ini)
    wrong: dict[str, list[str]] = {}
    for entry in entries_named(settings, options.institution):
        found = wrong[entry.key] = []
        try:
            found += wrong_with(settings, entry)
            if options.backup:
                found += _against(settings, entry, options.backup)
        except Exception as error:  # one that is damaged stands in no other's way
            found.append(sentence_of(error))
    if options.json:
        say_json(wrong)
    for key, sentences in wrong.items() if not options.json else ():
        say(*(f"{key}: {sentence}" for sentence in sentences))
        say(*([] if sentences else [f"{key}: everything is as it should be."]))
    return 1 if any(wrong.values()) else 0


def _against(settings: Settings, entry: InstitutionEntry, directory: Path) -> list[str]:
    """What is no longer as the backups witness it."""
    from lms_leiderschap.store.backup.witness import denied

    return list(denied(repository_of(settings, entry, directory), entry.storage))


def repository_of(settings: Settings, entry: InstitutionEntry, directory: Path) -> Any:
    """The backups of one institution in a directory that holds those of all.

    SettingError when there are some and no key lies here that may have sealed them.
    """
    from lms_leiderschap.store.backup.repository import Repository

    place, key = directory / entry.key, settings.key_of(entry)
    if place.exists() and not key.exists() and not settings.replaced_keys(entry):
        raise SettingError(f"{key} is not there: put the keys back first.")
    return Repository(place, settings.signing_keys(entry))


def repair(options: argparse.Namespace) -> int:
    """Rebuild the lists; what people wrote is only read for it.

    Each edition is a transaction of its own: people go on writing in the others.
    """
    from lms_leiderschap.feedback.actions import rebuild_lists
    from lms_leiderschap.feedback.invariants import editions
    from lms_leiderschap.institution.actions import SYSTEM
    from lms_leiderschap.store.folder import find, path_of

    def paths(institution: Any) -> list[tuple[str, ...]]:
        return [path_of(edition) for edition in editions(institution)]

    def act(registry: Any, entry: InstitutionEntry) -> None:
        for path in registry.jobs.within(entry, paths) or ():
            registry.jobs.within(entry, partial(rebuild, path))

    def rebuild(path: tuple[str, ...], institution: Any) -> None:
        rebuild_lists(find(institution, path), by=SYSTEM, at=datetime.now(UTC))

    opened(options, act, plugins=False)
    say("The lists are rebuilt. Next: lms verify")
    return 0


def audit(options: argparse.Namespace) -> int:
    """Hold the audit log against itself, and against a line that was written down earlier."""

    def act(_registry: Any, institution: Any) -> dict[str, Any]:
        log = institution.audit
        number, _colon, seal = (options.head or "").partition(":")
        kept = log.sealed.get(int(number), {}).get("seal") == seal if seal else True
        return {"head": ":".join(map(str, log.head)), "broken_at": log.broken_at(),
                "witnessed": kept, "waiting": len(list(log.waiting.items()))}  # fmt: skip

    facts = within(options, act, plugins=False, writes=False)
    whole = facts["broken_at"] is None and facts["witnessed"]
    if options.json:
        say_json(facts)
        return 0 if whole else 1
    if facts["broken_at"] is not None:
        say(f"Line {facts['broken_at']} does not fit the lines before it.")
    if not facts["witnessed"]:
        say(f"The log no longer holds the line {options.head}.")
    if whole:
        say("Every sealed line fits.")
    say(f"Last sealed line: {facts['head'] or 'none'}; {facts['waiting']} wait to be sealed.")
    return 0 if whole else 1
