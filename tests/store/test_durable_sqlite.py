"""The count of object ids is no part of what SQLite syncs: it may be lost or behind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from persistent.mapping import PersistentMapping
from ZODB.DB import DB

from lms_leiderschap.store.storages import open_storage

pytest.importorskip("relstorage", reason="RelStorage is an extra")


def keep(directory: Path, name: str) -> None:
    """Thirty objects more, through a database that is opened anew."""
    database = DB(open_storage(f"sqlite:{directory}"))
    with database.transaction() as connection:
        connection.root()[name] = [PersistentMapping(number=number) for number in range(30)]
    database.close()


def numbers(directory: Path, name: str) -> list[int]:
    database = DB(open_storage(f"sqlite:{directory}"))
    with database.transaction() as connection:
        found = [kept["number"] for kept in connection.root()[name]]
    database.close()
    return found


@pytest.mark.promise("A2")
@pytest.mark.parametrize("left", [b"", b"torn by a power cut" * 500], ids=["lost", "torn"])
def test_ids_go_on_after_those_that_are_taken(tmp_path: Path, left: bytes) -> None:
    keep(tmp_path, "before")
    (tmp_path / "oids.sqlite3").write_bytes(left)
    keep(tmp_path, "after")
    assert [numbers(tmp_path, name) for name in ("before", "after")] == [[*range(30)]] * 2


@pytest.mark.promise("A2")
def test_ids_go_on_when_the_count_is_behind(tmp_path: Path) -> None:
    keep(tmp_path, "before")
    with closing(sqlite3.connect(tmp_path / "oids.sqlite3")) as database, database:
        database.execute("UPDATE new_oid SET zoid = 0")
    keep(tmp_path, "after")
    assert [numbers(tmp_path, name) for name in ("before", "after")] == [[*range(30)]] * 2


@pytest.mark.promise("A2")
@pytest.mark.tier("nightly")  # it waits as long as SQLite does
def test_a_count_that_another_process_holds_is_left_alone(tmp_path: Path) -> None:
    keep(tmp_path, "before")
    count = tmp_path / "oids.sqlite3"
    file = count.stat().st_ino
    with closing(sqlite3.connect(count, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            open_storage(f"sqlite:{tmp_path}")
    assert count.stat().st_ino == file
    keep(tmp_path, "after")
    assert [numbers(tmp_path, name) for name in ("before", "after")] == [[*range(30)]] * 2
