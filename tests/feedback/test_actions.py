from datetime import timedelta
from functools import partial

import pytest
import transaction
from ZODB.POSException import ConflictError

from lms_leiderschap.enrolment.actions import let_teach, stop_teaching
from lms_leiderschap.errors import DraftMoved, Refusal
from lms_leiderschap.feedback.actions import (
    add_remark,
    begin,
    keep_feedback,
    make_ready,
    release,
    release_all,
    remove_remark,
    reopen,
)
from lms_leiderschap.feedback.anchors import anchor_of
from lms_leiderschap.feedback.events import FeedbackReleased
from lms_leiderschap.feedback.model import feedback_by, held_by_other, released
from lms_leiderschap.feedback.queue import merged, next_waiting, queue, ready_by
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission.actions import withdraw
from lms_leiderschap.submission.rows import row_at
from tests.feedback.handed_in import KEY, NOW, hand_in

LATER = NOW + timedelta(days=9)
NOTHING = {
    "notes": {},
    "choices": {},
    "steps": None,
    "decision": None,
    "until": "",
    "serial": None,
    "at": NOW,
}
WHOLE = NOTHING | {
    "notes": {"situation": "Helder."},
    "choices": {"analysis": "met"},
    "steps": ["Noem een cijfer."],
    "decision": "met",
}


@pytest.fixture
def version(tree, registry):
    return hand_in(tree, "anna", registry.notify)


@pytest.fixture
def pieter(people):
    return people["pieter"].__name__


@pytest.fixture
def ready(version, pieter, heard):
    feedback = keep_feedback(version, pieter, **WHOLE)
    make_ready(feedback, at=NOW, notify=heard.append)
    return feedback


def rows(edition, state):
    return [row for _key, row in merged([edition], state)]


def block_of(version):
    return version.answers["situation"]["blocks"][0]


def test_what_was_handed_in_waits_in_the_queue_with_its_promise(version, edition):
    (row,) = rows(edition, "waiting")
    assert row["who"] == "Anna de Wit"
    assert row["promised"] == version.promised.isoformat()
    assert "by" not in row


def test_the_first_save_holds_the_version(version, pieter, edition):
    keep_feedback(version, pieter, **NOTHING | {"notes": {"situation": "Helder."}})
    assert version.held_by == pieter
    assert rows(edition, "waiting")[0]["by"] == pieter


def test_saving_nothing_makes_nothing(version, pieter):
    keep_feedback(version, pieter, **NOTHING | {"notes": {"situation": ""}, "steps": []})
    assert version.held_by == ""
    assert len(version.feedback) == 0


def test_a_version_that_was_taken_back_gets_no_feedback(version, pieter, people, heard):
    withdraw(version, by=people["anna"].__name__, at=NOW, notify=heard.append)
    with pytest.raises(Refusal):
        begin(version, pieter, at=NOW)


def test_a_begun_version_cannot_be_taken_back(version, pieter, people, heard):
    begin(version, pieter, at=NOW)
    with pytest.raises(Refusal):
        withdraw(version, by=people["anna"].__name__, at=NOW, notify=heard.append)


def test_two_tabs_never_overwrite_each_others_parts(version, pieter):
    first = NOTHING | {"notes": {"situation": "Een."}, "serial": {"note-situation": 0}}
    second = NOTHING | {"notes": {"reflection": "Twee."}, "serial": {"note-reflection": 0}}
    keep_feedback(version, pieter, **first)
    feedback = keep_feedback(version, pieter, **second)
    assert dict(feedback.notes) == {"situation": "Een.", "reflection": "Twee."}


def test_the_same_part_saved_elsewhere_keeps_both_texts(version, pieter):
    keep_feedback(version, pieter, **NOTHING | {"notes": {"situation": "Een."}})
    with pytest.raises(DraftMoved) as other:
        keep_feedback(
            version,
            pieter,
            **NOTHING | {"notes": {"situation": "Twee."}, "serial": {"note-situation": 0}},
        )
    assert (other.value.field, other.value.serial, other.value.value) == (
        "note-situation",
        1,
        "Een.",
    )
    assert feedback_by(version, pieter).notes["situation"] == "Een."


def test_the_same_text_from_an_older_tab_is_no_conflict(version, pieter):
    keep_feedback(version, pieter, **NOTHING | {"notes": {"situation": "Een."}})
    feedback = keep_feedback(
        version,
        pieter,
        **NOTHING | {"notes": {"situation": "Een."}, "serial": {"note-situation": 0}},
    )
    assert feedback.serials == {"note-situation": 1}


@pytest.mark.parametrize(
    ("left_out", "field"),
    [
        ({"steps": []}, "steps"),
        ({"steps": ["1", "2", "3", "4"]}, "steps"),
        ({"decision": ""}, "decision"),
        ({"decision": "returned"}, "until"),
        ({"decision": "returned", "until": NOW.isoformat()}, "until"),
    ],
)
def test_ready_asks_for_one_to_three_steps_a_decision_and_a_date(
    version, pieter, heard, left_out, field
):
    feedback = keep_feedback(version, pieter, **WHOLE | left_out)
    with pytest.raises(Refusal) as refused:
        make_ready(feedback, at=NOW, notify=heard.append)
    assert refused.value.field == field
    assert heard == []


def test_ready_is_not_released(ready, version, edition, heard):
    assert ready.state == "ready"
    assert released(version) == []
    assert version.outcome == ""
    assert heard == []
    assert rows(edition, "waiting") == []
    assert rows(edition, "ready")[0]["decision"] == "met"


def test_changing_what_is_ready_makes_it_a_draft_again(ready, version, pieter, edition):
    keep_feedback(version, pieter, **WHOLE | {"notes": {"situation": "Anders."}})
    assert ready.state == "draft"
    assert rows(edition, "ready") == []


def test_ready_goes_back_to_draft_when_asked(ready, edition):
    reopen(ready)
    assert ready.state == "draft"
    assert len(queue(edition, "waiting")) == 1


def test_release_settles_the_version_once(ready, version, pieter, edition, heard):
    for _twice in range(2):
        make_ready(ready, at=NOW, notify=heard.append)
        release(ready, by=pieter, at=NOW, notify=heard.append)
    assert [type(event) for event in heard] == [FeedbackReleased]
    assert (version.outcome, released(version)) == ("met", [ready])
    assert len(queue(edition, "released")) == 1
    row = row_at(version.work.holder, KEY)
    assert (row["state"], row["new"], row["feedback"]["by"]) == ("met", True, pieter)


def test_a_draft_is_not_released(version, pieter, heard):
    feedback = keep_feedback(version, pieter, **WHOLE)
    with pytest.raises(Refusal):
        release(feedback, by=pieter, at=NOW, notify=heard.append)


def test_many_are_released_together_or_not_at_all(tree, registry, ready, pieter, heard):
    other = keep_feedback(hand_in(tree, "bram", registry.notify), pieter, **WHOLE)
    with pytest.raises(Refusal):
        release_all([ready, other], by=pieter, at=NOW, notify=heard.append)
    make_ready(other, at=NOW, notify=heard.append)
    assert release_all([ready, other], by=pieter, at=NOW, notify=heard.append) == 2


def test_what_goes_back_is_released_at_once_and_gives_the_new_date(version, pieter, heard):
    feedback = keep_feedback(
        version, pieter, **WHOLE | {"decision": "returned", "until": LATER.isoformat()}
    )
    make_ready(feedback, at=NOW, notify=heard.append)
    assert feedback.state == "released"
    assert version.work.is_open
    assert version.work.deadline.until == LATER
    make_ready(feedback, at=LATER + timedelta(days=1), notify=heard.append)
    assert len(heard) == 1


def test_released_feedback_stays_as_it_is(ready, version, pieter, heard):
    remark = add_remark(
        version,
        pieter,
        "strong",
        "Goed.",
        anchor_of(version, part="situation", block=block_of(version)["id"]),
        at=NOW,
    )
    release(ready, by=pieter, at=NOW, notify=heard.append)
    with pytest.raises(Refusal):
        keep_feedback(version, pieter, **WHOLE | {"notes": {"situation": "Anders."}})
    for change in (partial(remove_remark, remark, at=NOW), partial(reopen, ready)):
        with pytest.raises(Refusal):
            change()
    assert len(ready.remarks) == 1


def test_a_colleagues_decision_is_not_overruled(ready, version, pieter, people, heard):
    other = keep_feedback(version, people["marieke"].__name__, **WHOLE | {"decision": "talk"})
    make_ready(other, at=NOW, notify=heard.append)
    release(ready, by=pieter, at=NOW, notify=heard.append)
    with pytest.raises(Refusal):
        release(other, by=other.author, at=NOW, notify=heard.append)
    assert version.outcome == "met"


def test_the_same_text_sent_again_after_the_release_changes_nothing(ready, version, pieter, heard):
    release(ready, by=pieter, at=NOW, notify=heard.append)
    assert keep_feedback(version, pieter, **WHOLE).state == "released"
    make_ready(ready, at=NOW, notify=heard.append)
    assert len(heard) == 1


def test_work_for_which_no_feedback_is_asked_gets_none(version, pieter):
    version.outcome = "kept"
    for give in (
        partial(keep_feedback, version, pieter, **WHOLE),
        partial(add_remark, version, pieter, "strong", "Goed.", {}, at=NOW),
    ):
        with pytest.raises(Refusal):
            give()
    assert len(version.feedback) == 0


@pytest.mark.parametrize("state", ["draft", "ready"])
def test_what_a_teacher_left_who_stopped_waits_for_a_colleague(
    tree, version, pieter, people, edition, registry, state
):
    marieke, act = people["marieke"].__name__, {"by": "x", "at": NOW}
    feedback = keep_feedback(version, pieter, **WHOLE)
    if state == "ready":
        make_ready(feedback, at=NOW, notify=registry.notify)
    other = keep_feedback(hand_in(tree, "bram", registry.notify), marieke, **WHOLE)
    stop_teaching(edition, people["pieter"], why="", notify=registry.notify, **act)
    assert rows(edition, "ready") == []
    by = {row["who"]: row.get("by") for row in rows(edition, "waiting")}
    assert by == {"Anna de Wit": None, "Bram Peeters": marieke}
    assert held_by_other(version, marieke) == ""
    own = keep_feedback(version, marieke, **WHOLE)
    make_ready(own, at=NOW, notify=registry.notify)
    release(own, by=marieke, at=NOW, notify=registry.notify)
    assert released(version) == [own]
    assert (feedback.state, other.state) == (state, "draft")
    let_teach(edition, people["pieter"], why="", **act)
    assert len(queue(edition, "released")) == 1


def test_a_remark_stands_at_the_words_it_quotes(version, pieter):
    anchor = anchor_of(
        version,
        part="situation",
        block=block_of(version)["id"],
        quote="Wij bezoeken elkaars lessen nog niet.",
    )
    remark = add_remark(version, pieter, "question", "Waarom niet?", anchor, at=NOW)
    assert (remark.version, remark.start, remark.end) == (version.id, 24, 61)
    assert remark.quote == "Wij bezoeken elkaars lessen nog niet."


def test_a_remark_without_words_is_about_the_whole_block(version):
    anchor = anchor_of(version, part="situation", block=block_of(version)["id"])
    assert anchor["quote"] == "Het team wil dit graag. Wij bezoeken elkaars lessen nog niet."


def test_a_remark_on_words_that_stand_nowhere_is_refused(version):
    with pytest.raises(Refusal):
        anchor_of(version, part="situation", block=block_of(version)["id"], quote="Iets anders")
    with pytest.raises(KeyError):
        anchor_of(version, part="situation", block="unknown")


def test_the_same_form_sent_twice_is_one_remark(version, pieter):
    anchor = anchor_of(version, part="situation", block=block_of(version)["id"])
    twice = [add_remark(version, pieter, "strong", "Goed.", anchor, at=NOW, key="k") for _ in "ab"]
    assert twice[0] is twice[1]
    again = add_remark(version, pieter, "improve", "Beter zo.", anchor, at=NOW, key="k")
    assert again is twice[0]
    assert (again.kind, again.text, again.serial) == ("improve", "Beter zo.", 2)
    remove_remark(twice[0], at=NOW)
    assert len(feedback_by(version, pieter).remarks) == 0


@pytest.mark.parametrize(
    ("kind", "text", "field"), [("praise", "x", "kind"), ("strong", " ", "text")]
)
def test_a_remark_needs_a_kind_and_words(version, pieter, kind, text, field):
    anchor = anchor_of(version, part="situation", block=block_of(version)["id"])
    with pytest.raises(Refusal) as refused:
        add_remark(version, pieter, kind, text, anchor, at=NOW)
    assert refused.value.field == field


def test_next_is_the_oldest_promise_that_no_colleague_is_at(tree, registry, people, edition):
    anna = hand_in(tree, "anna", registry.notify, at=NOW - timedelta(days=9))
    bram = hand_in(tree, "bram", registry.notify)
    pieter, marieke = people["pieter"].__name__, people["marieke"].__name__
    key = (anna.promised.isoformat(), anna.id)
    assert next_waiting([edition], pieter, key)["who"] == "Bram Peeters"
    begin(bram, marieke, at=NOW)
    add_remark(bram, marieke, "strong", "Goed.", anchor_of(bram, part="activities"), at=NOW)
    assert next_waiting([edition], pieter, key) is None
    assert ready_by([edition], pieter) == []


def test_the_newest_of_what_was_released_stands_first(edition):
    released_list = queue(edition, "released")
    for number in range(60):
        released_list.put((f"2026-01-{number:02}", "aa"), {"n": number})
    found = [row["n"] for _key, row in merged([edition], "released")]
    assert found == list(range(59, -1, -1))
    after = [row["n"] for _key, row in merged([edition], "released", ("2026-01-02", "aa"))]
    assert after == [1, 0]


def test_taking_back_and_beginning_at_one_moment_do_not_both_happen(registry, within, heard):
    """Two connections, each with what the other has not seen: one is told to look again."""
    with within() as institution:
        path = path_of(hand_in(institution, "anna", registry.notify))
    entry = registry.lms.institutions[0]
    managers = [transaction.TransactionManager(explicit=True) for _two in range(2)]
    connections = []
    for manager in managers:
        manager.begin()
        connections.append(registry.databases.connect(entry, manager))
    try:
        theirs, mine = (find(institution_in(each), path) for each in connections)
        withdraw(theirs, by=theirs.authors[0], at=NOW, notify=registry.notify)
        begin(mine, "teacher", at=NOW)
        managers[0].commit()
        with pytest.raises(ConflictError):
            managers[1].commit()
        managers[1].abort()
        managers[1].begin()
        with pytest.raises(Refusal):
            begin(mine, "teacher", at=NOW)
        managers[1].abort()
    finally:
        for connection in connections:
            connection.close()
