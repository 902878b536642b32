"""The thread, the development plan, and what is exported or erased."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from lms_leiderschap.feedback.actions import keep_feedback, make_ready, release
from lms_leiderschap.feedback.queue import STATES, queue
from lms_leiderschap.people.actions import erase, person_with
from lms_leiderschap.progress.privacy import export_person
from lms_leiderschap.progress.thread import thread_of
from lms_leiderschap.submission.actions import submit
from lms_leiderschap.submission.blocks import blocks_from_text

REPORT = "onderzoekende_school.onderzoeksverslag"
INTENTION = {"goal": "Vaker in de les kijken", "target_year": "2028", "first_step": "Rooster"}


@pytest.fixture
def report(enrolment: Any, registry: Any, now: datetime) -> Any:
    work = enrolment.work[REPORT]
    answers = {
        "findings": ({"blocks": blocks_from_text("Merkteken van Anna.")}, 0),
        "intentions": ({"entries": [INTENTION]}, 0),
    }
    return submit(
        work,
        answers,
        without=[part.key for part in work.report.parts],
        key="k",
        at=now,
        by=enrolment.person_id,
        notify=registry.notify,
    )


def met(report: Any, teacher: str, registry: Any, now: datetime) -> None:
    feedback = keep_feedback(
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
    text = json.dumps(export_person(anna))
    assert "Merkteken van Anna" in text and anna.email in text
    assert anna.password not in text and people["bram"].email not in text


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
