"""Two who write the same thing at once: one of them is tried again, whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import transaction
from webtest import Upload
from ZODB.DB import DB
from ZODB.POSException import ConflictError

from lms_leiderschap.store.durable import DurableFileStorage
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission.events import SubmissionReceived
from tests.conftest import NOW

WORK = "kwaliteitszorg.vergelijking-kwaliteitssystemen"
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 400 + b"\nstartxref\n0\n%%EOF\n"


@pytest.fixture
def attempts(registry: Any) -> Iterator[list[str]]:
    """Each attempt to hand in; during the first one somebody else writes the same work."""
    found: list[str] = []

    def interfere(event: SubmissionReceived) -> None:
        work = event.submission.work
        found.append(work.key)
        if len(found) == 1:
            _write_elsewhere(registry, path_of(work))

    registry.registerHandler(interfere, (SubmissionReceived,))
    yield found
    registry.unregisterHandler(interfere, (SubmissionReceived,))


def _write_elsewhere(registry: Any, path: tuple[str, ...]) -> None:
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(registry.lms.institutions[0], manager)
    find(institution_in(connection), path)._p_changed = True
    manager.commit()
    connection.close()


@pytest.mark.promise("A6")
def test_conflict_keeps_the_attachment(registry: Any, browse: Any, attempts: list[str]) -> None:
    browser = browse("anna")
    form = browser.get(f"{browser.home}/work/{WORK}/submit").forms["report"]
    form["files"] = [Upload("vergelijking.pdf", PDF)]
    form["names"] = True
    answer = form.submit("hand_in")
    assert answer.status_int == 303, answer.text
    assert attempts == [WORK, WORK]
    assert hashlib.sha256(PDF).hexdigest()[:4] in answer.follow().text

    def look(institution: Any) -> list[bytes]:
        work = find(institution, tuple(f"{browser.home}/work/{WORK}".strip("/").split("/")))
        assert len(work.versions) == 1
        assert not list(work.holder.person.staged)
        return [Path(work.files[name].path()).read_bytes() for name in work.versions["1"].files]

    assert registry.jobs.within(registry.lms.institutions[0], look) == [PDF]


@pytest.mark.promise("E4")
def test_orphan_blobs_are_cleaned_after_a_conflict(tmp_path: Path) -> None:
    blobs = tmp_path / "blobs"
    database = DB(DurableFileStorage(str(tmp_path / "Data.fs"), blob_dir=str(blobs)))
    managers = [transaction.TransactionManager(explicit=True) for _writer in range(2)]
    connections = []
    for manager in managers:
        manager.begin()
        connections.append(database.open(manager))
    for connection in connections:
        _keep_file(connection)
    managers[0].commit()
    with pytest.raises(ConflictError):
        managers[1].commit()
    managers[1].abort()
    assert len(list(blobs.rglob("*.blob"))) == 1
    for connection in connections:
        connection.close()
    database.close()


def _keep_file(connection: Any) -> None:
    file = StoredFile("a.pdf", "application/pdf", NOW)
    connection.add(file)
    with (Path(connection.db().storage.fshelper.base_dir).parent / "source").open("w+b") as source:
        source.write(PDF)
        file.fill(source, connection)
    connection.root()["file"] = file
