"""How much room the disks have that requests write to, asked before anything is written.

A disk that is really full refuses in the middle of things. So what writes is refused while there
still is a reserve: signing in, reading, packing and making room go on.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lms_leiderschap.settings import InstitutionEntry, Settings
from lms_leiderschap.store.storages import directory_of

COPIES = 2  # of what arrives: as it came in, and as it is kept
ALARM = 0.8  # part of a disk in use from which somebody should make room


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk as it is now.

    path  a directory on it; free  bytes that we may still write; used  part of it, 0 to 1
    """

    path: Path
    free: int
    used: float


def disk_of(path: Path) -> Disk:
    """The disk on which `path` lies, or will lie when it is made. Raises OSError."""
    while not path.exists() and path != path.parent:
        path = path.parent
    found = os.statvfs(path)
    taken, free = found.f_blocks - found.f_bfree, found.f_bavail
    return Disk(path, free * found.f_frsize, taken / ((taken + free) or 1))


def disks(settings: Settings) -> dict[str, Disk]:
    """The disks with databases, the side store and temporary files, by what lies there; each once.
    """
    places = {entry.key: directory_of(entry.storage) for entry in settings.institutions}
    places |= {"side": settings.side.parent, "temporary": Path(tempfile.gettempdir())}
    found: dict[int, tuple[str, Disk]] = {}
    for name, place in places.items():
        if place is not None:
            disk = disk_of(place)
            found.setdefault(os.stat(disk.path).st_dev, (name, disk))
    return dict(found.values())


def lacks_room(settings: Settings, entry: InstitutionEntry, size: int) -> bool:
    """Whether `size` bytes that arrive for an institution are better refused now.

    The reserve counts for the disk of the database; elsewhere what arrives must fit, as in the
    cache beside a database that a server keeps.
    """
    place, needed = directory_of(entry.storage), COPIES * size
    reserve = settings.disk_reserve if place is not None else 0
    if disk_of(place or settings.blob_cache).free < needed + reserve:
        return True
    return lacks_room_to_read(needed)


def lacks_room_to_read(size: int) -> bool:
    """Whether a body of so many bytes cannot even be copied to the temporary directory."""
    return disk_of(Path(tempfile.gettempdir())).free < size
