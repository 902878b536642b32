"""Looking whether everything is as it should be: the built files, the texts, the databases."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from lms_leiderschap.cli.ini import opened, settings_of
from lms_leiderschap.cli.words import DEFAULT_INI, Words, add_institution, add_json, say, say_json
from lms_leiderschap.store.packing import DAYS


def add_words(commands: Words) -> None:
    words = commands.add("assets", assets, "Check the built stylesheet, script, icons and fonts.")
    words.add_argument("verify", choices=["verify"])
    add_json(words)
    commands.add("catalogues", catalogues, "Compile the texts (maintainers).")
    words = commands.add("pack", pack, "Give back the room of what was replaced or erased.")
    words.add_argument("--days", type=float, default=DAYS,
                       help="of history that stays (%(default)s)")  # fmt: skip
    add_institution(words)
    add_json(words)
    words = commands.add("verify", verify, "Look for what only a plugin could read, in every "
                                           "record of every institution.")  # fmt: skip
    words.add_argument("--ini", default=DEFAULT_INI)
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
        return pack_database(registry.databases.database(entry), options.days)

    packed = opened(options, act, plugins=False)
    if options.json:
        say_json(asdict(packed))
    else:
        say(f"{packed.before} bytes before, {packed.after} after; "
            f"{packed.orphans} files of blobs that nothing named.", *packed.wrong)  # fmt: skip
    return 1 if packed.wrong else 0


def verify(options: argparse.Namespace) -> int:
    """Every record must be readable with the core alone."""
    from lms_leiderschap.store.root import Databases
    from lms_leiderschap.store.scan import scan

    settings = settings_of(options.ini)
    databases = Databases(settings)
    try:
        found = {entry.key: scan(databases.database(entry)) for entry in settings.institutions}
    finally:
        databases.close()
    strange = {key: sorted(found[key].strange) for key in found if found[key].strange}
    if options.json:
        say_json({"records": {key: each.records for key, each in found.items()},
                  "strange": strange})  # fmt: skip
        return 1 if strange else 0
    for key, each in found.items():
        say(*(f"{key}: {name} is no part of the core." for name in sorted(each.strange)))
        if not each.strange:
            say(f"{key}: {each.records} records, all of the core.")
    return 1 if strange else 0
