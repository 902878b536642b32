"""What lies in the database: core classes only, each with its version and its rules of privacy."""

from __future__ import annotations

import importlib
import pickletools
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
import transaction
from persistent import Persistent

import lms_leiderschap

ALLOWED = ("lms_leiderschap.", "BTrees.", "persistent.", "ZODB.blob", "datetime", "zoneinfo",
           "builtins", "copyreg", "copy_reg")  # fmt: skip


def stored_classes() -> list[type]:
    for module in pkgutil.walk_packages(lms_leiderschap.__path__, "lms_leiderschap."):
        if module.name.endswith((".model", ".file", ".folder", ".index")):
            importlib.import_module(module.name)
    found, left = [], [Persistent]
    while left:
        for kind in left.pop().__subclasses__():
            left.append(kind)
            if kind.__module__.startswith("lms_leiderschap."):
                found.append(kind)
    return sorted(set(found), key=lambda kind: kind.__qualname__)


@pytest.mark.parametrize("kind", stored_classes(), ids=lambda kind: kind.__qualname__)
def test_a_stored_class_says_what_it_keeps_and_how_long(kind: type) -> None:
    assert isinstance(kind.schema, int)  # type: ignore[attr-defined]
    assert isinstance(kind.personal, tuple)  # type: ignore[attr-defined]
    assert isinstance(kind.retention, str) and kind.retention  # type: ignore[attr-defined]


def globals_of(pickle: bytes) -> Iterator[str]:
    """Dotted names of the classes and functions that a record needs to be read."""
    strings: list[str] = []
    for opcode, argument, _place in pickletools.genops(pickle):
        if opcode.name == "GLOBAL":
            yield str(argument).replace(" ", ".")
        elif opcode.name == "STACK_GLOBAL":
            yield ".".join(strings[-2:])
        elif isinstance(argument, str):
            strings.append(argument)


def records(registry: Any) -> Iterator[bytes]:
    entry = registry.lms.institutions[0]
    database = registry.databases.database(entry)
    storage = database.storage
    connection = registry.databases.connect(entry, transaction.TransactionManager())
    seen, left = set(), [connection.root()._p_oid]
    from ZODB.serialize import referencesf

    while left:
        oid = left.pop()
        if oid not in seen:
            seen.add(oid)
            data, _serial = storage.load(oid)
            left += referencesf(data)
            yield data
    connection.close()


@pytest.mark.usefixtures("places")
def test_no_record_needs_anything_but_the_core(registry: Any) -> None:
    found = list(records(registry))
    names = {name for data in found for name in globals_of(data)}
    scanned = ("submission.model.Submission", "store.file.StoredFile", "feedback.model.Feedback",
               "feedback.model.Remark", "group.model.Group", "institution.model.Sharded",
               "institution.model.AuditLog")  # fmt: skip
    assert {f"lms_leiderschap.{name}" for name in scanned} <= names
    whole = b"".join(found)
    for written in (b"receipt", b"feedback.released", b"group.formed", b"seal"):
        assert written in whole  # mail that waits, lines of the log, sealed ones among them
    strange = {name for name in names if not name.startswith(ALLOWED)}
    assert not strange
