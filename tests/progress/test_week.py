"""Mijn week: one thing first, in the order returned, due, preparation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lms_leiderschap.feedback.actions import keep_feedback, make_ready, release
from lms_leiderschap.people.actions import erase
from lms_leiderschap.progress.week import week_of
from lms_leiderschap.submission.actions import mark_read, submit, tick
from lms_leiderschap.submission.blocks import blocks_from_text

FIRST, SECOND = "hrm.ink-met-medewerkers", "kwaliteitszorg.ikk-doelen-beschrijven"
PREPARATION = "kwaliteitszorg.literatuur"


@pytest.fixture
def week(tree: Any, people: Any, now: datetime) -> Any:
    return lambda days=0: week_of(tree, people["anna"], now + timedelta(days=days))


@pytest.fixture
def handed_in(enrolment: Any, registry: Any, now: datetime) -> Any:
    work = enrolment.work[FIRST]
    text = {"blocks": blocks_from_text("Wat ik deed.")}
    return submit(
        work,
        {"situation": (text, 0)},
        key="k",
        at=now,
        notify=registry.notify,
        without=[part.key for part in work.report.parts],
        by=enrolment.person_id,
    )


def give(submission: Any, teacher: str, decision: str, registry: Any, now: datetime) -> None:
    until = (now + timedelta(days=9)).isoformat() if decision == "returned" else ""
    feedback = keep_feedback(
        submission,
        teacher,
        notes={},
        choices={},
        steps=["Ga door."],
        decision=decision,
        until=until,
        serial=None,
        at=now,
    )
    make_ready(feedback, at=now, notify=registry.notify)
    release(feedback, by=teacher, at=now, notify=registry.notify)


def test_work_further_than_a_week_away_is_not_on_the_card(week: Any, now: datetime) -> None:
    assert week().now is None
    assert FIRST in [
        item.key for row in week().after if row[0] == "work" for item in row[1:]]


def test_work_that_is_due_goes_before_a_preparation_of_the_same_day(
    week: Any, now: datetime
) -> None:
    shown = week(days=8)
    assert shown.now.key == FIRST
    assert shown.written.filled == 0


def test_a_preparation_is_on_the_card_when_the_report_is_in(
    week: Any, handed_in: Any, registry: Any, now: datetime
) -> None:
    shown = week(days=8).now
    assert not shown.tick and shown.key != FIRST
    work = handed_in.work.holder.work[shown.key]
    text = {"blocks": blocks_from_text("Vergeleken.")}
    submit(work, {"text": (text, 0)}, key="v", at=now, notify=registry.notify, without=[], by="x")
    assert week(days=8).now.key == PREPARATION


def test_late_work_stays_on_the_card_until_it_closes(
    week: Any, enrolment: Any, now: datetime
) -> None:
    tick(enrolment.work[PREPARATION], "", by=enrolment.person_id, at=now)
    assert week(days=12).now.key == FIRST
    late = week(days=20)
    assert late.now is None or late.now.key != FIRST
    assert FIRST in [item.key for item in late.closed]


def test_work_that_came_back_goes_before_everything(
    week: Any, handed_in: Any, people: Any, registry: Any, now: datetime
) -> None:
    give(handed_in, people["pieter"].__name__, "returned", registry, now)
    assert week(days=8).now.key == FIRST
    assert week().now.row["state"] == "returned"


def test_released_feedback_is_new_until_it_was_marked_as_read(
    week: Any, handed_in: Any, people: Any, registry: Any, now: datetime
) -> None:
    give(handed_in, people["pieter"].__name__, "met", registry, now)
    assert [(item.key, item.teacher) for item in week().new] == [(FIRST, "Pieter")]
    mark_read(handed_in.work)
    assert week().new == []


def test_feedback_that_is_not_released_leaves_no_trace(
    week: Any, handed_in: Any, people: Any, registry: Any, now: datetime
) -> None:
    before = week()
    feedback = keep_feedback(
        handed_in,
        people["pieter"].__name__,
        notes={"goal": "geheim"},
        choices={},
        steps=["geheim"],
        decision="met",
        until="",
        serial=None,
        at=now,
    )
    make_ready(feedback, at=now, notify=registry.notify)
    assert week() == before


def test_the_week_and_the_thread_open_as_pages(browse: Any, now: datetime) -> None:
    anna = browse("anna")
    assert "Goede" in anna.get("/week")
    assert "Human Resource Management" in anna.get("/thread").follow()


def test_who_takes_part_in_nothing_sees_an_empty_week(browse: Any, now: datetime) -> None:
    assert "Deze week staat er niets op het programma" in browse("olga").get("/week")


def test_the_name_of_a_teacher_who_was_erased_is_gone_from_the_week(
    week: Any, handed_in: Any, people: Any, registry: Any, now: datetime, enrolment: Any
) -> None:
    give(handed_in, people["pieter"].__name__, "met", registry, now)
    assert "Pieter" not in repr(dict(enrolment.rows))
    erase(people["pieter"], by="system", why="", at=now, notify=registry.notify)
    assert [item.teacher for item in week().new] == [""]
