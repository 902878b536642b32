"""The institution: the top of the tree of one database."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from BTrees.IOBTree import IOBTree
from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOBTree
from persistent import Persistent
from pyramid.authorization import DENY_ALL, Allow, Authenticated

from lms_leiderschap.institution.addon import AddOns, older
from lms_leiderschap.permissions import Permission, Role, allow
from lms_leiderschap.store.folder import Folder, Resource
from lms_leiderschap.store.index import CoveringList, packed, unpacked

SHARDS = 16
GUARD = -1  # a shard is never empty: store/index.py says why


class Sharded(Persistent):
    """Entries under random numbers, spread over trees so that writers rarely meet."""

    schema = 1
    personal = ("ids of persons; addresses and names in mail that waits",)
    retention = "until done"
    _v_written = False

    def __init__(self) -> None:
        self._shards = tuple(LOBTree({GUARD: ""}) for _number in range(SHARDS))

    def put(self, entry: dict[str, Any]) -> int:
        """Keep `entry` (plain values) and return its number."""
        number = secrets.randbits(62)
        self.replace(number, entry)
        return number

    def replace(self, number: int, entry: dict[str, Any]) -> None:
        self._shards[number % SHARDS][number] = packed(entry)
        self._v_written = True

    def was_written(self) -> bool:
        """Whether something was put here since this was last asked; not kept, only remembered."""
        written, self._v_written = self._v_written, False
        return written

    def get(self, number: int) -> dict[str, Any] | None:
        text = self._shards[number % SHARDS].get(number)
        return unpacked(text) if text else None

    def drop(self, number: int) -> None:
        self._shards[number % SHARDS].pop(number, None)

    def items(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for shard in self._shards:
            for number, text in shard.items(min=0):
                yield number, unpacked(text)


class AuditLog(Persistent):
    """Who changed what, when and why.

    An action writes its entry under a random number; one job seals entries into a chain in which
    each line carries the fingerprint of the one before it. A chain written by the actions
    themselves would make all of them collide.
    """

    schema = 1
    personal = ("ids of persons",)
    retention = "seven years"

    def __init__(self) -> None:
        self.waiting = Sharded()
        self.sealed: Any = IOBTree()

    def seal(self) -> int:
        """Move what waits into the chain, oldest first; how many lines were added."""
        entries = sorted(self.waiting.items(), key=lambda item: (item[1]["at"], item[0]))
        last = self.sealed.maxKey() if self.sealed else 0
        before = self.sealed[last]["seal"] if last else ""
        for number, entry in entries:
            last += 1
            before = _seal(before, entry)
            self.sealed[last] = entry | {"seal": before}
            self.waiting.drop(number)
        return len(entries)

    @property
    def head(self) -> tuple[int, str] | tuple[()]:
        """Number and seal of the last sealed line: kept elsewhere, they witness all before it."""
        if not self.sealed:
            return ()
        last = self.sealed.maxKey()
        return last, self.sealed[last]["seal"]

    def broken_at(self) -> int | None:
        """Number of the first line that does not fit the chain; None when all fit."""
        before = ""
        for expected, (number, line) in enumerate(self.sealed.items(), 1):
            entry = {key: value for key, value in line.items() if key != "seal"}
            before = _seal(before, entry)
            if number != expected or before != line.get("seal"):
                return expected
        return None

    def newest(self, number: int) -> list[dict[str, Any]]:
        """The latest lines, newest first, sealed or not."""
        waiting = sorted((entry for _key, entry in self.waiting.items()),
                         key=lambda entry: entry["at"], reverse=True)
        if len(waiting) >= number or not self.sealed:
            return waiting[:number]
        last = self.sealed.maxKey()
        sealed = self.sealed.values(min=last - (number - len(waiting)) + 1)
        return waiting + list(reversed(list(sealed)))


def _seal(before: str, entry: dict[str, Any]) -> str:
    text = json.dumps([before, entry], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Institution(Resource):
    """The tenant, and the root of every address.

    key          short name, as in the institutions file
    name         as people read it
    zone         name of the time zone on its screens
    address      "u" or "je": how pages of no single programme speak
    holidays     pairs of ISO dates (first, last) on which no promise runs
    staff        person id to the names of the roles that hold for the whole institution; one value,
                 so that of two admins who take each other's role at once one is told to look again
    """

    schema = 1
    personal = ()
    retention = "with institution"
    addon_days = 365
    _addons: AddOns | None = None

    def __init__(self, key: str, name: str, *, zone: str, address: str) -> None:
        self.key, self.name, self.zone, self.address = key, name, zone, address
        self.office_email = ""
        self.holidays: tuple[tuple[str, str], ...] = ()
        self.staff: dict[str, tuple[str, ...]] = {}
        self.people, self.programmes, self.groups = Folder(), Folder(), Folder()
        for name_, folder in self._branches().items():
            folder.__name__, folder.__parent__ = name_, self
        self.emails: Any = OOBTree()
        self.lists: Any = OOBTree()
        self.plugins: Any = None
        self._addons = AddOns()
        self._addons.__name__, self._addons.__parent__ = "addons", self
        self.outbox = Sharded()
        self.audit = AuditLog()

    def _branches(self) -> dict[str, Folder]:
        return {"people": self.people, "programmes": self.programmes, "groups": self.groups}

    def __getitem__(self, name: str) -> Any:
        return self.addons if name == "addons" else self._branches()[name]

    def __acl__(self) -> list[Any]:
        return [
            (Allow, Authenticated, {Permission.SEE_OWN, Permission.SEE_QUEUE}),
            allow("role:office", Role.OFFICE),
            allow("role:admin", Role.ADMIN),
            DENY_ALL,
        ]

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def covering_list(self, name: str) -> CoveringList:
        """The list of that name. Made when its edition opens; KeyError when there is none."""
        return self.lists[name]

    @property
    def addons(self) -> AddOns:
        """The add-ons by name. What the first release kept is read as if it were of today."""
        if self._addons is not None:
            return self._addons
        found = older(self.plugins)
        found.__name__, found.__parent__ = "addons", self
        return found

    def kept_addons(self) -> AddOns:
        """The same, kept from now on. For actions only: this may write."""
        if self._addons is None:
            self._addons, self.plugins = self.addons, None
        return self._addons

    def switched_on(self) -> list[str]:
        """Names of the add-ons this institution uses."""
        return [name for name, addon in self.addons.items() if addon.on]


def institution_of(resource: Resource) -> Institution:
    """The institution whose tree `resource` stands in."""
    at: Any = resource
    while at.__parent__ is not None:
        at = at.__parent__
    return at


def local(institution: Institution, moment: datetime) -> datetime:
    """`moment` on the clocks of the institution."""
    return moment.astimezone(institution.tz)
