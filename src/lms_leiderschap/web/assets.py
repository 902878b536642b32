"""Stylesheet, script, icons and fonts: built from frontend/, named by their content.

The manifest beside the files holds per logical name ("lms.css"): `file`, its name with the first
twelve characters of its hash; `sha256` of the bytes; `from`, name, version and licence of each
source; for the sprite also `symbols`, the icons it draws.
"""

import hashlib
import json
import mimetypes
from functools import cache
from pathlib import Path
from typing import Any

from pyramid.config import Configurator

from lms_leiderschap.errors import SettingError

DIST = Path(__file__).parent / "static" / "dist"
ONE_YEAR = 31_536_000
ENCODINGS = {".br": "br", ".gz": "gzip"}
# The compressed files are larger than these: they are compressed inside.
PACKED = frozenset({".woff2"})


def read_manifest(dist: Path) -> dict[str, dict[str, Any]]:
    """The manifest of a folder of built assets; SettingError when it is missing or unreadable."""
    try:
        manifest: dict[str, dict[str, Any]] = json.loads((dist / "manifest.json").read_bytes())
    except FileNotFoundError:
        raise SettingError(
            f"The assets are missing: {dist} has no manifest.json. "
            "Restore that folder from version control, or build it (frontend/README.md)."
        ) from None
    except ValueError as broken:
        raise SettingError(f"{dist / 'manifest.json'} cannot be read: {broken}.") from broken
    return manifest


@cache
def manifest() -> dict[str, dict[str, Any]]:
    """What this installation serves, read once per process."""
    return read_manifest(DIST)


@cache
def asset_url(name: str) -> str:
    """The address of an asset by its logical name; LookupError when nothing bears that name."""
    if name not in manifest():
        raise LookupError(f"No asset is called {name!r}; there are {', '.join(manifest())}.")
    return f"/static/{manifest()[name]['file']}"


@cache
def icon(name: str) -> str:
    """The address of one icon for <use href>; LookupError when the sprite does not draw it."""
    if name not in manifest()["icons.svg"]["symbols"]:
        raise LookupError(f"The sprite has no icon {name!r}: add it to frontend/icons.json.")
    return f"{asset_url('icons.svg')}#{name}"


def verify(dist: Path = DIST) -> list[str]:
    """What is wrong with the built files, one sentence each; empty when nothing is."""
    entries = read_manifest(dist)
    expected = {"manifest.json"}
    problems = []
    for name, entry in entries.items():
        expected |= {entry["file"], *_variants(entry["file"])}
        problems += _problems_of(dist / entry["file"], name, entry["sha256"])
    present = {path.name for path in dist.iterdir()}
    problems += [f"{name} is missing." for name in sorted(expected - present)]
    problems += [f"{name} is not in the manifest." for name in sorted(present - expected)]
    return problems


def _problems_of(path: Path, name: str, sha256: str) -> list[str]:
    if not path.exists():
        return []
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        return [f"{path.name} has changed: {name} should have SHA-256 {sha256}, it has {found}."]
    return []


def _variants(file: str) -> set[str]:
    return set() if Path(file).suffix in PACKED else {file + ending for ending in ENCODINGS}


def includeme(config: Configurator) -> None:
    """Serve the built files for a year: another content has another name."""
    manifest()
    # Pyramid finds the compressed files through the encodings that mimetypes knows, and takes
    # the content type from there too; neither may depend on the tables of the machine.
    mimetypes.encodings_map.update(ENCODINGS)
    mimetypes.add_type("font/woff2", ".woff2")
    mimetypes.add_type("text/javascript", ".js")
    config.add_static_view(
        "static",
        "lms_leiderschap.web:static/dist",
        cache_max_age=ONE_YEAR,
        content_encodings=sorted(ENCODINGS.values()),
    )
