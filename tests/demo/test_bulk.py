"""A large institution is the same as one made step by step, only larger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import transaction

from lms_leiderschap.app import configure
from lms_leiderschap.demo.bulk import fill_bulk, participant_email, teacher_email
from lms_leiderschap.feedback.model import deciding
from lms_leiderschap.feedback.queue import STATES, key_of, queue, row_of, state_of
from lms_leiderschap.people.actions import person_with
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission import rows
from lms_leiderschap.submission.rows import row_at
from tests.conftest import settings_in

PARTICIPANTS, SUBMISSIONS = 60, 500


@pytest.fixture(scope="module")
def institution(tmp_path_factory: pytest.TempPathFactory) -> Any:
    registry = configure(settings_in(tmp_path_factory.mktemp("bulk"))).registry
    try:
        fill_bulk(registry, PARTICIPANTS, SUBMISSIONS)
        manager = transaction.TransactionManager(explicit=True)
        manager.begin()
        connection = registry.databases.connect(registry.lms.institutions[0], manager)
        yield institution_in(connection)
        manager.abort()
        connection.close()
    finally:
        registry.databases.close()
        registry.side.close()


@pytest.fixture
def edition(institution: Any) -> Any:
    return institution.programmes["plg-leergang"].editions["groep-1"]


def versions_in(edition: Any) -> list[Any]:
    return [version for enrolment in edition.enrolments.values()
            for work in enrolment.work.values() for version in work.versions.values()]


def test_there_are_as_many_participants_and_submissions_as_asked(edition: Any) -> None:
    assert len(edition.enrolments) == len(edition.by_person) == PARTICIPANTS
    assert len(versions_in(edition)) == SUBMISSIONS


def test_every_name_in_the_tree_is_its_own(institution: Any, edition: Any) -> None:
    versions = versions_in(edition)
    assert len({version.id for version in versions}) == SUBMISSIONS
    assert len({version._p_oid for version in versions}) == SUBMISSIONS
    for number in range(1, PARTICIPANTS + 1):
        person = person_with(institution, participant_email(number))
        (path,) = person.enrolments
        enrolment = find(institution, tuple(path.split("/")))
        assert enrolment.person_id == person.__name__
        assert path == "/".join(path_of(enrolment))
        assert edition.by_person[person.__name__] == enrolment.__name__
        assert all(version.authors == (person.__name__,) for work in enrolment.work.values()
                   for version in work.versions.values())


def test_the_rows_of_the_queue_are_those_of_the_versions(edition: Any) -> None:
    listed = {state: dict(queue(edition, state).items()) for state in STATES}
    for version in versions_in(edition):
        assert listed[state_of(version)].pop(key_of(version)) == row_of(version)
    assert not any(listed.values())
    assert len(queue(edition, "waiting")) == 40
    assert len(queue(edition, "released")) == SUBMISSIONS - 40


def test_the_rows_of_an_enrolment_are_those_of_its_work(institution: Any, edition: Any) -> None:
    for enrolment in edition.enrolments.values():
        for key, work in enrolment.work.items():
            row = row_at(enrolment, key)
            assert row | rows.row_of(work) == row
            given = deciding(work.last) if work.last and work.last.outcome else None
            if given is not None:
                assert row["feedback"]["by"] == given.author


def test_teachers_share_the_feedback(institution: Any, edition: Any) -> None:
    teachers = {person_with(institution, teacher_email(number)).__name__ for number in (1, 2)}
    assert {version.held_by for version in versions_in(edition)} == teachers | {""}


def test_a_receipt_speaks_of_its_own_version(edition: Any) -> None:
    for version in versions_in(edition):
        assert version.receipt["id"] == version.id
        assert version.receipt["authors"] == list(version.authors)
        assert version.words == 200


def test_there_is_no_mail_and_hardly_an_audit_line(institution: Any) -> None:
    assert not list(institution.outbox.items())
    assert len(institution.audit.newest(10_000)) < 200


def test_a_database_that_is_in_use_stays_as_it_is(tmp_path: Path) -> None:
    registry = configure(settings_in(tmp_path)).registry
    try:
        assert fill_bulk(registry, 3, 2).startswith("Made 3 participants with 2 submissions.")
        assert fill_bulk(registry, 5, 5) == "The institution noord is there already."
    finally:
        registry.databases.close()
        registry.side.close()
