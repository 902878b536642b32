"""What belongs to one person is in no byte of any file after erasing and packing."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.addon.data_actions import put_records
from lms_leiderschap.enrolment.actions import enrol
from lms_leiderschap.feedback.actions import add_remark, keep_feedback, make_ready, release
from lms_leiderschap.group.actions import form_group
from lms_leiderschap.people.actions import ask_link, erase, register
from lms_leiderschap.store.backup.making import back_up
from lms_leiderschap.store.backup.repository import Repository
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.packing import pack
from lms_leiderschap.submission.actions import attach, save_part, submit, tick, withdraw
from lms_leiderschap.submission.blocks import blocks_from_text
from tests.conftest import STORAGE

pytestmark = [
    pytest.mark.promise("E5"),
    pytest.mark.part("backup"),
    pytest.mark.skipif(STORAGE == "postgresql", reason="its files are overwritten by VACUUM, when "
                                                       "it comes: docs/operations.md says so"),
]  # fmt: skip
MARK = "merkteken7q"


def a_file(institution: Any, name: str, at: datetime) -> StoredFile:
    file = StoredFile(f"{name} {MARK}.pdf", "application/pdf", at)
    institution._p_jar.add(file)
    file.fill(BytesIO(f"%PDF-1.4 {name} {MARK}".encode() * 50), institution._p_jar)
    return file


def live_here(institution: Any, registry: Any, at: datetime) -> None:
    """A person whose mark is in every field and every file that a person can fill."""

    def act(by: str) -> dict[str, Any]:
        return {"by": by, "at": at}

    edition = institution.programmes["plg-leergang"].editions["2026"]
    pieter = institution.emails[f"pieter@{institution.key}.test"]
    person = register(institution, f"{MARK}@noord.test", f"Given {MARK}", f"Family {MARK}",
                      **act("system"))  # fmt: skip
    me = person.__name__
    enrolment = enrol(edition, person, **act("system"), notify=registry.notify)
    form_group(edition, "Leerteam", "learning_team", [enrolment], **act("system"),
               notify=registry.notify)  # fmt: skip
    person.staged.stage(a_file(institution, "staged", at))
    person.plan["one"] = {"what": MARK}
    ask_link(person, "reset", at=at, notify=registry.notify)
    addon = institution.kept_addons().named("hrm")
    put_records(addon, {("asked", me): ({"answer": MARK}, 1)}, at=at)
    for key, work in enrolment.work.items():
        if work.is_tick:
            tick(work, f"note {MARK}", **act(me))
        elif key == "hrm.ink-met-medewerkers":
            _report(institution, work, registry, me, pieter, at)


def _report(institution: Any, work: Any, registry: Any, me: str, pieter: str, at: datetime) -> None:
    """Two versions, of which one was taken back, and feedback that quotes them."""
    def answer(text: str) -> dict[str, Any]:
        return {"blocks": blocks_from_text(f"{text} {MARK}")}

    without = [part.key for part in work.report.parts]
    save_part(work, "situation", answer("draft"), serial=0, by=me, at=at)
    attach(work, a_file(institution, "attached", at), name=f"{MARK}.pdf",
           media_type="application/pdf", by=me, at=at)  # fmt: skip
    first = submit(work, {"situation": (answer("first"), None)}, key="a", by=me, at=at,
                   without=without, notify=registry.notify)  # fmt: skip
    withdraw(first, by=me, at=at, notify=registry.notify)
    again = answer("second")
    version = submit(work, {"situation": (again, None)}, key="b", by=me, at=at,
                     without=without, notify=registry.notify)  # fmt: skip
    [block] = again["blocks"]
    anchor = {"version": version.id, "part": "situation", "block": block["id"], "start": 0,
              "end": 6, "quote": "second"}  # fmt: skip
    add_remark(version, pieter, "strong", f"remark {MARK}", anchor, at=at)
    given = keep_feedback(
        version, pieter, notes={"situation": f"feedback {MARK}"}, choices={},
        steps=[f"step {MARK}"], decision="returned",
        until=(at + timedelta(days=30)).isoformat(), serial=None, at=at,
    )  # fmt: skip
    make_ready(given, at=at, notify=registry.notify)
    release(given, by=pieter, at=at, notify=registry.notify)


def places(*directories: Path) -> Iterator[str]:
    """Files that hold the mark, in their name or in their bytes."""
    for directory in directories:
        for path in directory.rglob("*"):
            if MARK in path.name or (path.is_file() and MARK.encode() in content(path)):
                yield str(path)


def content(path: Path) -> bytes:
    """The bytes of a file, of a compressed one those that were compressed."""
    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def test_no_byte_of_any_file_is_left(registry: Any, tmp_path: Path, figure: Any) -> None:
    entry, here = registry.lms.institutions[0], registry.lms.side.parent
    at = datetime.now(UTC)
    registry.jobs.within(entry, lambda one: live_here(one, registry, at))
    person_id = registry.jobs.within(entry, lambda one: one.emails[f"{MARK}@noord.test"])
    registry.side.begin_session(entry.key, person_id, at, method=MARK)
    repository = Repository(tmp_path / "repository", registry.lms.signing_keys(entry))
    back_up(entry.storage, repository, entry.key, "0")
    assert len(list(places(here))) >= 3 and list(places(tmp_path))

    def forget(institution: Any) -> None:
        registry.side.forget(entry.key, person_id)
        erase(institution.people[person_id], by="system", why="op eigen verzoek", at=at,
              notify=registry.notify)  # fmt: skip

    registry.jobs.within(entry, forget)
    registry.jobs.run_once(datetime.now(UTC))
    assert pack(registry.databases.database(entry), minutes=0).wrong == ()
    found = list(places(here))
    registry.databases.close()
    assert found == [] and list(places(here)) == []
    figure("files that still hold something of who was erased", len(found), "files", at_most=0)
    registry.jobs.within(entry, lambda one: one.audit.seal())
    back_up(entry.storage, repository, entry.key, "0")
    assert repository.prune(at + timedelta(days=31), timedelta(days=30)) == 1
    figure("places in backups after 30 days", len(list(places(tmp_path))), "files", at_most=0)
