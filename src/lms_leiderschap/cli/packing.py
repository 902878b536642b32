"""Writing the zip of a folder plugin and the wheel of a Python one, with what was checked."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from lms_leiderschap.author.source import SKIPPED, Source
from lms_leiderschap.errors import SettingError
from lms_leiderschap.plugin.parcel.archive import read_directory, read_zip, write_zip
from lms_leiderschap.plugin.parcel.checked import CHECKED, Checked, core_version, with_checked
from lms_leiderschap.plugin.parcel.manifest import MANIFEST
from lms_leiderschap.plugin.parcel.signing import sign, sign_package

LEFT_OUT = (*SKIPPED, ".*", "__pycache__", "*.egg-info")
FACTS = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check", "-q")


def packed_folder(source: Source, to: Path, level: str, private: str, signer: str) -> Path:
    """The canonical zip: equal files give an equal zip."""
    bundle = with_checked(read_directory(source.root), level)
    if private:
        bundle = sign(bundle, private, signer)
    version = source.load().loaded[source.name].version
    path = to / f"{source.name}-{version}.zip"
    path.write_bytes(write_zip(bundle))
    return path


def packed_package(source: Source, to: Path, level: str, private: str, signer: str) -> Path:
    """The wheel, built from a copy so that nothing is written among the author's files.

    Raises SettingError when there is no pip, or it fails; it says why itself.
    """
    if find_spec("pip") is None:
        raise SettingError(f"There is no pip here. Build the wheel with: python -m build "
                           f"{source.root}")  # fmt: skip
    version = source.load().loaded[source.name].version
    with tempfile.TemporaryDirectory(prefix="lms-pack-") as place:
        copy = Path(place) / "source"
        shutil.copytree(source.root, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        package = copy / source.package.relative_to(source.root)
        (package / MANIFEST).unlink(missing_ok=True)
        (package / CHECKED).write_bytes(Checked(level, core_version(), "").written())
        if private:
            sign_package(package, source.name, version, private, signer)
        return _built(copy, to)


def _built(copy: Path, to: Path) -> Path:
    with tempfile.TemporaryDirectory(prefix="lms-wheel-") as place:
        words = [sys.executable, "-m", "pip", "wheel", *FACTS, "-w", place, str(copy)]
        if subprocess.run(words, check=False).returncode:  # noqa: S603 (pip is ours)
            raise SettingError("pip could not build the wheel.")
        [wheel] = Path(place).glob("*.whl")
        return Path(shutil.copy(wheel, to))


def sign_at(path: Path, private: str, signer: str) -> None:
    """Sign a zip where it lies, or put a signature among the files of a plugin."""
    if path.is_file():
        path.write_bytes(write_zip(sign(read_zip(path.read_bytes()), private, signer)))
        return
    source = Source.find(path)
    if source.point is None:
        signed = sign(read_directory(source.root), private, signer)
        (source.root / MANIFEST).write_bytes(signed[MANIFEST])
    else:
        version = source.load().loaded[source.name].version
        sign_package(source.package, source.name, version, private, signer)
