"""``checked.json``: which level a plugin had when it was packed, and which core said so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.plugin.parcel.manifest import MANIFEST
from lms_leiderschap.plugin.parcel.signing import package_folder

CHECKED = "checked.json"
SCHEMA = "checked/1"
LEVELS = ("brons", "zilver", "goud")
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What its author's own machine said. It is a claim: only a signature says whose.

    level  "brons", "zilver" or "goud"
    core   version of the core that checked it
    files  digest of all files but this one and the signature
    """

    level: str
    core: str
    files: str

    def written(self) -> bytes:
        return (json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1) + "\n").encode()


def with_checked(bundle: Bundle, level: str) -> Bundle:
    """The bundle with this level in it, and without a signature: that was of other files."""
    plain = without_marks(bundle)
    found = Checked(level, core_version(), plain.digest)
    return Bundle({**plain, CHECKED: found.written()})


def without_marks(bundle: Mapping[str, bytes]) -> Bundle:
    """The files that an author wrote."""
    return Bundle({path: data for path, data in bundle.items() if path not in (CHECKED, MANIFEST)})


def read_checked(bundle: Bundle) -> Checked | None:
    """What it says, when it is about these very files; None otherwise."""
    try:
        found = json.loads(bundle[CHECKED][:LONGEST])
        checked = Checked(found["level"], found["core"], found["files"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    right = found.get("schema") == SCHEMA and checked.level in LEVELS
    return checked if right and checked.files == without_marks(bundle).digest else None


def level_in(package: str) -> str:
    """The level that an installed package says it had; "" when it says none. Imports nothing."""
    folder = package_folder(package) if package else None
    if folder is None or not (folder / CHECKED).is_file():
        return ""
    try:
        level = json.loads((folder / CHECKED).read_text("utf-8")[:LONGEST])["level"]
    except (OSError, KeyError, TypeError, ValueError, RecursionError):
        return ""
    return level if level in LEVELS else ""


def core_version() -> str:
    """The version of this core; "" when it runs without being installed."""
    try:
        return version("lms-leiderschap")
    except PackageNotFoundError:
        return ""
