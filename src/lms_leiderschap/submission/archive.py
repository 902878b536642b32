"""A zip looked at before anything in it is unpacked."""

from __future__ import annotations

import struct
import zipfile
from typing import BinaryIO

MOST_ENTRIES = 2_000
MOST_RATIO = 50
FREE_SIZE = 1 << 20  # below this an archive may unpack to any multiple of itself

_DIRECTORY_BYTES_PER_ENTRY = 512
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LARGE_MARK = b"PK\x06\x07"
_LARGE_MARK_SIZE = 20
_LONGEST_COMMENT = 0xFFFF
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ArchiveBroken(Exception):
    """No archive that anyone would make with good intent."""


class ArchiveLocked(Exception):
    """Something in it is encrypted."""


class ArchiveTooDense(Exception):
    """It would unpack to far more than its size, or holds far too many entries."""


def entries_of(source: BinaryIO) -> list[zipfile.ZipInfo]:
    """The entries of a zip that is safe to unpack.

    The directory is bounded by the end record before `zipfile` reads it: 300,000 entries would
    take seconds and 170 MB. While unpacking, `zipfile` never gives more than what is declared.
    """
    size = source.seek(0, 2)
    _check_end_record(source, size)
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, EOFError):
        raise ArchiveBroken from None
    for entry in entries:
        _check_entry(entry)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > max(FREE_SIZE, MOST_RATIO * size):
        raise ArchiveTooDense
    return entries


def _check_end_record(source: BinaryIO, size: int) -> None:
    source.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = source.read()
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) - place < _END.size:
        raise ArchiveBroken
    entries, directory = _END.unpack_from(tail, place)[4:6]
    # The record for large archives overrules this one, and no document of 25 MB needs it.
    if tail[max(0, place - _LARGE_MARK_SIZE) :].startswith(_LARGE_MARK):
        raise ArchiveTooDense
    if entries > MOST_ENTRIES or directory > MOST_ENTRIES * _DIRECTORY_BYTES_PER_ENTRY:
        raise ArchiveTooDense


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 1:
        raise ArchiveLocked
    name = entry.orig_filename
    climbs = name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/")
    if climbs or entry.compress_type not in _METHODS:
        raise ArchiveBroken
