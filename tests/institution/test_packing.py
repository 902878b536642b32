"""The nightly packing, as the jobs do it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import transaction

from lms_leiderschap.app import configure
from lms_leiderschap.institution.actions import found
from tests.conftest import settings_in

MARK = "merkteken7q"
AT_NIGHT = datetime(2026, 1, 1, 2, 30, tzinfo=UTC)  # half past three in Amsterdam


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Any:
    """An application with one institution on SQLite, in whose address there was a mark."""
    pytest.importorskip("relstorage", reason="RelStorage is an extra")
    registry = configure(settings_in(tmp_path, f"sqlite:{tmp_path / 'noord'}")).registry
    [entry] = registry.lms.institutions
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(entry, manager)
    found(connection, entry.key, "Academie Noord", address=MARK)
    manager.commit()
    connection.close()
    registry.jobs.within(entry, lambda one: setattr(one, "address", ""))
    yield registry
    registry.databases.close()
    registry.side.close()


def places(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()
            if path.is_file() and MARK.encode() in path.read_bytes()]  # fmt: skip


@pytest.mark.promise("E5")
def test_what_was_replaced_leaves_the_log_of_sqlite_too(
    on_sqlite: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    directory = tmp_path / "noord"
    assert places(directory) == ["main.sqlite3-wal"]
    with caplog.at_level(logging.WARNING, "lms_leiderschap.store.packing"):
        on_sqlite.jobs.run_once(AT_NIGHT)
    assert caplog.messages == [] and places(directory) == []
