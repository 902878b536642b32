"""Adding people, and letting them teach: by address, once, with a line in the log."""

from datetime import datetime
from typing import Any

import pytest
import transaction
from ZODB.POSException import ConflictError

from lms_leiderschap.enrolment.actions import (
    choose_meeting,
    enrol,
    invite,
    invite_again,
    invite_all,
    invite_teacher,
    let_teach,
    stop_teaching,
)
from lms_leiderschap.enrolment.events import Enrolled, TeacherStopped
from lms_leiderschap.errors import Refusal
from lms_leiderschap.people.events import LinkAsked
from lms_leiderschap.store.root import institution_in


@pytest.fixture
def act(now: datetime, heard: list[Any]) -> dict[str, Any]:
    return {"by": "x", "at": now, "notify": heard.append}


def test_inviting_somebody_twice_enrols_and_mails_once(
    edition: Any, heard: list[Any], act: Any
) -> None:
    first = invite(edition, "Nina@noord.test", "Nina", "Vos", **act)
    assert invite(edition, " nina@NOORD.test", "", "", **act) is first
    assert [type(event) for event in heard] == [Enrolled, LinkAsked]
    assert first.title == "Nina Vos"


def test_somebody_with_an_account_keeps_their_name_and_password(
    edition: Any, people: Any, heard: list[Any], act: Any
) -> None:
    enrolment = invite(edition, "olga@noord.test", "Iemand", "Anders", **act)
    assert enrolment.person is people["olga"] and enrolment.title == "Olga Maas"
    assert [type(event) for event in heard] == [Enrolled]


def test_somebody_new_needs_a_name(edition: Any, act: Any) -> None:
    with pytest.raises(Refusal) as refused:
        invite(edition, "nina@noord.test", "", "", **act)
    assert refused.value.field == "given_name"


def test_who_teaches_cannot_take_part_and_the_other_way_round(
    edition: Any, people: Any, act: Any
) -> None:
    with pytest.raises(Refusal):
        invite_all(edition, [("n@x.nl", "N", ""), ("pieter@noord.test", "", "")], **act)
    with pytest.raises(Refusal):
        invite_teacher(edition, "anna@noord.test", "", "", why="", **act)


def test_an_edition_that_has_ended_takes_nobody(edition: Any, act: Any) -> None:
    edition.state = "ended"
    with pytest.raises(Refusal):
        invite(edition, "olga@noord.test", "", "", **act)


def test_an_invitation_is_sent_again_until_it_was_used(
    tree: Any, edition: Any, enrolment: Any, heard: list[Any], act: Any
) -> None:
    new = invite(edition, "nina@noord.test", "Nina", "Vos", **act)
    invite_again(new, **act)
    assert [type(event) for event in heard] == [Enrolled, LinkAsked, LinkAsked]
    assert "enrolment.invited_again" in [line["verb"] for line in tree.audit.newest(400)]
    with pytest.raises(Refusal):
        invite_again(enrolment, **act)


def test_teaching_is_given_and_taken_with_the_reason(
    tree: Any, edition: Any, heard: list[Any], act: Any
) -> None:
    person = invite_teacher(edition, "tess@noord.test", "Tess", "Mol", why="ziekte", **act)
    assert person.__name__ in edition.teachers and list(person.teaches.values()) == [edition.title]
    assert [type(event) for event in heard] == [LinkAsked]
    let_teach(edition, person, why="weer", by=act["by"], at=act["at"])
    stop_teaching(edition, person, why="terug", **act)
    stop_teaching(edition, person, why="weer", **act)
    assert person.__name__ not in edition.teachers and not person.teaches
    assert [type(event) for event in heard] == [LinkAsked, TeacherStopped]
    now = act["at"].isoformat()
    reasons = {line["why"] for line in tree.audit.newest(400) if line["at"] == now}
    assert {"ziekte", "terug"} <= reasons and "weer" not in reasons


def test_the_same_choice_of_meeting_is_recorded_once(tree: Any, enrolment: Any, act: Any) -> None:
    act.pop("notify")
    for _time in range(2):
        choose_meeting(enrolment, "hrm", "m1", **act)
    assert [line["verb"] for line in tree.audit.newest(500)].count("meeting.chosen") == 1


@pytest.mark.parametrize("enrols", [0, 1])
def test_taking_part_and_teaching_at_one_moment_do_not_both_happen(
    registry: Any, act: Any, enrols: int
) -> None:
    managers = [transaction.TransactionManager(explicit=True) for _two in range(2)]
    connections = []
    for manager in managers:
        manager.begin()
        connections.append(registry.databases.connect(registry.lms.institutions[0], manager))
    try:
        for number, connection in enumerate(connections):
            institution = institution_in(connection)
            edition = institution.programmes["plg-leergang"].editions["2026"]
            olga = institution.people[institution.emails["olga@noord.test"]]
            if number == enrols:
                enrol(edition, olga, **act)
            else:
                let_teach(edition, olga, why="", by=act["by"], at=act["at"])
        managers[0].commit()
        with pytest.raises(ConflictError):
            managers[1].commit()
        managers[1].abort()
    finally:
        for connection in connections:
            connection.close()
