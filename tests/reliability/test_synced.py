"""Whatever was acknowledged is on the disk: seen by strace, not believed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.server import free_port
from lms_leiderschap.demo.bulk import teacher_email
from tests.conftest import STORAGE
from tests.reliability import live, traced
from tests.reliability.at_work import Heard, Participant, Teacher

WITHOUT_JOBS = "[app:main]\nlms.jobs = false"  # so that each write belongs to the answer after it
SEE_OTHER, SAVED = "HTTP/1.1 303", "HTTP/1.1 200"
DONE = "DONE"
OPEN = f"""
import io, os, sys
from datetime import UTC, datetime
from pathlib import Path
from ZODB.DB import DB
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.storages import open_storage
database = DB(open_storage("{STORAGE}:" + sys.argv[1]))
def keep(name):
    with database.transaction() as connection:
        file = StoredFile("a.pdf", "application/pdf", datetime.now(UTC))
        connection.add(file)
        file.fill(io.BytesIO(b"x" * 100_000), connection)
        connection.root()[name] = file
"""
KEEP = OPEN + f"""
for name in ("one", "two"):
    keep(name)
    os.write(1, b"{DONE}")
"""
LOGS = {"file": "Data.fs", "sqlite": "main.sqlite3-wal"}
PACK = OPEN + f"""
import time
from lms_leiderschap.store.packing import pack
for _time in range(2):
    keep("one")
keep("two")
pack(database, minutes=0)
os.write(1, b"{DONE}")
"""
BACK_UP = OPEN + f"""
from lms_leiderschap.store.backup.making import back_up
from lms_leiderschap.store.backup.repository import Repository
from lms_leiderschap.store.backup.restoring import restore
place = Path(sys.argv[1]).parent / "away"
repository = Repository(place / "repositories" / "demo", [b"key"])
for name in ("one", "two"):
    keep(name)
    back_up("{STORAGE}:" + sys.argv[1], repository, "demo", "0")
restore(repository, None, place / "back" / "demo")
os.write(1, b"{DONE}")
"""
KEYS = f"""
import os, sys
from lms_leiderschap.cli import settings_of
settings = settings_of(sys.argv[1])
for entry in settings.institutions:
    settings.secret(entry)
os.write(1, b"{DONE}")
"""


@pytest.mark.slow
@pytest.mark.part("faults")
@pytest.mark.promise("A2", "A9")
def test_the_disk_has_what_was_acknowledged(
    tmp_path: Path, figure: Callable[..., None]
) -> None:
    if STORAGE == "postgresql":
        pytest.skip("PostgreSQL itself syncs; that it is asked to is a setting of its own")
    traced.strace()
    ini, sheets = live.make(tmp_path, 1)
    ini.write_text(ini.read_text("utf-8").replace("[app:main]", WITHOUT_JOBS), "utf-8")
    who = [sheets[0].email, teacher_email(1)]
    with live.opened(ini) as registry:
        cookies = live.sessions(registry, who)
    server, told, heard = live.serve(ini, free_port()), tmp_path / "told", Heard()
    participant = Participant(server.port, heard, sheets[:3], cookies)
    teacher = Teacher(server.port, heard, cookies[who[1]])
    try:
        for worker in (participant, teacher):  # connections and caches are open from here on
            worker.work()
        there = list((tmp_path / "database").rglob("*"))
        with traced.watching([server.pid, *server.children()], told):
            for worker in (participant, teacher, participant, teacher):
                worker.work()
    finally:
        participant.browser.close()
        teacher.browser.close()
        server.stop()
    assert heard.wrong == []
    answers, autosaves = (traced.unsynced(told, tmp_path / "database", answer, there)
                          for answer in (SEE_OTHER, SAVED))  # fmt: skip
    figure("answers watched", len(answers), "answers", at_least=6)
    left = set().union(*answers, *autosaves)
    figure("paths not synced", len(left), "paths")
    assert left == set()


@pytest.mark.part("faults")
@pytest.mark.promise("A2")
def test_a_file_is_on_the_disk_before_the_record_that_names_it(tmp_path: Path) -> None:
    if STORAGE not in LOGS:
        pytest.skip("PostgreSQL keeps files as rows")
    told, database = tmp_path / "told", tmp_path / "database"
    assert traced.run([sys.executable, "-W", "ignore", "-c", KEEP, str(database)], told) == 0
    assert traced.unsynced(told, database, DONE) == [set(), set()]
    synced = traced.synced(told)
    blobs = [at for at, path in enumerate(synced) if path.suffix == ".blob"]
    names = [path.name for path in synced]
    first, second = (synced[blob + 1:names.index(LOGS[STORAGE], blob)] for blob in blobs)
    assert first == [folder for folder in synced[blobs[0]].parents
                     if folder.is_relative_to(database / "blobs")]  # fmt: skip
    # Of the second only its own folder and the one that this folder is new in.
    assert second == [*synced[blobs[1]].parents][:2]


@pytest.mark.part("faults")
@pytest.mark.promise("A2", "E3")
def test_the_disk_has_what_was_packed(tmp_path: Path, figure: Callable[..., None]) -> None:
    if STORAGE == "postgresql":
        pytest.skip("PostgreSQL keeps its own files")
    left = _left_by(PACK, tmp_path / "database", tmp_path)
    figure("paths not synced after packing", len(left), "paths")
    assert left == set()


@pytest.mark.part("faults")
@pytest.mark.promise("A2", "E2")
def test_the_disk_has_a_backup_and_what_is_brought_back(
    tmp_path: Path, figure: Callable[..., None]
) -> None:
    if STORAGE == "postgresql":
        pytest.skip("PostgreSQL makes its own backups")
    traced.strace()
    away = tmp_path / "away"
    away.mkdir()
    left = _left_by(BACK_UP, away, tmp_path, str(tmp_path / "database"))
    figure("paths not synced after a backup and a restore", len(left), "paths")
    assert left == set()


@pytest.mark.part("faults")
@pytest.mark.promise("A2", "A7")
def test_the_disk_has_the_keys_that_receipts_are_signed_with(
    tmp_path: Path, figure: Callable[..., None]
) -> None:
    ini = live.write_settings(tmp_path)
    left = _left_by(KEYS, tmp_path / "keys", tmp_path, str(ini))
    figure("paths of keys not synced", len(left), "paths")
    assert left == set()


def _left_by(script: str, directory: Path, place: Path, argument: str = "") -> set[str]:
    """Paths that the disk may not have when a script says that it is done."""
    told = place / "told"
    command = [sys.executable, "-W", "ignore", "-c", script, argument or str(directory)]
    assert traced.run(command, told) == 0
    [left] = traced.unsynced(told, directory, DONE)
    return left
