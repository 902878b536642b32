"""The storage keeps what was acknowledged, and lets go of what was packed away."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ZODB.Connection import TransactionMetaData
from ZODB.DB import DB
from ZODB.utils import p64

from lms_leiderschap.store import durable
from lms_leiderschap.store.durable import DurableFileStorage, sync_path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[DB]:
    storage = DurableFileStorage(
        str(tmp_path / "Data.fs"), blob_dir=str(tmp_path / "blobs"), pack_keep_old=False
    )
    database = DB(storage)
    yield database
    database.close()


def write(database: DB, **values: Any) -> None:
    with database.transaction() as connection:
        connection.root().update(values)


def test_packing_waits_for_a_transaction_that_is_being_stored(
    database: DB, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(database, text="before")
    write(database, text="again")
    storage = database.storage
    packed, stored = threading.Event(), threading.Event()

    def sync_and_wait(path: str) -> None:
        """The moment between the packing and the emptying of the scratch file."""
        sync_path(path)
        packed.set()
        stored.wait(20)

    monkeypatch.setattr(durable, "sync_path", sync_and_wait)
    packing = threading.Thread(target=database.pack, daemon=True)
    packing.start()
    assert packed.wait(20)
    begun = TransactionMetaData()
    storage.tpc_begin(begun)
    data, serial = storage.load(p64(0))
    storage.store(p64(0), serial, data.replace(b"again", b"AGAIN"), "", begun)
    stored.set()
    packing.join(1)  # must still be waiting for this transaction
    storage.tpc_vote(begun)
    storage.tpc_finish(begun)
    packing.join(20)
    assert not packing.is_alive()
    monkeypatch.undo()
    with database.transaction() as connection:
        connection.cacheMinimize()
        assert connection.root()["text"] == "AGAIN"


def test_what_was_packed_away_is_on_no_disk(database: DB, tmp_path: Path) -> None:
    write(database, text="MERKTEKEN-DAT-WEG-MOET")
    write(database, text="iets anders")
    database.pack(time.time() + 1)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"MERKTEKEN-DAT-WEG-MOET" not in path.read_bytes(), path.name
