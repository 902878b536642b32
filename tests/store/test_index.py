"""Covering lists keep their order, and let several write at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import transaction
from ZODB.DB import DB
from ZODB.DemoStorage import DemoStorage

from lms_leiderschap.store.index import CoveringList

EARLY, LATE = ("2026-01-01", "a"), ("2026-02-01", "b")


@pytest.fixture
def database() -> Iterator[DB]:
    database = DB(DemoStorage())
    with database.transaction() as connection:
        connection.root()["list"] = CoveringList()
    yield database
    database.close()


def test_rows_come_in_order_of_their_key_and_the_guard_is_never_seen() -> None:
    rows = CoveringList()
    assert (list(rows.items()), rows.first(5), len(rows)) == ([], [], 0)
    rows.put(LATE, {"n": 2})
    rows.put(EARLY, {"n": 1})
    rows.put(EARLY, {"n": 3})
    assert list(rows.items()) == rows.first(5) == [(EARLY, {"n": 3}), (LATE, {"n": 2})]
    assert list(rows.items(EARLY)) == [(LATE, {"n": 2})]
    assert len(rows) == 2
    rows.drop(EARLY)
    rows.drop(EARLY)
    assert len(rows) == 1


def at_once(database: DB, *acts: Callable[[Any], None]) -> None:
    """All acts begin from the same state and commit one after the other."""
    managers = [transaction.TransactionManager(explicit=True) for _act in acts]
    connections = []
    for manager in managers:
        manager.begin()
        connections.append(database.open(manager))
    for connection, act in zip(connections, acts, strict=True):
        act(connection.root()["list"])
    for manager, connection in zip(managers, connections, strict=True):
        manager.commit()
        connection.close()


def test_two_writers_do_not_collide_in_an_empty_list(database: DB) -> None:
    at_once(database, lambda rows: rows.put(EARLY, {}), lambda rows: rows.put(LATE, {}))
    with database.transaction() as connection:
        assert len(list(connection.root()["list"].items())) == len(connection.root()["list"]) == 2


def test_the_last_row_may_go_while_another_comes(database: DB) -> None:
    with database.transaction() as connection:
        connection.root()["list"].put(EARLY, {})
    at_once(database, lambda rows: rows.drop(EARLY), lambda rows: rows.put(LATE, {}))
    with database.transaction() as connection:
        assert list(connection.root()["list"].items()) == [(LATE, {})]
