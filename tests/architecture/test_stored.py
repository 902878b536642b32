"""What lies in the database: core classes only, each with its version and its rules of privacy."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from persistent import Persistent

import lms_leiderschap
from lms_leiderschap.store.scan import records, scan


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


@pytest.mark.usefixtures("places")
def test_no_record_needs_anything_but_the_core(registry: Any) -> None:
    database = registry.databases.database(registry.lms.institutions[0])
    found = scan(database)
    scanned = ("submission.model.Submission", "store.file.StoredFile", "feedback.model.Feedback",
               "feedback.model.Remark", "group.model.Group", "institution.model.Sharded",
               "institution.model.AuditLog")  # fmt: skip
    assert {f"lms_leiderschap.{name}" for name in scanned} <= found.names
    whole = b"".join(records(database))
    for written in (b"receipt", b"feedback.released", b"group.formed", b"seal"):
        assert written in whole  # mail that waits, lines of the log, sealed ones among them
    assert not found.strange
