"""The road of one hand-in on PostgreSQL, and what is particular to that storage."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg2.extensions import parse_dsn
from transaction import TransactionManager
from transaction.interfaces import TransientError
from ZODB.utils import u64

from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.people.actions import erase, person_with
from lms_leiderschap.progress.privacy import export_person
from lms_leiderschap.store import silence
from lms_leiderschap.store.packing import pack
from lms_leiderschap.store.postgresql import CACHED_FOR, forget_old_blobs
from lms_leiderschap.store.root import IDLE, institution_in
from lms_leiderschap.web.jobs import AWAY
from tests.conftest import NOW
from tests.postgresql import connected
from tests.reliability.on_postgresql import NOTE, PDF, Site, assessed, filled_in, versions

ONCE = [[hashlib.sha256(PDF).hexdigest()]]
COMMIT_LOCK = "SELECT pg_advisory_lock(-1)"  # RelStorage: postgresql/locker.py


def cache_of(site: Site) -> Any:
    return site.registry.lms.blob_cache / "noord"


def database_of(site: Site) -> Any:
    return site.registry.databases.database(site.registry.lms.institutions[0])


def others(site: Site) -> int:
    """How many connections the server has to the database."""
    [(count,)] = site.server.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = 'cut_off'")
    return int(count)


@pytest.mark.promise("A1", "A9")
def test_handed_in_assessed_released_exported_and_packed(site: Site) -> None:
    form, work = filled_in(site)
    receipt = form.submit("hand_in", status=303).follow()
    assert hashlib.sha256(PDF).hexdigest()[:4] in receipt
    form, version = assessed(site)
    form.submit("ready", status=303)
    site.browse("pieter").get(version).forms[0].submit("release", status=303)
    packed = pack(database_of(site), minutes=0)
    assert packed.wrong == ()
    site.registry.databases.close()
    assert NOTE in site.browse("anna").get(f"{version}feedback")

    def exported(institution: Any) -> str:
        return str(export_person(person_with(institution, "anna@noord.test"), []))

    assert NOTE in site.within(exported)
    assert versions(site, work) == ONCE


def test_files_are_in_the_database_and_the_cache_may_go(site: Site) -> None:
    form, work = filled_in(site)
    form.submit("hand_in", status=303)
    site.registry.databases.close()
    shutil.rmtree(cache_of(site))
    assert versions(site, work) == ONCE


@pytest.mark.promise("E5")
def test_what_nobody_opened_for_a_day_leaves_the_cache(site: Site) -> None:
    form, work = filled_in(site)
    form.submit("hand_in", status=303)
    forget_old_blobs(cache_of(site), time.time() + CACHED_FOR - 60)
    assert versions(site, work) == ONCE
    assert list(cache_of(site).rglob("*.blob"))
    forget_old_blobs(cache_of(site), time.time() + CACHED_FOR + 60)
    assert [path for path in cache_of(site).rglob("*") if path.is_file()] == [
        cache_of(site) / ".layout"]
    assert versions(site, work) == ONCE


@pytest.mark.promise("E5")
def test_what_is_erased_leaves_the_database_with_the_next_pack(site: Site) -> None:
    form, _work = filled_in(site)
    form.submit("hand_in", status=303)
    assert pieces_with(site, PDF) > 0

    def without_anna(institution: Any) -> None:
        anna = person_with(institution, "anna@noord.test")
        erase(anna, by=SYSTEM, why="", at=NOW, notify=site.registry.notify)

    site.within(without_anna)
    pack(database_of(site), minutes=0)
    assert pieces_with(site, PDF) == 0


def pieces_with(site: Site, content: bytes) -> int:
    """How many pieces of files in the database begin as this one does."""
    begins = site.server.execute("SELECT substring(data for 64) FROM pg_largeobject", "cut_off")
    return sum(bytes(begin) == content[:64] for (begin,) in begins)


def test_an_idle_institution_lets_go_of_its_connections(site: Site) -> None:
    assert site.browse("anna").get("/week").status_int == 200
    assert others(site) > 0
    databases = site.registry.databases
    databases.let_go(time.monotonic())
    assert others(site) > 0
    databases.let_go(time.monotonic() + IDLE)
    assert others(site) == 0
    assert site.browse("anna").get("/week").status_int == 200


def test_neither_jobs_nor_health_keep_an_idle_institution(site: Site) -> None:
    registry, at = site.registry, datetime.now(UTC)
    assert site.browse("anna").get("/week").status_int == 200
    last = time.monotonic()
    registry.jobs.run_once(at)
    assert all(registry.health.parts().values())
    registry.databases.let_go(last + IDLE)
    registry.jobs.run_once(at + timedelta(seconds=1))
    [entry] = registry.lms.institutions
    assert registry.databases.opened(entry) is None  # a server takes a moment to forget them
    registry.jobs.run_once(at + AWAY)
    assert registry.databases.opened(entry) is not None


def test_nobody_who_is_at_work_is_let_go(site: Site) -> None:
    def look(institution: Any) -> int:
        site.registry.databases.let_go(time.monotonic() + IDLE)
        return len(institution.people)

    assert site.within(look) > 0
    storage = database_of(site).storage
    storage.packing = True
    site.registry.databases.let_go(time.monotonic() + IDLE)
    assert database_of(site).storage is storage
    storage.packing = False


@pytest.mark.promise("B1")
def test_a_commit_that_waits_for_others_is_tried_again(site: Site) -> None:
    form, work = filled_in(site)
    with connected(site.server.dsn("cut_off")) as other:
        other.cursor().execute(COMMIT_LOCK)
        release = threading.Timer(silence.LONGEST, other.close)
        release.start()
        form.submit("hand_in", status=303)
        release.join()
    assert versions(site, work) == ONCE


def test_an_object_that_others_hold_is_a_conflict(site: Site) -> None:
    def touch(institution: Any) -> int:
        institution._p_changed = True
        return u64(institution._p_oid)

    number = site.within(touch)
    with connected(site.server.dsn("cut_off")) as other:
        other.cursor().execute("SELECT pg_advisory_lock(%s)", (number,))
        connection = database_of(site).open(manager := TransactionManager(explicit=True))
        manager.begin()
        touch(institution_in(connection))
        with pytest.raises(TransientError):
            manager.commit()
        manager.abort()
        connection.close()
    site.within(touch)


def test_a_connection_says_what_its_string_leaves_out(site: Site) -> None:
    connections = database_of(site).storage._adapter.connmanager
    connection, cursor = connections.open_for_load()
    try:
        cursor.execute("SHOW client_encoding")
        assert cursor.fetchone() == ("UTF8",)
        cursor.execute("SHOW application_name")
        assert cursor.fetchone() == ("RS: Load",)
        assert parse_dsn(connection.dsn)["tcp_user_timeout"] == "10000"
    finally:
        connections.rollback_and_close(connection, cursor)


def test_packing_may_wait_longer_than_a_request(site: Site) -> None:
    connections = database_of(site).storage._adapter.connmanager
    slow = f"SELECT pg_sleep({silence.LONGEST + 0.5})"
    connection, cursor = connections.open_for_load()
    with silence.patiently():
        cursor.execute(slow)
    with pytest.raises(silence.ServerSilent):
        cursor.execute(slow)
    assert connection.closed
    site.registry.databases.close()
    time.sleep(silence.PROBE_EVERY)  # when somebody may ask again
    assert site.browse("anna").get("/week").status_int == 200
