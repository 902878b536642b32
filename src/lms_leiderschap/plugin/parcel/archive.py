"""Folder plugins as zip files and as folders on disk. Read as if a stranger had made them."""

import io
import os
import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.admitted import (
    MOST_RATIO,
    check_amount,
    check_content,
    check_path,
    check_paths,
    check_texts,
    shown,
)
from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.plugin.parcel.endrecord import Directory, read_directory_place
from lms_leiderschap.texts import _

__all__ = ["Bundle", "admit", "read_directory", "read_zip", "write_zip"]

LITTER = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))
LEVEL = 6
_CHUNK = 64 * 1024
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF_8 = 0x800
_HEADERS = 30 + 46  # bytes the zip takes for an entry, besides its name (twice) and content
_BROKEN = (
    BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, struct.error,
    zlib.error,
)  # fmt: skip


def admit(files: Mapping[str, bytes]) -> Bundle:
    """A bundle of files that were made elsewhere, in the browser say; PluginError as below."""
    bundle = Bundle(files)
    check_amount(len(bundle), sum(map(len, bundle.values())))
    for path, data in bundle.items():
        check_content(path, data)
    check_texts({path: len(data) for path, data in bundle.items()})
    return bundle


def read_zip(data: bytes | BinaryIO) -> Bundle:
    """The files of a zip; one folder around them all is left out.

    Raises PluginError, which names the file inside the zip, for: a path out of the folder, a
    link, an encrypted or doubled entry, more than 500 entries, 50 MB or 50 times its size, what
    is no data, text or picture, more than 500 KB in one text or 5 MB in all, text that is not
    UTF-8, and what is not a sound zip.
    """
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    place = read_directory_place(file)
    try:
        archive = ZipFile(file)
    except _BROKEN:
        raise PluginError(_("the list of files in the zip is damaged.")) from None
    with archive:
        entries = _entries(archive, place)
        return Bundle({path: _unpacked(archive, info, path) for path, info in entries.items()})


def read_directory(folder: Path) -> Bundle:
    """The files of a folder on disk, under the same rules.

    Left out are hidden ones, ``tests/``, and ``dist/``, where packing puts the zip.
    """
    found: dict[str, Path] = {}
    size = 0
    for path in _walk(folder):
        name = unicodedata.normalize("NFC", path.relative_to(folder).as_posix())
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise PluginError(_("this is a link or a device, not a file."), shown(name))
        size += status.st_size
        found[name] = path
        check_amount(len(found), size, name)
    if not found:
        raise PluginError(f"there are no files in {folder}.")
    return admit({name: path.read_bytes() for name, path in found.items()})


def write_zip(bundle: Bundle) -> bytes:
    """A zip of these files. Equal files give an equal zip, with one and the same zlib."""
    sink = io.BytesIO()
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for path, data in bundle.items():
            info = ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3  # Unix, whatever machine this is
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            small = len(data) > MOST_RATIO * len(zlib.compress(data, LEVEL, -15))
            # What would look like a bomb when it is read again goes in as it is.
            info.compress_type = ZIP_STORED if small else ZIP_DEFLATED
            archive.writestr(info, data)
    return sink.getvalue()


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        here = Path(place)
        skipped = {"__pycache__", "tests", "dist"} if here == folder else {"__pycache__"}
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in skipped)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in sorted([*files, *links]):
            if name[0] != "." and name not in LITTER:
                yield here / name


def _entries(archive: ZipFile, place: Directory) -> dict[str, ZipInfo]:
    """The files in a zip by their path; everything that can be seen from outside is checked."""
    listed = archive.infolist()
    if len(listed) != place.entries:
        raise PluginError(_("the zip holds another number of files than it says."))
    _check_places(listed, place)
    found: dict[str, ZipInfo] = {}
    for info in listed:
        path = _path(info)
        if path.startswith("__MACOSX/") or path.rpartition("/")[2] in LITTER:
            continue
        check_path(path.removesuffix("/"))
        _check_entry(info, path)
        if path in found:
            raise PluginError(_("there are two files of this name."), shown(path))
        if not info.is_dir():
            found[path] = info
    if not found:
        raise PluginError(_("there are no files in the zip."))
    check_amount(len(found), 0)
    found = _without_top(found)
    check_paths(found)
    _check_sizes(found)
    return found


def _path(info: ZipInfo) -> str:
    """The name of an entry; some programs write UTF-8 and do not say so."""
    name = info.orig_filename if "\0" in info.orig_filename else info.filename
    if not info.flag_bits & _UTF_8:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass  # it was in the old character set indeed
    return unicodedata.normalize("NFC", name)


def _check_entry(info: ZipInfo, path: str) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFDIR if info.is_dir() else stat.S_IFREG):
        raise PluginError(_("this is a link or a device, not a file."), shown(path))
    if info.is_dir() and info.file_size:
        raise PluginError(_("this is a folder with the content of a file."), shown(path))
    if info.flag_bits & _ENCRYPTED:
        raise PluginError(_("this file is encrypted."), shown(path))
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise PluginError(_("this file is packed in a way that is not read."), shown(path))


def _check_places(listed: list[ZipInfo], place: Directory) -> None:
    """No two entries share bytes of the zip: that is how a small file becomes a large one."""
    end = place.start
    for info in sorted(listed, key=lambda item: item.header_offset, reverse=True):
        if info.header_offset < 0 or info.header_offset + 30 + info.compress_size > end:
            raise PluginError(_("this file shares its place in the zip."), shown(info.filename))
        end = info.header_offset


def _check_sizes(entries: Mapping[str, ZipInfo]) -> None:
    size = 0
    for path, info in entries.items():
        size += info.file_size
        check_amount(0, size, path)
        taken = info.compress_size + _HEADERS + 2 * len(info.filename)
        if info.file_size > MOST_RATIO * taken:
            sentence = _("unpacked this file is more than ${times} times as large.",
                         mapping={"times": MOST_RATIO})  # fmt: skip
            raise PluginError(sentence, shown(path))
    check_texts({path: info.file_size for path, info in entries.items()})


def _without_top(entries: Mapping[str, ZipInfo]) -> dict[str, ZipInfo]:
    """Without the folder around all files, which a zipped folder has."""
    tops = {path.partition("/")[0] for path in entries}
    top = f"{tops.pop()}/" if len(tops) == 1 else ""
    around = top if f"{top}plugin.toml" in entries else ""
    return {path.removeprefix(around): info for path, info in entries.items()}


def _unpacked(archive: ZipFile, info: ZipInfo, path: str) -> bytes:
    """The content of one entry, never more than its declared size, which was counted before."""
    sink = io.BytesIO()
    try:
        with archive.open(info) as source:
            while chunk := source.read(_CHUNK):
                sink.write(chunk)
    except _BROKEN:
        raise PluginError(_("this file is damaged in the zip."), shown(path)) from None
    if sink.tell() != info.file_size:
        raise PluginError(_("this file has another size than the zip says."), shown(path))
    data = sink.getvalue()
    check_content(path, data)
    return data
