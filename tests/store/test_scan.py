"""What only a plugin could read is found wherever it stands in a record."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import transaction
from persistent import Persistent
from persistent.mapping import PersistentMapping
from ZODB.DB import DB
from ZODB.utils import oid_repr

from lms_leiderschap.store.scan import scan
from lms_leiderschap.store.storages import open_storage


class Plain(str):
    """A text that a plugin made its own."""


class Kept(Persistent):
    """An object that a plugin made its own."""


@pytest.fixture(autouse=True)
def module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both classes as they would be called when a plugin brought them."""
    brought = types.ModuleType("lms_proef")
    for kind in (Plain, Kept):
        monkeypatch.setattr(kind, "__module__", "lms_proef")
        setattr(brought, kind.__name__, kind)
    monkeypatch.setitem(sys.modules, "lms_proef", brought)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[DB]:
    database = DB(open_storage(f"file:{tmp_path / 'db'}"))
    yield database
    database.close()


def keep(database: DB, value: Any) -> None:
    manager = transaction.TransactionManager()
    connection = database.open(transaction_manager=manager)
    connection.root()["kept"] = PersistentMapping({"inside": [{"value": value}]})
    manager.commit()
    connection.close()


def test_plain_values_are_nobodys(database: DB) -> None:
    keep(database, {"a": [1, 2.5, None, True, "tekst"]})
    found = scan(database)
    assert found.records == 2
    assert not found.strange


@pytest.mark.parametrize(("value", "name"), [
    (Plain("tekst"), "lms_proef.Plain"), (Kept(), "lms_proef.Kept"), (Plain, "lms_proef.Plain"),
])  # fmt: skip
def test_a_class_of_a_plugin_is_named(database: DB, value: Any, name: str) -> None:
    keep(database, value)
    assert scan(database).strange == {name}


def test_a_record_that_is_damaged_in_the_file_is_one_finding(tmp_path: Path) -> None:
    database = DB(open_storage(f"file:{tmp_path}"))
    with database.transaction() as connection:
        for name in ("one", "two"):
            connection.root()[name] = PersistentMapping()
    with database.transaction() as connection:
        oid = connection.root()["one"]._p_oid
    with (tmp_path / "Data.fs").open("r+b") as file:
        file.seek(database.storage._index[oid])
        file.write(b"\xff" * 8)
    found = scan(database)
    database.close()
    [sentence] = found.missing
    assert oid_repr(oid) in sentence and "cannot be read" in sentence
    assert found.records == 2
