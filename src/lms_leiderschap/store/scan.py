"""Looking through every record of a database for what needs more than the core to be read."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import transaction
from BTrees.LLBTree import LLTreeSet
from ZODB._compat import PersistentUnpickler
from ZODB.POSException import POSKeyError
from ZODB.serialize import referencesf
from ZODB.utils import oid_repr, u64

# A class or function whose dotted name begins so can be read wherever the core is installed.
ALLOWED = (
    "lms_leiderschap.", "BTrees.", "persistent.", "ZODB.blob.", "datetime.", "zoneinfo.",
    "builtins.", "copyreg.", "copy_reg.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found.

    records  how many there are
    names    dotted names of all classes and functions that they need
    missing  a sentence for each record that another one names and that is not there
    oids     of records by the class they are of, for the classes that were asked for
    """

    records: int
    names: frozenset[str]
    missing: tuple[str, ...] = ()
    oids: Mapping[str, Sequence[bytes]] = field(default_factory=dict)

    @property
    def strange(self) -> frozenset[str]:
        """Those that are no part of the core or of what it is built on."""
        return frozenset(name for name in self.names if not name.startswith(ALLOWED))


def scan(database: Any, *asked: str) -> Scan:
    """Look through everything that can be reached from the root; nothing is imported for it.

    asked  dotted names of classes whose records are to be named
    """
    names: set[str] = set()
    missing: list[bytes] = []
    damaged: list[str] = []
    oids: dict[str, list[bytes]] = {name: [] for name in asked}
    count = 0
    for oid, data in reachable(database, missing=missing, damaged=damaged):
        try:
            found = globals_of(data)
        except Exception as error:  # of a damaged record anything can come
            damaged.append(unreadable(oid, error))
            continue
        names.update(found)
        if found and found[0] in oids:
            oids[found[0]].append(oid)
        count += 1
    return Scan(count, frozenset(names), (*absent(missing), *damaged), oids)


def absent(missing: Iterable[bytes]) -> tuple[str, ...]:
    """A sentence for each of these oids."""
    return tuple(f"Record {oid_repr(oid)} is named and not there." for oid in missing)


def unreadable(oid: bytes, error: Exception) -> str:
    """A sentence for a damaged record."""
    return f"Record {oid_repr(oid)} cannot be read: {error!r}"


def records(
    database: Any, roots: Collection[bytes] = (), outside: Collection[bytes] = ()
) -> Iterator[bytes]:
    """The pickle of every record that can be reached from the root, or from those of these oids.

    outside  oids of records that are not entered: what a branch refers to and is no part of it
    """
    for _oid, data in reachable(database, roots, outside):
        yield data


def reachable(
    database: Any, roots: Collection[bytes] = (), outside: Collection[bytes] = (),
    missing: list[bytes] | None = None, damaged: list[str] | None = None,
) -> Iterator[tuple[bytes, bytes]]:  # fmt: skip
    """Each oid with its record, as `records`.

    missing  gets the oids of records that are not there; without it they raise POSKeyError
    damaged  gets a sentence for each that cannot be read; without it they raise anything
    """
    connection = database.open(transaction_manager=transaction.TransactionManager())
    try:
        seen = LLTreeSet(map(u64, outside))  # a sixth of what a set of bytes takes
        left = list(roots) or [connection.root()._p_oid]
        while left:
            oid = left.pop()
            if seen.insert(u64(oid)):
                try:
                    data, _serial = connection._storage.load(oid)
                    references = referencesf(data)
                except POSKeyError:
                    if missing is None:
                        raise
                    missing.append(oid)
                    continue
                except Exception as error:
                    if damaged is None:
                        raise
                    damaged.append(unreadable(oid, error))
                    continue
                left += references
                yield oid, data
    finally:
        connection.close()


class _Anything:
    """Stands for whatever a pickle makes; it does nothing and is nothing."""

    def __new__(cls, *_arguments: Any, **_named: Any) -> _Anything:
        return object.__new__(cls)

    def __setstate__(self, state: Any) -> None: ...

    def append(self, item: Any) -> None: ...

    def extend(self, items: Any) -> None: ...

    def __setitem__(self, key: Any, value: Any) -> None: ...


def globals_of(record: bytes) -> list[str]:
    """Dotted names of the classes and functions that a record needs to be read, its own first.

    A record is two pickles, one after the other: of its class and of its state. None of what they
    name is imported or called. Raises whatever an unpickler does for what is no pickle.
    """
    names: list[str] = []

    def note(module: str, name: str) -> type[_Anything]:
        names.append(f"{module}.{name}")
        return _Anything

    source = io.BytesIO(record)
    unpickler = PersistentUnpickler(note, lambda _reference: None, source)
    unpickler.load()
    unpickler.load()
    return names
