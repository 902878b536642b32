"""One mail for each thing that happened, in the transaction in which it happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import transaction

from lms_leiderschap.feedback.actions import keep_feedback, make_ready, release
from lms_leiderschap.message.actions import mail_in
from lms_leiderschap.people.actions import ask_link
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission.actions import give_date, save_part, submit
from tests.conftest import NOW

WORK = "hrm.ink-met-medewerkers"
SECRET = "Dit leest niemand in de mail"


def test_a_link_is_mailed_once(registry: Any, tree: Any, people: Any) -> None:
    ask_link(people["anna"], "sign_in", at=NOW, notify=registry.notify)
    ((_number, item),) = mail_in(tree)
    assert item["data"]["to"] == people["anna"].__name__
    assert item["data"]["letter"] == "sign_in"
    assert item["data"]["path"] == "" and not people["anna"].tokens  # made when it leaves


def test_another_date_is_mailed_once(registry: Any, tree: Any, people: Any, enrolment: Any) -> None:
    give_date(
        enrolment.work[WORK],
        NOW + timedelta(days=5),
        "Verhuizing",
        by="olga",
        at=NOW,
        notify=registry.notify,
    )
    ((_number, item),) = mail_in(tree)
    assert item["data"]["letter"] == "date_given"


@pytest.fixture
def submission(registry: Any, people: Any, enrolment: Any) -> Any:
    work, by = enrolment.work[WORK], people["anna"].__name__
    part = work.report.parts[0].key
    block = {"id": "b1", "kind": "paragraph", "html": f"<p>{SECRET}</p>"}
    save_part(work, part, {"blocks": [block], "in_file": False}, serial=None, by=by, at=NOW)
    return submit(
        work,
        {},
        without=[known.key for known in work.report.parts],
        key="k",
        by=by,
        at=NOW,
        notify=registry.notify,
    )


def test_every_author_gets_one_receipt(tree: Any, submission: Any) -> None:
    ((_number, item),) = mail_in(tree)
    assert item["data"]["letter"] == "receipt"
    assert item["data"]["values"]["receipt"]["id"] == submission.id
    assert SECRET not in str(item)


def test_released_feedback_is_mailed_once_and_without_a_word_of_it(
    registry: Any, tree: Any, people: Any, submission: Any
) -> None:
    for number, _item in mail_in(tree):
        tree.outbox.drop(number)
    feedback = keep_feedback(
        submission,
        people["pieter"].__name__,
        notes={"conclusions": SECRET},
        choices={},
        steps=[SECRET, SECRET, SECRET],
        decision="met",
        until="",
        serial=None,
        at=NOW,
    )
    make_ready(feedback, at=NOW, notify=registry.notify)
    assert mail_in(tree) == []
    for _twice in range(2):
        release(feedback, by=people["pieter"].__name__, at=NOW, notify=registry.notify)
    ((_number, item),) = mail_in(tree)
    assert item["data"]["values"]["points"] == 3
    assert item["data"]["path"].endswith(f"/work/{WORK}/versions/1/feedback")
    assert SECRET not in str(item)


def test_the_subject_of_a_feedback_mail_says_it_all(
    registry: Any, tree: Any, people: Any, submission: Any, speak: Any
) -> None:
    from lms_leiderschap.message.mail import subject_of

    feedback = keep_feedback(
        submission,
        people["pieter"].__name__,
        notes={},
        choices={},
        steps=["a", "b", "c"],
        decision="met",
        until="",
        serial=None,
        at=NOW,
    )
    make_ready(feedback, at=NOW, notify=registry.notify)
    release(feedback, by=people["pieter"].__name__, at=NOW, notify=registry.notify)
    data = next(
        item["data"] for _number, item in mail_in(tree) if item["data"]["letter"] == "feedback"
    )
    title = submission.work.assignment.title
    assert subject_of(data, tree, speak("nl").translate) == (
        f"Feedback van Pieter op {title} (3 punten)"
    )


def test_nothing_is_mailed_when_the_transaction_is_rolled_back(registry: Any, waiting: Any) -> None:
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(registry.lms.institutions[0], manager)
    institution = institution_in(connection)
    person = institution.people[institution.emails["anna@noord.test"]]
    ask_link(person, "reset", at=NOW, notify=registry.notify)
    assert len(mail_in(institution)) == 1
    manager.abort()
    connection.close()
    assert waiting() == []


def test_the_mail_of_an_event_is_written_to_a_file(
    registry: Any, noord: Any, written: Any, waiting: Any
) -> None:
    def ask(institution: Any) -> None:
        person = institution.people[institution.emails["anna@noord.test"]]
        ask_link(person, "reset", at=NOW, notify=registry.notify)

    noord(ask)
    registry.jobs.run_once(NOW)
    registry.jobs.run_once(NOW)
    (mail,) = written()
    assert "http://noord.test/link/reset/" in mail.get_content()
    assert waiting() == []
