"""Whatever is wrong in a database is found, and named by its path."""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ZODB.DB import DB

from lms_leiderschap import in_slices
from lms_leiderschap.cli.upkeep import repair, wrong_with
from lms_leiderschap.feedback.invariants import broken
from lms_leiderschap.feedback.queue import make_lists, queue
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.store.index import packed
from lms_leiderschap.store.packing import pack
from lms_leiderschap.store.storages import directory_in, open_storage
from lms_leiderschap.store.verifying import EMPTY, findings
from tests.architecture.conftest import places

__all__ = ["places"]
pytestmark = [
    pytest.mark.promise("E4"), pytest.mark.part("backup"), pytest.mark.usefixtures("places"),
]  # fmt: skip
Change = Callable[[Any], None]


def work_of(institution: Any) -> Any:
    edition = institution.programmes["plg-leergang"].editions["2026"]
    for enrolment in edition.enrolments.values():
        work = enrolment.work["hrm.ink-met-medewerkers"]
        if len(work.versions):
            return work
    raise AssertionError


def version_of(institution: Any) -> Any:
    return work_of(institution).versions["1"]


def _text(one: Any) -> None:
    version_of(one).answers = {"situation": {"blocks": []}}


def _receipt(one: Any) -> None:
    version_of(one).receipt = version_of(one).receipt | {"id": "x"}


def _file(one: Any) -> None:
    next(iter(work_of(one).files.values())).sha256 = "0" * 64


def _version(one: Any) -> None:
    work_of(one).versions.remove("1")


def _row(one: Any) -> None:
    work_of(one).holder.rows[work_of(one).key] = packed({"state": "open"})


def _line(one: Any) -> None:
    released = queue(work_of(one).edition, "released")
    [key] = [key for key, row in released.items() if "enrolments" in row["path"]]
    released.drop(key)


def _stale(one: Any) -> None:
    released = queue(work_of(one).edition, "released")
    [(key, row)] = [pair for pair in released.items() if "enrolments" in pair[1]["path"]]
    released.put(key, row | {"number": row["number"] + 1})


def _no_version(one: Any) -> None:
    path = "/".join(path_of(work_of(one)))
    queue(work_of(one).edition, "waiting").put(("2026", "x"), {"path": path})


def _outcome(one: Any) -> None:
    version_of(one).outcome = "met"


def _remark(one: Any) -> None:
    [feedback] = version_of(one).feedback.values()
    next(iter(feedback.remarks.values())).version = "x"


def _log(one: Any) -> None:
    one.audit.sealed[2] = one.audit.sealed[2] | {"by": "x"}


CHANGES = (_text, _receipt, _file, _version, _row, _line, _stale, _no_version, _outcome,
           _remark, _log)


@pytest.mark.promise("B8")
def test_what_does_not_agree_is_found(tree: Any, figure: Any) -> None:
    def found() -> list[str]:
        return [each for module in in_slices("invariants") for each in module.broken(tree)]

    assert found() == []
    missed = []
    for change in CHANGES:
        change(tree)
        missed += [] if found() else [change.__name__]
        tree._p_jar.transaction_manager.abort()
        tree._p_jar.transaction_manager.begin()
    assert found() == [] and missed == []
    figure("ways to disagree that were not found", len(missed), f"of {len(CHANGES)}", at_most=0)


def test_a_row_that_teachers_of_another_edition_would_read_is_found(tree: Any) -> None:
    edition = work_of(tree).edition
    voorjaar = Edition("2027", "Voorjaar", "PLG", address="u", promise_days=10)
    other = edition.__parent__.add("2027", voorjaar)
    make_lists(other)
    assert list(broken(tree)) == []
    queue(other, "released").put(*next(queue(edition, "released").items()))
    assert ["does not belong in it" in each for each in broken(tree)] == [True]


def test_lists_are_rebuilt_from_what_they_stand_for(registry: Any) -> None:
    entry = registry.lms.institutions[0]

    def spoil(one: Any) -> None:
        _row(one)
        _line(one)
        key = ("2026", "nobody")
        queue(work_of(one).edition, "waiting").put(key, {"path": "nowhere"})

    registry.jobs.within(entry, spoil)
    assert len(wrong_with(registry.lms, entry)) == 3
    options = argparse.Namespace(registry=registry, institution=entry.key)
    assert repair(options) == 0
    lines = registry.jobs.within(entry, lambda one: list(one.audit.waiting.items()))
    named = [line["about"] for _at, line in lines if line["verb"] == "lists.rebuilt"]
    assert named and all("/editions/" in about for about in named)
    assert wrong_with(registry.lms, entry) == []


def test_files_of_blobs_that_went_and_that_came_from_nowhere(registry: Any) -> None:
    entry = registry.lms.institutions[0]
    directory = directory_in(registry.databases.database(entry))
    if directory is None:
        pytest.skip("blobs are rows: none can go by itself")
    blobs = sorted(directory.glob("blobs/**/*.blob"))
    whole = blobs[0].read_bytes()
    at = random.randrange(len(whole))
    blobs[0].chmod(0o600)
    blobs[0].write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
    assert any("that were received" in each for each in wrong_with(registry.lms, entry))
    blobs[0].write_bytes(whole)
    assert wrong_with(registry.lms, entry) == []
    orphan = blobs[0].with_name("0x03f0000000000000.blob")
    orphan.write_bytes(b"left by a kill")
    assert wrong_with(registry.lms, entry) == []  # it may belong to a transaction at hand
    ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(orphan, (ago, ago))
    assert [str(orphan) in each for each in wrong_with(registry.lms, entry)] == [True]
    assert pack(registry.databases.database(entry)).orphans == 1
    assert wrong_with(registry.lms, entry) == []
    blobs[0].unlink()
    assert any("not there" in each for each in wrong_with(registry.lms, entry))


def test_a_place_without_an_institution_is_not_as_it_should_be(tmp_path: Path) -> None:
    database = DB(open_storage(f"file:{tmp_path / 'other'}"))
    assert list(findings(database)) == [EMPTY]
    database.close()
