"""The thread, the development plan, and what is exported or erased."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from lms_leiderschap.enrolment.actions import stop_teaching
from lms_leiderschap.feedback.actions import keep_feedback, make_ready, release
from lms_leiderschap.feedback.queue import STATES, queue
from lms_leiderschap.group.actions import form_group, leave
from lms_leiderschap.people.actions import ask_link, erase, make_link, person_with
from lms_leiderschap.progress.privacy import export_person
from lms_leiderschap.progress.thread import thread_of
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.submission.actions import prepare_work, submit
from lms_leiderschap.submission.blocks import blocks_from_text

REPORT = "onderzoekende_school.onderzoeksverslag"
INTENTION = {"goal": "Vaker in de les kijken", "target_year": "2028", "first_step": "Rooster"}


@pytest.fixture
def report(enrolment: Any, registry: Any, now: datetime) -> Any:
    return hand_in(enrolment.work[REPORT], "Merkteken van Anna.", now, registry)


def hand_in(work: Any, text: str, at: datetime, registry: Any) -> Any:
    answers: dict[str, Any] = {
        "findings": ({"blocks": blocks_from_text(text)}, None),
        "intentions": ({"entries": [INTENTION]}, None),
    }
    return submit(
        work,
        answers,
        without=[part.key for part in work.report.parts],
        key=f"k{len(work.versions)}",
        at=at,
        by=work.holder.authors(at)[0],
        notify=registry.notify,
    )


def keep(report: Any, teacher: str, now: datetime) -> Any:
    return keep_feedback(
        report,
        teacher,
        notes={},
        choices={},
        steps=["Ga zo door."],
        decision="met",
        until="",
        serial=None,
        at=now,
    )


def met(report: Any, teacher: str, registry: Any, now: datetime) -> None:
    feedback = keep(report, teacher, now)
    make_ready(feedback, at=now, notify=registry.notify)
    release(feedback, by=teacher, at=now, notify=registry.notify)


def test_every_module_shows_what_it_takes_in_and_where_its_products_go(
    enrolment: Any, now: datetime
) -> None:
    stages = thread_of(enrolment, {"certificate": "het certificaat"})
    assert [stage.key for stage in stages] == list(enrolment.edition.modules)
    goals = next(
        product
        for stage in stages
        for product in stage.products
        if product.spec.key == "ikk-doelen-v1"
    )
    assert goals.used_in == ("Naar een professionele cultuur",)
    assert not goals.made


def test_a_product_shows_the_version_that_made_it(
    enrolment: Any, report: Any, now: datetime
) -> None:
    made = [
        product for stage in thread_of(enrolment, {}) for product in stage.products if product.made
    ]
    assert {(product.spec.key, product.row["version"]) for product in made} == {
        ("onderzoeksverslag", 1),
        ("voornemens", 1),
    }


def test_intentions_go_to_the_development_plan_once_the_report_is_met(
    report: Any, people: Any, registry: Any, now: datetime
) -> None:
    anna = people["anna"]
    assert not anna.plan
    met(report, people["pieter"].__name__, registry, now)
    assert [(entry["goal"], entry["target_year"]) for entry in anna.plan.values()] == [
        (INTENTION["goal"], "2028")
    ]


def test_an_export_holds_what_was_written_and_no_secret(
    report: Any, people: Any, now: datetime
) -> None:
    anna = people["anna"]
    text = exported(anna)
    assert "Merkteken van Anna" in text and anna.email in text
    assert anna.password not in text and people["bram"].email not in text


def exported(person: Any) -> str:
    return json.dumps(export_person(person, []))


def test_an_export_holds_feedback_from_its_release_on(
    report: Any, people: Any, registry: Any, now: datetime
) -> None:
    anna, pieter = people["anna"], people["pieter"]
    feedback = keep(report, pieter.__name__, now)
    make_ready(feedback, at=now, notify=registry.notify)
    assert "Ga zo door." not in exported(anna)
    release(feedback, by=pieter.__name__, at=now, notify=registry.notify)
    assert "Ga zo door." in exported(anna)


def test_a_teacher_takes_along_what_they_wrote_also_after_they_stopped(
    report: Any, edition: Any, people: Any, registry: Any, now: datetime
) -> None:
    feedback = keep(report, people["pieter"].__name__, now)
    stop_teaching(edition, people["pieter"], by="x", why="", at=now, notify=registry.notify)
    path = "/".join(path_of(feedback))
    assert export_person(people["pieter"], [])["feedback"][path]["steps"] == ["Ga zo door."]
    assert export_person(people["marieke"], [])["feedback"] == {}


def test_an_export_holds_sessions_and_mail_that_waits_but_no_link_that_works(
    tree: Any, registry: Any, people: Any, now: datetime
) -> None:
    anna, side = people["anna"], registry.side
    ask_link(anna, "sign_in", at=now, notify=registry.notify)
    token = side.begin_session("noord", anna.__name__, now, method="password")
    found = export_person(anna, side.export("noord", anna.__name__))
    assert [session["method"] for session in found["sessions"]] == ["password"]
    assert [mail["letter"] for mail in found["mail"]] == ["sign_in"]
    link = make_link(anna, "sign_in", at=now, ends=now + timedelta(minutes=30))
    found = export_person(anna, side.export("noord", anna.__name__))
    kept = [link.partition(".")[2], *anna.tokens, token]
    assert not [text for text in kept if text in json.dumps(found)]


@pytest.fixture
def shared(edition: Any, registry: Any, now: datetime) -> Any:
    """A report of Anna and Bram together."""
    before, enrolments = now - timedelta(days=2), list(edition.enrolments.values())
    group = form_group(
        edition, "Leerteam", "learning_team", enrolments,
        by="x", at=before, notify=registry.notify,
    )  # fmt: skip
    prepare_work(group, [REPORT])
    return hand_in(group.work[REPORT], "Merkteken van de groep.", now, registry)


def test_group_work_is_exported_with_each_member_and_with_who_left(
    shared: Any, people: Any, edition: Any, registry: Any, now: datetime
) -> None:
    bram = edition.enrolments[edition.by_person[people["bram"].__name__]]
    leave(shared.work.holder, bram, by="x", at=now)
    shared.outcome = "returned"
    hand_in(shared.work, "Zonder Bram.", now + timedelta(hours=1), registry)
    assert "Merkteken van de groep." in exported(people["anna"])
    assert "Zonder Bram." in exported(people["anna"])
    assert "Merkteken van de groep." in exported(people["bram"])
    assert "Zonder Bram." not in exported(people["bram"])
    assert "Merkteken van de groep." not in exported(people["olga"])


def test_a_group_goes_on_when_a_member_is_erased(
    shared: Any, people: Any, registry: Any, now: datetime
) -> None:
    anna, bram = people["anna"], people["bram"]
    erase(bram, by="system", why="", at=now, notify=registry.notify)
    met(shared, people["pieter"].__name__, registry, now)
    assert [entry["goal"] for entry in anna.plan.values()] == [INTENTION["goal"]]
    assert shared.work.holder.authors(now) == (anna.__name__,)


def test_erasing_takes_a_person_out_of_every_place(
    report: Any, tree: Any, edition: Any, people: Any, registry: Any, now: datetime
) -> None:
    anna = people["anna"]
    erase(anna, by="system", why="op eigen verzoek", at=now, notify=registry.notify)
    assert person_with(tree, "anna@noord.test") is None
    assert anna.__name__ not in edition.by_person
    assert all(len(queue(edition, state)) == 0 for state in STATES)
    left = json.dumps([entry for _number, entry in tree.outbox.items()])
    assert "Anna" not in left and "anna@" not in left
    assert "person.erased" in {line["verb"] for line in tree.audit.newest(10)}


def test_erasing_a_teacher_leaves_the_feedback_readable(
    report: Any, edition: Any, people: Any, registry: Any, now: datetime
) -> None:
    pieter = people["pieter"]
    met(report, pieter.__name__, registry, now)
    erase(pieter, by="system", why="", at=now, notify=registry.notify)
    assert pieter.__name__ not in edition.teachers
    assert next(iter(report.feedback.values())).steps == ("Ga zo door.",)


def test_what_an_erased_teacher_left_ready_waits_for_a_colleague(
    report: Any, edition: Any, people: Any, registry: Any, now: datetime
) -> None:
    make_ready(keep(report, people["pieter"].__name__, now), at=now, notify=registry.notify)
    erase(people["pieter"], by="system", why="", at=now, notify=registry.notify)
    assert len(queue(edition, "ready")) == 0
    (row,) = [row for _key, row in queue(edition, "waiting").items()]
    assert "by" not in row
