"""Who sends a plugin: sign one, and check one before it is read or imported."""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.plugin.parcel.keys import (
    new_key,
    public_of,
    read_key,
    read_trusted,
    save_key,
)
from lms_leiderschap.plugin.parcel.manifest import MANIFEST, Manifest
from lms_leiderschap.plugin.specfile import SpecFile
from lms_leiderschap.texts import _

__all__ = [
    "MANIFEST",
    "UNKNOWN",
    "Sender",
    "check",
    "check_distribution",
    "new_key",
    "public_of",
    "read_key",
    "read_trusted",
    "save_key",
    "sign",
    "sign_package",
]

_CACHE = "__pycache__"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a plugin comes from.

    state  ``trusted``: signed with a key that the operator trusts; ``unknown``: not signed, or
           with another key
    name   as the operator's file of trusted keys says; empty when unknown
    key    public text of the key; empty when not signed
    """

    state: Literal["trusted", "unknown"]
    name: str = ""
    key: str = ""


UNKNOWN = Sender("unknown")


def sign(bundle: Bundle, key: str, signer: str) -> Bundle:
    """The bundle with a signature, in place of the one it had.

    key     private text
    signer  name of who signs, for people to read
    Raises PluginError when plugin.toml says no name and version.
    """
    name, version = _head(bundle)
    hashes = {path: found for path, found in bundle.hashes.items() if path != MANIFEST}
    manifest = Manifest(name, version, signer, "", hashes).signed(key)
    return Bundle({**bundle, MANIFEST: manifest.written()})


def check(bundle: Bundle, trusted: Mapping[str, str]) -> Sender:
    """Who signed a folder plugin. PluginError when its files are not those that were signed.

    trusted  public text of each key to the name of its owner (``read_trusted``)
    """
    if MANIFEST not in bundle:
        return UNKNOWN
    manifest = Manifest.read(bundle[MANIFEST])
    manifest.compare(bundle.hashes)
    if (manifest.name, manifest.version) != _head(bundle):
        raise PluginError(_("this signature is of another plugin or version."), MANIFEST)
    return _sender(manifest, trusted)


def sign_package(folder: Path, name: str, version: str, key: str, signer: str) -> None:
    """Write a signature into the folder of a Python package, before it is packed as a wheel.

    The folder is the one with the top ``__init__.py``. Its package data must name the signature.
    """
    hashes = {path: found for path, found in _hashes(folder).items() if path != MANIFEST}
    manifest = Manifest(name, version, signer, "", hashes).signed(key)
    (folder / MANIFEST).write_bytes(manifest.written())


def check_distribution(point: EntryPoint, trusted: Mapping[str, str]) -> Sender:
    """Who signed an installed plugin, found out without importing any of it.

    What is checked is the package that an import would take, however it was installed, with every
    file in it. Raises PluginError as ``check`` does.

    What lies in ``__pycache__`` is not signed: pip and Python write it here, on this machine. Of
    it only such files are let through as Python makes anew when the source is of another time or
    size (PEP 552). What is left: who sends a wheel with a file that names the very time at which
    its source is unpacked here, on a server whose installer neither compiles it again nor gives
    the source a time of its own, is not found out; nor is who can write in the folder.
    """
    if not point.pattern.match(point.value):
        raise PluginError(f"its entry point '{point.value}' leads nowhere.")
    module = point.module
    folder = package_folder(module.partition(".")[0])
    if folder is None or not (folder / MANIFEST).is_file():
        return UNKNOWN
    manifest = Manifest.read((folder / MANIFEST).read_bytes())
    manifest.compare(_hashes(folder))
    # The entry point itself is not signed, so it may not lead to what was not compared.
    if _CACHE in module.split("."):
        raise PluginError(f"its entry point leads into {_CACHE}.")
    if manifest.name != point.name:
        raise PluginError(f"this signature is of '{manifest.name}'.", MANIFEST)
    return _sender(manifest, trusted)


def _sender(manifest: Manifest, trusted: Mapping[str, str]) -> Sender:
    if manifest.key not in trusted:
        return Sender("unknown", key=manifest.key)
    return Sender("trusted", trusted[manifest.key], manifest.key)


def _head(bundle: Bundle) -> tuple[str, str]:
    """Name and version in plugin.toml."""
    path = bundle.traversable().joinpath("plugin.toml")
    head = SpecFile.read(path, "plugin.toml", "plugin/1").data
    name, version = head.get("name"), head.get("version")
    if not (isinstance(name, str) and isinstance(version, str) and name and version):
        raise PluginError(_("this file needs a name and a version."), "plugin.toml", 1)
    return name, version


def package_folder(package: str) -> Path | None:
    """Where an import would take a top package from; None for what has no folder of its own.

    Asking for a top package imports nothing (``importlib.util.find_spec``).
    """
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    # A package without __init__ may lie in several places, of which one could be signed.
    if spec is None or not spec.origin or not spec.submodule_search_locations:
        return None
    folder = Path(spec.origin).parent
    return (
        folder if [Path(found) for found in spec.submodule_search_locations] == [folder] else None
    )


def _hashes(folder: Path) -> dict[str, str]:
    """The sha256 of every file of a package; PluginError for a link, whose file lies elsewhere."""
    found: dict[str, str] = {}
    for place, folders, files in os.walk(folder):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        for path in (here / name for name in (*links, *files)):
            name = path.relative_to(folder).as_posix()
            if not stat.S_ISREG(path.lstat().st_mode):
                raise PluginError(_("a signed plugin holds no links and no devices."), name)
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
        if _CACHE in folders:
            _check_compiled(here, folder)
        folders[:] = [name for name in folders if name != _CACHE]
    return found


def _check_compiled(here: Path, package: Path) -> None:
    """Refuse a compiled file that Python would run whatever stands in its source."""
    for path in sorted((here / _CACHE).glob("*.pyc")):
        name = path.relative_to(package).as_posix()
        if not stat.S_ISREG(path.lstat().st_mode):
            raise PluginError(_("a signed plugin holds no links and no devices."), name)
        if not (here / f"{path.name.partition('.')[0]}.py").is_file():
            raise PluginError(_("this compiled file has no source beside it; remove it."), name)
        with path.open("rb") as file:
            flags = file.read(8)[4:]
        # Also with a hash that is checked: anybody can write the hash of a source in front of
        # other code.
        if any(flags):
            raise PluginError(_("this compiled file does not look at its source; remove it."), name)
