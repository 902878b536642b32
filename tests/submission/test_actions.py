"""Handing in and taking back, without a web server."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from lms_leiderschap.errors import DraftMoved, Refusal
from lms_leiderschap.feedback.actions import keep_feedback
from lms_leiderschap.group.actions import form_group, join, leave
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.submission.actions import (
    attach,
    detach,
    give_date,
    move_file,
    prepare_work,
    save_part,
    submit,
    tick,
    untick,
    withdraw,
)
from lms_leiderschap.submission.blocks import blocks_from_text
from lms_leiderschap.submission.events import SubmissionReceived, SubmissionWithdrawn
from lms_leiderschap.submission.freezing import Incomplete
from lms_leiderschap.submission.model import Work
from lms_leiderschap.submission.products import goals_of, handed_on
from lms_leiderschap.submission.rows import row_at

REPORT = "onderzoekende_school.onderzoeksverslag"
FREE = "kwaliteitszorg.vergelijking-kwaliteitssystemen"
DATED = "kwaliteitszorg.ikk-doelen-beschrijven"
GOALS = "professionele_cultuur.ikk-doelen-bijstellen"
TICK = "hrm.literatuur"
SHARED = "kwaliteitszorg.groepsopdracht-collegedag"


def text(words: str) -> dict[str, Any]:
    return {"blocks": blocks_from_text(words)}


def typed(words: str, serial: int | None = 0) -> dict[str, Any]:
    return {"text": (text(words), serial)}


class Author:
    """Somebody who does things to a piece of work at a moment."""

    def __init__(self, work: Work, at: datetime, heard: list[Any]) -> None:
        self.work, self.at, self.heard = work, at, heard
        self.by = work.holder.authors(at)[0]

    def hands_in(self, answers: Any = None, key: str = "k1", without: Any = (), **at: Any) -> Any:
        more: dict[str, Any] = {"by": self.by, "at": self.at, "notify": self.heard.append, **at}
        return submit(self.work, answers or {}, without=without, key=key, **more)

    def saves(self, part: str, value: Any, serial: int | None = None) -> Any:
        return save_part(self.work, part, value, serial=serial, by=self.by, at=self.at)

    def gives(self, name: str) -> StoredFile:
        upload = StoredFile(name, "", self.at)
        upload.fill(io.BytesIO(name.encode()), self.work._p_jar)
        attach(self.work, upload, name=name, media_type="application/pdf", by=self.by, at=self.at)
        return upload

    def takes_back(self, version: Any) -> None:
        self.takes_back_at(version, self.at)

    def takes_back_at(self, version: Any, at: datetime) -> None:
        withdraw(version, by=self.by, at=at, notify=self.heard.append)


@pytest.fixture
def author(enrolment: Any, heard: list[Any], now: datetime) -> Any:
    return lambda key: Author(enrolment.work[key], now, heard)


def names(work: Work) -> list[str]:
    return [file.name for file in work.draft_files()]


def test_the_same_form_sent_twice_makes_one_version(author: Any) -> None:
    anna = author(FREE)
    first = anna.hands_in(typed("Drie systemen vergeleken."))
    again = anna.hands_in(typed("Drie systemen vergeleken."))
    assert again is first
    assert list(anna.work.versions) == ["1"]
    assert [type(event) for event in anna.heard] == [SubmissionReceived]
    with pytest.raises(Refusal):
        anna.hands_in(typed("Een andere tekst.", None), key="k2")


def test_the_same_form_with_another_text_is_refused_and_not_forgotten(author: Any) -> None:
    anna = author(FREE)
    anna.hands_in(typed("Drie systemen vergeleken."))
    with pytest.raises(Refusal) as refusal:
        anna.hands_in(typed("Vier systemen vergeleken."))
    assert refusal.value.message == "This version was handed in and stays as it is."
    assert list(anna.work.versions) == ["1"]


def test_the_same_form_hands_in_again_what_was_taken_back(author: Any) -> None:
    anna = author(FREE)
    first = anna.hands_in(typed("Drie systemen."))
    anna.takes_back(first)
    second = anna.hands_in(typed("Drie systemen.", None))
    assert (second.number, second.state, first.state) == (2, "submitted", "withdrawn")
    anna.takes_back(second)
    third = anna.hands_in(typed("Vier systemen.", None))
    assert third.answers["text"]["blocks"][0]["html"] == "<p>Vier systemen.</p>"
    assert anna.hands_in(typed("Vier systemen.", None)) is third


def test_a_file_makes_the_same_form_another_one(author: Any) -> None:
    anna = author("whole.pop")
    answers = {"starting_point": (text("Nu."), None)}
    first = anna.hands_in(answers, without=("goals", "actions"))
    assert anna.hands_in(answers, without=("goals", "actions")) is first
    anna.gives("een.pdf")
    assert anna.hands_in(answers, without=("goals", "actions")).number == 2


def test_work_is_late_after_its_date_and_refused_after_the_days_of_grace(author: Any) -> None:
    anna = author(DATED)
    until, closes = anna.work.deadline.until, anna.work.deadline.closes
    anna.saves("coherence", text("De doelen passen bij de visie."))
    missing = ("inputs", "goals")
    on_time = anna.hands_in(without=missing, at=until)
    assert on_time.verdict[0] == "on_time"
    anna.takes_back(on_time)
    late = anna.hands_in(key="k2", without=missing, at=until + timedelta(minutes=1))
    assert late.late
    anna.takes_back(late)
    with pytest.raises(Refusal):
        anna.hands_in(key="k3", without=missing, at=closes)
    assert anna.work.is_open


def test_a_draft_is_kept_also_after_closing(author: Any) -> None:
    anna = author(DATED)
    anna.at = anna.work.deadline.closes + timedelta(days=1)
    anna.saves("coherence", text("Nog aan het schrijven."))
    assert anna.work.serial("coherence") == 1


def test_a_new_date_never_makes_earlier_work_late_nor_hides_the_first_date(author: Any) -> None:
    anna = author(DATED)
    first = anna.work.deadline.until
    anna.saves("coherence", text("De doelen passen bij de visie."))
    version = anna.hands_in(without=("inputs", "goals"), at=first)
    later = first + timedelta(days=14)
    for until, reason in ((first + timedelta(days=5), "ziekte"), (later, "verlof")):
        give_date(anna.work, until, reason, by="office", at=anna.at, notify=anna.heard.append)
    deadline = anna.work.deadline
    assert (deadline.until, deadline.first, deadline.reason) == (later, first, "verlof")
    assert deadline.verdict(later) == "on_time"
    assert version.verdict[0] == version.receipt["verdict"] == "on_time"


def test_missing_parts_are_named_and_may_be_confirmed(author: Any) -> None:
    anna = author(REPORT)
    anna.saves("conclusions", text("De stap is klein."))
    with pytest.raises(Incomplete) as found:
        anna.hands_in(without=("findings",))
    assert "intentions" in found.value.missing
    assert "findings" not in found.value.missing
    assert not len(anna.work.versions)
    missing = (*found.value.missing, "findings")
    version = anna.hands_in(without=missing)
    assert set(version.missing) == set(missing)
    assert version.receipt["filled"] == 1
    assert version.receipt["total"] == 8


def test_a_report_is_complete_when_every_part_is_filled_and_an_intention_has_a_year(
    author: Any,
) -> None:
    anna = author(REPORT)
    written = {part.key: text("Zie hieronder.") for part in anna.work.report.parts}
    written["activities"] = {"entries": [{"what": "Lesbezoek in duo's"}]}
    written["recommendations"] = {"entries": [{"recommendation": "Plan het in het rooster."}]}
    written["intentions"] = {"entries": [{"goal": "Samen leren"}]}
    with pytest.raises(Incomplete) as found:
        anna.hands_in({key: (value, 0) for key, value in written.items()})
    assert found.value.missing == ("intentions",)
    whole = {"entries": [{"goal": "Samen leren", "target_year": "2028"}]}
    assert anna.hands_in({"intentions": (whole, None)}).missing == ()


def test_nothing_at_all_cannot_be_handed_in(author: Any) -> None:
    with pytest.raises(Refusal):
        author(FREE).hands_in()


def test_a_version_is_frozen_when_the_draft_goes_on(author: Any) -> None:
    anna = author(FREE)
    file = anna.gives("een.pdf")
    version = anna.hands_in(typed("Eerste tekst."))
    proof = dict(version.receipt)
    anna.takes_back(version)
    anna.saves("text", text("Tweede tekst."))
    detach(anna.work, file.id, by=anna.by, at=anna.at)
    second = anna.hands_in(key="k2")
    assert version.answers["text"]["blocks"][0]["html"] == "<p>Eerste tekst.</p>"
    assert version.files == (file.id,)
    assert file.id in anna.work.files
    assert version.receipt == proof
    assert (second.number, second.files) == (2, ())


def test_taking_back_ends_when_a_teacher_has_begun(author: Any, people: Any) -> None:
    anna = author(REPORT)
    anna.saves("conclusions", text("De stap is klein."))
    missing = [part.key for part in anna.work.report.parts]
    first = anna.hands_in(without=missing)
    anna.takes_back(first)
    assert first.state == "withdrawn"
    assert type(anna.heard[-1]) is SubmissionWithdrawn
    anna.takes_back(first)
    second = anna.hands_in(key="k2", without=missing)
    keep_feedback(
        second, people["pieter"].__name__, notes={"conclusions": "Waaruit blijkt dit?"},
        choices={}, steps=(), decision="", until="", serial=None, at=anna.at,
    )  # fmt: skip
    with pytest.raises(Refusal):
        anna.takes_back(second)
    assert second.state == "submitted"


def test_only_the_last_version_can_be_taken_back(author: Any) -> None:
    anna = author("whole.pop")
    first, second = (
        anna.hands_in({"starting_point": (text(f"Nu {key}."), None)}, key=key,
                      without=("goals", "actions"))
        for key in ("k1", "k2")
    )  # fmt: skip
    with pytest.raises(Refusal):
        anna.takes_back(first)
    assert first.state == "submitted"
    anna.takes_back(second)
    anna.takes_back(first)
    assert (first.state, second.state) == ("withdrawn", "withdrawn")


def test_after_closing_nothing_is_taken_back(author: Any) -> None:
    anna = author(DATED)
    closes = anna.work.deadline.closes
    anna.saves("coherence", text("De doelen passen bij de visie."))
    version = anna.hands_in(without=("inputs", "goals"))
    with pytest.raises(Refusal):
        anna.takes_back_at(version, closes)
    assert (version.state, anna.work.is_open) == ("submitted", False)
    anna.takes_back_at(version, closes - timedelta(minutes=1))
    assert anna.work.is_open


def test_a_part_that_was_saved_elsewhere_keeps_both_texts(author: Any) -> None:
    anna = author(FREE)
    anna.saves("text", text("Van de telefoon."), serial=0)
    with pytest.raises(DraftMoved) as moved:
        anna.saves("text", text("Van de laptop."), serial=0)
    assert moved.value.serial == 1
    assert moved.value.value["blocks"][0]["html"] == "<p>Van de telefoon.</p>"
    with pytest.raises(DraftMoved):
        anna.hands_in(typed("Van de laptop."))
    same = anna.work.parts["text"].value
    assert anna.saves("text", same, serial=0).serial == 1


def test_files_keep_their_order_and_a_file_is_there_once(author: Any) -> None:
    anna = author(FREE)
    one, _two, three = (anna.gives(name) for name in ("een.pdf", "twee.pdf", "drie.pdf"))
    attach(anna.work, one, name="x", media_type="", by=anna.by, at=anna.at)
    move_file(anna.work, three.id, -2)
    move_file(anna.work, three.id, -5)
    move_file(anna.work, one.id, 1)
    assert names(anna.work) == ["drie.pdf", "twee.pdf", "een.pdf"]
    detach(anna.work, one.id, by=anna.by, at=anna.at)
    assert names(anna.work) == ["drie.pdf", "twee.pdf"]
    assert one.id not in anna.work.files
    version = anna.hands_in()
    assert [row[0] for row in version.receipt["files"]] == ["drie.pdf", "twee.pdf"]


def test_twenty_files_is_the_most(author: Any) -> None:
    anna = author(FREE)
    for number in range(20):
        anna.gives(f"{number}.pdf")
    with pytest.raises(Refusal) as refusal:
        anna.gives("21.pdf")
    assert refusal.value.field == "files"


def test_a_staged_upload_leaves_the_staging_when_it_is_attached(author: Any, people: Any) -> None:
    anna = author(FREE)
    upload = people["anna"].staged.stage(StoredFile("een.pdf", "", anna.at))
    attach(anna.work, upload, name="een.pdf", media_type="", by=anna.by, at=anna.at)
    assert not len(people["anna"].staged)
    assert upload.__parent__ is anna.work.files


def test_only_a_preparation_can_be_ticked(author: Any) -> None:
    anna = author(TICK)
    tick(anna.work, "Twee artikelen.", by=anna.by, at=anna.at)
    assert row_at(anna.work.holder, TICK)["state"] == "done"
    untick(anna.work, by=anna.by, at=anna.at)
    assert row_at(anna.work.holder, TICK)["state"] == "open"
    with pytest.raises(Refusal):
        tick(author(FREE).work, "", by=anna.by, at=anna.at)


def test_the_note_of_a_tick_is_kept_when_it_is_taken_back_and_has_its_limit(author: Any) -> None:
    anna = author(TICK)
    tick(anna.work, "n" * 2000, by=anna.by, at=anna.at)
    for _twice in range(2):
        untick(anna.work, by=anna.by, at=anna.at)
        assert (anna.work.ticked, anna.work.note) == (None, "n" * 2000)
    with pytest.raises(Refusal) as refusal:
        tick(anna.work, "n" * 2001, by=anna.by, at=anna.at)
    assert (refusal.value.field, anna.work.ticked) == ("note", None)


def test_group_work_keeps_the_authors_of_its_moment(
    edition: Any, heard: list[Any], now: datetime
) -> None:
    anna, bram = edition.enrolments.values()
    act = {"by": "system", "at": now - timedelta(days=3)}
    group = form_group(edition, "Oost", "study", [anna], **act, notify=heard.append)
    prepare_work(group, [SHARED])
    work = group.work[SHARED]
    member = Author(work, now, heard)
    version = member.hands_in(typed("Samen gemaakt."), at=now - timedelta(days=2))
    join(group, bram, by="system", at=now - timedelta(days=1))
    leave(group, anna, by="system", at=now)
    assert version.authors == (anna.person_id,)
    assert work.holder.authors(now) == (bram.person_id,)


def test_what_is_handed_on_is_found_where_it_was_made(author: Any) -> None:
    anna = author(FREE)
    holder, product = anna.work.holder, "vergelijking-kwaliteitssystemen"
    assert handed_on(holder, product) == (anna.work, None)
    assert handed_on(holder, "nergens") is None
    version = anna.hands_in(typed("Drie systemen."))
    assert handed_on(holder, product) == (anna.work, version)
    anna.takes_back(version)
    assert handed_on(holder, product) == (anna.work, None)


def test_changes_speak_of_the_goals_of_both_versions(author: Any) -> None:
    before, after = author(DATED), author(GOALS)
    goal = {"goal": "Samen leren", "current": "alleen", "wanted": "samen"}
    before.saves("goals", {"entries": [goal]})
    before.hands_in(without=("inputs", "coherence"))
    after.saves("goals", {"entries": [goal, {**goal, "goal": "Elke dag lezen"}]})
    assert goals_of(after.work, after.work.answers()) == ("Samen leren", "Elke dag lezen")
    kept = {"goal": "samen leren ", "change": "kept"}
    after.saves("changes", {"entries": [kept]})
    with pytest.raises(Incomplete) as found:
        after.hands_in(without=("team_discussion", "core_team"))
    assert found.value.missing == ("changes",)
    added = {"goal": "Elke dag lezen", "change": "added", "reason": "vraag van het team"}
    after.saves("changes", {"entries": [kept, added]})
    assert after.hands_in(without=("team_discussion", "core_team")).number == 1
    assert goals_of(before.work, before.work.answers()) == ()


def test_a_living_report_gets_versions_for_as_long_as_it_lives(author: Any) -> None:
    anna = author("whole.pop")
    for number in (1, 2):
        answers = {"starting_point": (text(f"Nu {number}."), None)}
        version = anna.hands_in(answers, key=f"k{number}", without=("goals", "actions"))
        assert (version.number, version.outcome) == (number, "kept")
        assert anna.work.is_open
