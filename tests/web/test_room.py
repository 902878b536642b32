"""A disk that is nearly full: what writes is refused before it begins, and no word is lost."""

from __future__ import annotations

import errno
import logging
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from webtest import Upload

from lms_leiderschap.settings import InstitutionEntry
from lms_leiderschap.store.room import COPIES, disk_of, disks, lacks_room
from lms_leiderschap.web import alarms
from lms_leiderschap.web.alarms import DiskAlarm
from lms_leiderschap.web.errors import DISK_FULL, is_full
from tests.conftest import PASSWORD, STORAGE
from tests.submission.files import pdf
from tests.submission.test_pages import FREE, Desk, hand_in

TEXT = "Wat ik op mijn school zag, in eigen woorden & met <tekens>.\nEn een tweede regel."

our_disk = pytest.mark.skipif(
    STORAGE == "postgresql", reason="a server keeps the database, and looks after its own disk"
)


def reserve(registry: Any, size: int) -> Any:
    return replace(registry.lms, disk_reserve=size)


@our_disk
@pytest.mark.promise("A10")
def test_what_writes_is_refused_with_its_text_and_goes_on_without_a_restart(
    browse: Any, registry: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(browse("anna"), FREE)
    form = desk.form()
    form["text"] = TEXT
    with monkeypatch.context() as full, caplog.at_level(logging.CRITICAL):
        full.setattr(registry, "lms", reserve(registry, 2**62))
        refused = hand_in(form, status=507)
        assert refused.html.select_one(".prose p").text == TEXT.splitlines()[0]
        desk.page("submit", status=200)
        assert desk.autosaves("text", 0, [("text", TEXT)], status=507)
    assert any("disk full" in line for line in caplog.messages)
    again = refused.forms[0].submit(status=303).follow()
    assert again.request.path.endswith("/receipt")


@our_disk
@pytest.mark.promise("A10")
def test_a_form_with_files_shows_its_text_but_is_not_sent_again_without_them(
    browse: Any, registry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = Desk(browse("anna"), FREE).form()
    form["text"], form["files"] = TEXT, [Upload("verslag.pdf", pdf([["Tekst"]]))]
    monkeypatch.setattr(registry, "lms", reserve(registry, 2**62))
    refused = hand_in(form, status=507)
    assert TEXT.splitlines()[1] in refused.html.select_one(".prose").text
    assert not refused.forms


@pytest.mark.promise("A10")
def test_reading_and_signing_in_and_out_need_no_room(
    browse: Any, registry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "lms", reserve(registry, 2**62))
    anna = browse()
    form = anna.get("/sign-in").forms["form"]
    form["email"], form["password"] = "anna@noord.test", PASSWORD
    form.submit("sign_in", status=303)
    page = anna.get("/profile", status=200)
    out = next(form for form in page.forms.values() if form.action == "/sign-out")
    out.submit(status=303)
    anna.get("/profile", status=303)


@our_disk
@pytest.mark.promise("A10")
def test_a_password_does_not_come_back_on_the_page(
    browse: Any, registry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = browse("anna")
    form = anna.get("/change-password").forms["form"]
    form["current"], form["password"] = PASSWORD, "een heel nieuw wachtwoord"
    monkeypatch.setattr(registry, "lms", reserve(registry, 2**62))
    answer = form.submit("change", status=507).text
    assert "heel nieuw" not in answer and PASSWORD not in answer


def test_twice_what_arrives_must_fit_above_the_reserve(registry: Any, tmp_path: Path) -> None:
    entry = InstitutionEntry("a", (), "http://a", f"file:{tmp_path / 'not' / 'made'}")
    half = disk_of(tmp_path).free // 2
    settings = reserve(registry, half)
    assert not lacks_room(settings, entry, half // 2 // COPIES)
    assert lacks_room(settings, entry, half * 2 // COPIES)
    assert lacks_room(settings, entry, 2 * half)


def test_a_database_that_a_server_keeps_has_its_own_disk(registry: Any) -> None:
    entry = InstitutionEntry("a", (), "http://a", "postgresql:dbname=a")
    assert not lacks_room(reserve(registry, 2**62), entry, 0)


def test_each_disk_is_looked_at_once(registry: Any) -> None:
    found = disks(registry.lms).values()
    assert len(found) == len({disk.path.stat().st_dev for disk in found})
    assert all(0 < disk.used < 1 and disk.free > 0 for disk in found)


@pytest.mark.promise("A10")
def test_a_disk_that_fills_up_is_told_once_an_hour(
    registry: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alarm, at = DiskAlarm(registry.lms), datetime.now(UTC)
    fill = max(disk.used for disk in disks(registry.lms).values())
    monkeypatch.setattr(alarms, "ALARM", fill + 0.1)
    alarm(None, at)
    assert not caplog.records
    monkeypatch.setattr(alarms, "ALARM", fill - 0.001)
    for minutes in (0, 5, 59, 61):
        alarm(None, at + timedelta(minutes=minutes))
    assert [record.levelname for record in caplog.records] == ["CRITICAL", "CRITICAL"]


def of_sqlite(code: int) -> Exception:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = code
    return error


def of_postgresql(code: str) -> Exception:
    error = Exception("could not extend file")
    error.pgcode = code  # type: ignore[attr-defined]
    return error


@pytest.mark.promise("A10")
@pytest.mark.parametrize(
    ("cause", "full"),
    [
        (OSError(errno.ENOSPC, "full"), True),
        (OSError(errno.EDQUOT, "full"), True),
        (of_sqlite(sqlite3.SQLITE_FULL), True),
        (of_postgresql(DISK_FULL), True),
        (OSError(errno.EIO, "broken"), False),
        (of_sqlite(sqlite3.SQLITE_BUSY), False),
        (of_postgresql("40001"), False),
    ],
    ids=str,
)
def test_a_full_disk_is_known_below_what_a_storage_says(cause: Exception, full: bool) -> None:
    try:
        try:
            raise cause
        except Exception as error:
            raise RuntimeError("the storage could not commit") from error
    except RuntimeError as error:
        assert is_full(error) is full
