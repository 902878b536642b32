"""Looking through every record of a database for what needs more than the core to be read."""

from __future__ import annotations

import io
import pickletools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import transaction
from ZODB.serialize import referencesf

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
    """

    records: int
    names: frozenset[str]

    @property
    def strange(self) -> frozenset[str]:
        """Those that are no part of the core or of what it is built on."""
        return frozenset(name for name in self.names if not name.startswith(ALLOWED))


def scan(database: Any) -> Scan:
    """Look through everything that can be reached from the root; nothing is imported for it."""
    names: set[str] = set()
    count = 0
    for data in records(database):
        names.update(globals_of(data))
        count += 1
    return Scan(count, frozenset(names))


def records(
    database: Any, roots: Collection[bytes] = (), outside: Collection[bytes] = ()
) -> Iterator[bytes]:
    """The pickle of every record that can be reached from the root, or from those of these oids.

    outside  oids of records that are not entered: what a branch refers to and is no part of it
    """
    connection = database.open(transaction_manager=transaction.TransactionManager())
    try:
        seen = set(outside)
        left = list(roots) or [connection.root()._p_oid]
        while left:
            oid = left.pop()
            if oid not in seen:
                seen.add(oid)
                data, _serial = connection._storage.load(oid)
                left += referencesf(data)
                yield data
    finally:
        connection.close()


def globals_of(record: bytes) -> Iterator[str]:
    """Dotted names of the classes and functions that a record needs to be read.

    A record is two pickles, one after the other: of its class and of its state.
    """
    source = io.BytesIO(record)
    while source.tell() < len(record):
        strings: list[str] = []
        for opcode, argument, _place in pickletools.genops(source):
            if opcode.name == "GLOBAL":
                yield str(argument).replace(" ", ".")
            elif opcode.name == "STACK_GLOBAL":
                yield ".".join(strings[-2:])
            elif isinstance(argument, str):
                strings.append(argument)
