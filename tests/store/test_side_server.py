"""The side store in PostgreSQL: several machines, and a server that is away."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg2
import pytest
from psycopg2.errors import LockNotAvailable
from webtest import TestApp

from lms_leiderschap.app import make_app
from lms_leiderschap.demo.bulk import fill_bulk
from lms_leiderschap.settings_file import read_settings
from lms_leiderschap.store.limits import SideStorage
from lms_leiderschap.store.side import SCHEMA, SideStore
from lms_leiderschap.store.silence import PROBE_EVERY
from tests.conftest import settings_in
from tests.postgresql import PostgreSQL

NINE = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PATIENCE = 5.0  # seconds within which a page says that something is away
BACK = 10.0  # seconds after which all is as before


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    """One that may be frozen and stopped."""
    server = PostgreSQL(durable=False)
    server.create("side")
    yield server
    server.remove()


@pytest.fixture
def far(server: PostgreSQL, tmp_path: Path) -> Iterator[SideStore]:
    store = SideStore(tmp_path / "side.sqlite", server.dsn("side"))
    yield store
    store.close()


def begin(side: SideStore) -> str:
    return side.begin_session("hs", "anna", NINE, method="password")


def test_two_machines_share_sessions_and_turns(far: SideStore, server: PostgreSQL) -> None:
    other = SideStore(Path("elsewhere"), server.dsn("side"))
    assert other.session("hs", begin(far), NINE)
    assert far.take_due("hs", "shared", NINE, HOUR)
    assert not other.take_due("hs", "shared", NINE, HOUR)
    other.close()


def test_another_release_starts_again_empty(far: SideStore, server: PostgreSQL) -> None:
    begin(far)
    far.close()
    server.execute(f"ALTER SCHEMA lms_side_{SCHEMA} RENAME TO lms_side_999", "side")
    assert far.sessions("hs", "anna") == []
    assert server.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lms_side%'",
                          "side") == [(f"lms_side_{SCHEMA}",)]  # fmt: skip


def test_tables_lost_while_running_come_back(far: SideStore, server: PostgreSQL) -> None:
    begin(far)
    server.execute(f"DROP SCHEMA lms_side_{SCHEMA} CASCADE", "side")
    assert far.session("hs", begin(far), NINE)


def test_what_postgresql_cannot_keep_of_a_text_is_replaced(far: SideStore) -> None:
    far.begin_session("hs", "bo\x00b", NINE, method="password")
    assert [found.person for found in far.sessions("hs", "bo\ufffdb")] == ["bo\ufffdb"]


def test_a_server_that_starts_again_is_used_at_once(far: SideStore, server: PostgreSQL) -> None:
    begin(far)
    server.stop(signal.SIGQUIT)
    with pytest.raises(psycopg2.OperationalError):
        begin(far)
    server.start()
    assert far.session("hs", begin(far), NINE)


@contextmanager
def frozen_writer(server: PostgreSQL) -> Iterator[None]:
    """Another machine that counted a try of "anna" and moves no more before it commits."""
    other, counted, moves = SideStore("elsewhere", server.dsn("side")), Event(), Event()

    def write(db: Any) -> None:
        db.execute("DELETE FROM rate_entry WHERE institution = 'hs' AND key = 'anna'")
        counted.set()
        moves.wait(60)

    def run() -> None:
        with suppress(psycopg2.Error):
            other.file.write(write, "hs anna")

    thread = Thread(target=run)
    thread.start()
    assert counted.wait(60)
    try:
        yield
    finally:
        moves.set()
        thread.join(60)
        other.close()


def counts(side: SideStore) -> SideStorage:
    return SideStorage(side, "hs", NINE.timestamp)


@pytest.mark.promise("G11")
def test_a_frozen_writer_holds_up_nobody_else(far: SideStore, server: PostgreSQL) -> None:
    with frozen_writer(server):
        assert far.session("hs", begin(far), NINE)  # a new connection
        assert counts(far).acquire_entry("bob", 1, 60)


@pytest.mark.promise("G11")
@pytest.mark.tier("nightly")
def test_whoever_waits_for_a_frozen_writer_hears_it_and_then_has_the_turn(
    far: SideStore, server: PostgreSQL, figure: Any
) -> None:
    with frozen_writer(server):
        begun = time.monotonic()
        with pytest.raises(LockNotAvailable):
            counts(far).acquire_entry("anna", 1, 60)
        figure("told that it is busy", time.monotonic() - begun, "s", at_most=PATIENCE)
        assert far.session("hs", begin(far), NINE)  # a lock is no silence
        while True:
            with suppress(LockNotAvailable):
                assert counts(far).acquire_entry("anna", 1, 60)
                break
            assert time.monotonic() < begun + BACK
        assert not counts(far).acquire_entry("anna", 1, 60)


@pytest.fixture
def app(server: PostgreSQL, tmp_path: Path) -> Iterator[Any]:
    """An application with its sessions on the server, and somebody signed in."""
    settings = replace(settings_in(tmp_path), side_server=server.dsn("side"))
    app = make_app(settings)
    fill_bulk(app.registry, 1, 0)
    browser = TestApp(app, extra_environ={"HTTP_HOST": "noord.test"})
    token = app.registry.side.begin_session("noord", "nobody", datetime.now(UTC), method="test")
    browser.set_cookie("lms", token)
    yield browser
    app.registry.databases.close()
    app.registry.side.close()


@pytest.mark.promise("G11")
def test_while_it_is_away_pages_say_so_soon_and_afterwards_all_is_well(
    app: Any, server: PostgreSQL, figure: Any
) -> None:
    assert app.get("/sign-in").status_int == 200
    with server.frozen():
        for name in ("first", "next"):
            begun = time.monotonic()
            assert app.get("/", status="*").status_int == 503
            figure(f"the {name} page while it is frozen", time.monotonic() - begun, "s",
                   at_most=PATIENCE)  # fmt: skip
    begun = time.monotonic()
    while app.get("/", status="*").status_int == 503:
        assert time.monotonic() < begun + BACK
        time.sleep(PROBE_EVERY / 5)
    figure("from back to well", time.monotonic() - begun, "s", at_most=BACK)


def test_the_setting_is_a_connection_string(tmp_path: Path) -> None:
    (tmp_path / "institutions.toml").write_text(
        '[[institutions]]\nkey = "a"\nurl = "http://a"\nstorage = "sqlite:a"\n', "utf-8")
    lines = {"lms.institutions": "institutions.toml", "lms.side": "postgresql:host=db dbname=side",
             "lms.state": "state"}  # fmt: skip
    found = read_settings(lines, str(tmp_path))
    assert found.side_server == "host=db dbname=side"
    assert found.side.parent == tmp_path / "state"
    assert "dbname" not in repr(found)
