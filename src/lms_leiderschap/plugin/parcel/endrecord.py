"""The end of a zip file, read before anything else is.

``zipfile`` builds an object for every entry when it opens, and takes their number from the size
of the directory. A file of a few MB can so cost seconds and hundreds of MB. The record at the
end says both numbers; what it says is compared again once the directory is open.

Layout: APPNOTE.TXT, the zip file format specification, sections 4.3.14 to 4.3.16.
"""

import os
import struct
from typing import BinaryIO, NamedTuple

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.admitted import MOST_BYTES, MOST_FILES
from lms_leiderschap.texts import _

# 46 bytes an entry, its name, and the extra fields that programs write.
MOST_DIRECTORY = MOST_FILES * 1024
MOST_ZIPPED = MOST_BYTES + 2 * MOST_DIRECTORY

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_COMMENT = 65535


class Directory(NamedTuple):
    """Number of entries, and where their list begins and ends (bytes from the begin)."""

    entries: int
    start: int
    end: int


def read_directory_place(file: BinaryIO) -> Directory:
    """Where the list of a zip file stands; PluginError when it is too long or not where it says."""
    size = file.seek(0, os.SEEK_END)
    if size > MOST_ZIPPED:
        words = {"n": MOST_BYTES // 1024**2}
        raise PluginError(_("the zip file is larger than ${n} MB.", mapping=words))
    tail_at = max(size - _END.size - _COMMENT, 0)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise _not_a_zip(file)
    _sign, disk, first, here, entries, length, start, comment = _END.unpack_from(tail, at)
    end = tail_at + at
    found = _zip64(file, end) or Directory(entries, start, start + length)
    if found.entries > MOST_FILES:
        words = {"n": found.entries, "most": MOST_FILES}
        raise PluginError(_("the zip holds ${n} entries; at most ${most} are read.", mapping=words))
    if found.end - found.start > MOST_DIRECTORY:
        raise PluginError(_("the list of files in the zip is too long."))
    # Nothing before, between or behind: every program then sees the same files in it.
    exact = found.end == end or found.end + _END_64.size + _LOCATOR_64.size == end
    if disk or first or here != entries or not exact or at + _END.size + comment != len(tail):
        raise PluginError(_("the zip is damaged, in parts, or more than a zip."))
    return found


def _zip64(file: BinaryIO, end: int) -> Directory | None:
    """The record of large zip files, where there is one just before the end record."""
    place = end - _LOCATOR_64.size - _END_64.size
    if place < 0:
        return None
    file.seek(place)
    record, locator = file.read(_END_64.size), file.read(_LOCATOR_64.size)
    sign, _disk, told, _disks = _LOCATOR_64.unpack(locator)
    if sign != b"PK\x06\x07":
        return None
    sign, length, *_versions, here, entries, size, start = _END_64.unpack(record)
    if (sign, told, length, here) != (b"PK\x06\x06", place, _END_64.size - 12, entries):
        raise PluginError(_("the zip is damaged, in parts, or more than a zip."))
    return Directory(entries, start, start + size)


def _not_a_zip(file: BinaryIO) -> PluginError:
    file.seek(0)
    if file.read(4) == b"PK\x03\x04":
        return PluginError(_("the zip is cut off: its end is missing."))
    return PluginError(_("this is not a zip file."))
