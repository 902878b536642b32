"""A branch of the tree, written again as database records under other names.

A participant with work is some 200 records. Made by the actions, or even by hand as objects, each
costs 65 µs and more; copied like this it is about 10, and a copy is exactly what the actions made.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ZODB.serialize import referencesf
from ZODB.utils import z64

from lms_leiderschap.store.folder import Resource

# How a pickle of protocol 3 writes an oid (SHORT_BINBYTES, eight bytes) and a text (BINUNICODE,
# its length in four bytes, little end first). The 13 characters of an id may stand within a text.
_OID = b"C\x08"
_PLACES = rb"C\x08.{8}|(?<![a-z2-7])[a-z2-7]{13}"


class Branch:
    """The records of some resources and all below them, with holes where names stood.

    storage  an own instance of the storage, standing at the commit that made the branch
    roots    resources of the branch; `outside` what they refer to and is not part of it
    ids      ids of 13 characters that stand in it; `texts` whole texts that stand in it
    """

    def __init__(self, storage: Any, roots: Sequence[Resource], outside: Collection[Resource],
                 ids: Sequence[str], texts: Sequence[str]) -> None:
        self._storage, self._roots = storage, len(roots)
        found = self._records([root._p_oid for root in roots], {item._p_oid for item in outside})
        self._ids, self._texts = list(ids), list(texts)
        names = [*(_OID + oid for oid in found), *(name.encode() for name in ids),
                 *map(_written, texts)]
        holes = {name: number for number, name in enumerate(names)}
        whole = b"".join(b"|" + re.escape(_written(text)) for text in texts)
        places = re.compile(_PLACES + whole, re.DOTALL)
        self._pieces = [_cut(record, places, holes) for record in found.values()]

    def _records(self, todo: list[bytes], outside: set[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        self._storage.poll_invalidations()
        for oid in todo:  # grows while it is walked: what is found refers to more
            if oid not in found and oid not in outside:
                found[oid] = self._storage.load(oid)[0]
                todo.extend(referencesf(found[oid]))
        return found

    def __len__(self) -> int:
        """How many records a copy is."""
        return len(self._pieces)

    def copy(self, transaction: Any, other: Mapping[str, str]) -> list[bytes]:
        """Write the branch once more within a transaction of the storage; the oids of its roots.

        other  the id or text that stands in place of each of `ids` and `texts`. Ids that are keys
               of one BTree must keep their order, or nothing is found in it any more.
        """
        storage = self._storage
        oids = [storage.new_oid() for _record in self._pieces]
        names = [*(_OID + oid for oid in oids), *(other[name].encode() for name in self._ids),
                 *(_written(other[text]) for text in self._texts)]
        for oid, (pieces, holes) in zip(oids, self._pieces, strict=True):
            pieces[1::2] = [names[hole] for hole in holes]
            storage.store(oid, z64, b"".join(pieces), "", transaction)
        return oids[:self._roots]


def _written(text: str) -> bytes:
    content = text.encode()
    return b"X" + len(content).to_bytes(4, "little") + content


def _cut(record: bytes, places: re.Pattern[bytes],
         holes: Mapping[bytes, int]) -> tuple[list[bytes], list[int]]:
    """The record in pieces, a hole between every two, and what each hole takes."""
    pieces, wanted, end = [], [], 0
    for place in places.finditer(record):
        if place[0] in holes:
            pieces += [record[end:place.start()], b""]
            wanted.append(holes[place[0]])
            end = place.end()
    return [*pieces, record[end:]], wanted
