"""An object that is loaded while garbage is collected keeps its state."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import transaction
from persistent.mapping import PersistentMapping

from lms_leiderschap.store.database import Database
from lms_leiderschap.store.storages import open_storage
from tests.conftest import storage_in

HOLDS_UP = 1.0  # seconds that destroying something takes, unless the other thread was faster


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Any]:
    database = Database(open_storage(storage_in(tmp_path, "ghosts")))
    manager = transaction.TransactionManager()
    connection = database.open(manager)
    connection.root()["parent"] = parent = PersistentMapping()
    parent["child"] = PersistentMapping({"name": "Anna"})
    manager.commit()
    connection.cacheMinimize()
    yield connection
    manager.abort()
    connection.close()
    database.close()


@pytest.mark.promise("A1", "B1", "B8")
def test_what_is_loaded_while_garbage_is_collected_keeps_its_state(connection: Any) -> None:
    begun, loaded, found = threading.Event(), threading.Event(), []

    def last_words(_gone: Any) -> None:
        begun.set()
        loaded.wait(HOLDS_UP)

    oid = connection.root()["parent"]["child"]._p_oid
    connection.cacheMinimize()
    gc.collect()
    gc.disable()
    try:
        garbage: list[Any] = []
        child = connection.get(oid)
        # The collector knows no code objects, so this one goes in the middle of its destroying.
        slow = compile("0", "", "eval")
        told = weakref.ref(slow, last_words)
        garbage += [garbage, child, slow]
        del garbage, child, slow

        def load() -> None:
            assert begun.wait(20)
            child = connection.get(oid)
            found.append(child)
            child.get("name")
            loaded.set()

        loading = threading.Thread(target=load)
        loading.start()
        gc.collect()
        loading.join()
    finally:
        gc.enable()
    assert loaded.is_set() and told() is None
    assert dict(found[0]) == {"name": "Anna"}
