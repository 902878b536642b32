"""Databases of earlier releases open, read and go on."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import transaction

from lms_leiderschap.addon.actions import switch_off
from lms_leiderschap.addon.shelf import bundle_of, plugin_of
from lms_leiderschap.cli import main, settings_of
from lms_leiderschap.cli.upkeep import wrong_with
from lms_leiderschap.progress.privacy import export_person, plain
from lms_leiderschap.progress.week import week_of
from lms_leiderschap.store.root import Databases, institution_in
from lms_leiderschap.submission.actions import save_part
from lms_leiderschap.submission.blocks import blocks_from_text
from lms_leiderschap.submission.model import is_offered
from tests.evolve.keep import INI, INSTITUTIONS

KEPT = sorted(Path(__file__).parent.glob("demo-*.tar.xz"))


@pytest.fixture(params=KEPT, ids=lambda path: path.name)
def ini(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The settings of a kept database, as it was kept."""
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    (tmp_path / "institutions.toml").write_text(INSTITUTIONS)
    (tmp_path / "demo.ini").write_text(INI)
    return tmp_path / "demo.ini"


@pytest.fixture
def kept(ini: Path) -> Iterator[Any]:
    assert main(["evolve", "--no-backup", "--ini", str(ini)]) == 0
    settings = settings_of(str(ini))
    [entry] = settings.institutions
    databases = Databases(settings)
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = databases.connect(entry, manager)
    yield institution_in(connection), manager
    manager.abort()
    connection.close()
    databases.close()


def test_there_is_a_kept_database() -> None:
    assert KEPT


@pytest.mark.promise("G4")
def test_it_is_whole(kept: Any, ini: Path) -> None:
    settings = settings_of(str(ini))
    assert wrong_with(settings, settings.institutions[0]) == []


def test_every_person_and_all_work_can_be_exported(kept: Any) -> None:
    institution, _manager = kept
    people = list(institution.people.values())
    assert len(people) == 22
    for person in people:
        assert export_person(person, [])["person"]["email"]
    for programme in institution.programmes.values():
        assert plain(programme)["title"]


def test_every_participant_still_has_a_week(kept: Any) -> None:
    institution, _manager = kept
    at = datetime.now(UTC)
    weeks = [
        week_of(institution, person, at)
        for person in institution.people.values()
        if person.enrolments
    ]
    assert len(weeks) == 18
    assert all(week.later or week.past for week in weeks)


def test_work_goes_on(kept: Any) -> None:
    institution, manager = kept
    edition = institution.programmes["plg-leergang"].editions["zwolle"]
    enrolment = next(iter(edition.enrolments.values()))
    work = enrolment.work["onderzoekende_school.onderzoeksplan"]
    value = {"blocks": blocks_from_text("Verder.")}
    save_part(work, "motive", value, serial=0, by=enrolment.person_id, at=datetime.now(UTC))
    manager.commit()
    manager.begin()
    assert work.answers()["motive"] == value


def test_files_of_versions_are_whole(kept: Any) -> None:
    institution, _manager = kept
    files = [
        file
        for edition in institution.programmes["plg-leergang"].editions.values()
        for enrolment in edition.enrolments.values()
        for work in enrolment.work.values()
        for file in work.files.values()
    ]
    assert files
    for file in files:
        with file.open() as source:
            assert len(source.read()) == file.size


def test_add_ons_are_on_as_they_were_and_can_be_switched(kept: Any) -> None:
    institution, manager = kept
    shipped = {"hrm", "kwaliteitszorg", "professionele_cultuur", "onderzoekende_school"}
    assert shipped <= set(institution.switched_on())
    edition = institution.programmes["plg-leergang"].editions["zwolle"]
    assert all(is_offered(edition, row["key"]) for row in edition.plan)
    switch_off(institution, "hrm", by="system", at=datetime.now(UTC))
    manager.commit()
    manager.begin()
    assert set(institution.switched_on()) >= shipped - {"hrm"}
    assert not institution.addons["hrm"].on and institution.addons["kwaliteitszorg"].works


def test_folders_and_records_of_add_ons_are_read(kept: Any) -> None:
    institution, _manager = kept
    if "samen" not in institution.addons:
        pytest.skip("kept before add-ons had data")
    addon = institution.addons["samen"]
    assert plugin_of(bundle_of(addon.folder())).name == "samen"
    assert addon.record("samen", "k").data == {"n": 1} and addon.settings == {"weken": 4}
    assert institution.addons["hrm"].paused["sentence"] == "Even niet."
