"""One piece of work as hypothesis lives it: written, handed in, taken back, given feedback,
returned, handed in again; by one participant and two teachers, on a clock that also jumps back.

The machine keeps its own simple account of what must be there, made from nothing but what it did,
and holds the database against it after every step, through a connection of its own.
"""

from __future__ import annotations

import copy
import io
from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lms_leiderschap.enrolment.actions import enrol
from lms_leiderschap.errors import DraftMoved, Refusal
from lms_leiderschap.feedback.actions import (
    add_remark,
    keep_feedback,
    make_ready,
    release,
    reopen,
)
from lms_leiderschap.feedback.model import feedback_by
from lms_leiderschap.meeting.actions import move_meeting
from lms_leiderschap.people.actions import register
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import find, new_id, path_of
from lms_leiderschap.submission.actions import (
    attach,
    detach,
    give_date,
    mark_read,
    move_file,
    save_part,
    submit,
    withdraw,
)
from lms_leiderschap.submission.blocks import blocks_from_text
from tests.reliability.account import ZONE, Account, Version
from tests.reliability.held import hold

KEY, MODULE = "hrm.ink-met-medewerkers", "kwaliteitszorg"
TEXT_PARTS = ("situation", "goal")
TEACHERS = ("pieter", "marieke")
MOSTLY = st.sampled_from([True] * 5 + [False])
FROM_LAST = st.sampled_from([0] * 5 + [1, 2, 3])  # how many versions before the last one
TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=40)


class Course(RuleBasedStateMachine):
    """Each step is a transaction of its own; `registry` and `begins` are set by the test."""

    registry: Any
    begins: datetime

    def within(self, act: Any) -> Any:
        return self.registry.jobs.within(self.registry.lms.institutions[0], act)

    def on_work(self, act: Any) -> Any:
        return self.within(lambda institution: act(find(institution, self.path)))

    @initialize()
    def somebody_enrols(self) -> None:
        self.now = self.begins

        def act(institution: Any) -> tuple[Any, ...]:
            edition = institution.programmes["plg-leergang"].editions["2026"]
            person = register(institution, f"{new_id()}@noord.test", "Noor", "Bos", by="system",
                              at=self.now)  # fmt: skip
            one = enrol(edition, person, by="system", at=self.now, notify=self.registry.notify)
            [day] = [day for day in edition.meetings.values() if day.module == MODULE]
            starts = self.now + timedelta(days=10)
            move_meeting(day, starts, starts + timedelta(hours=6), day.place, by="office", why="",
                         at=self.now)  # fmt: skip
            teachers = [institution.emails[f"{name}@noord.test"] for name in TEACHERS]
            parts = [part.key for part in one.work[KEY].report.parts]
            return path_of(one.work[KEY]), path_of(day), person.__name__, teachers, parts, day

        self.path, self.day, self.me, self.teachers, self.parts, day = self.within(act)
        self.account = Account(self.evening(day.starts))
        self.writes("situation", "Wij bezoeken elkaars lessen.", False)

    def evening(self, starts: datetime) -> datetime | None:
        """23.59 on the day before a meeting; None when that was before somebody enrolled."""
        day = starts.astimezone(ZONE).date() - timedelta(days=1)
        until = datetime.combine(day, time(23, 59), ZONE)
        return until if until >= self.begins else None

    @rule(minutes=st.one_of(st.integers(1, 120), st.integers(1, 60 * 24 * 3)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_clock_is_set_back(self) -> None:
        self.now -= timedelta(hours=1)

    @rule(part=st.sampled_from(TEXT_PARTS), text=TEXTS, behind=st.booleans())
    def writes(self, part: str, text: str, behind: bool) -> None:
        """`behind`: from a page that was opened before the last time this part was saved."""
        value = {"blocks": blocks_from_text(text)}
        mine = self.account
        behind = behind and part in mine.draft
        serial = mine.serials.get(part, 0) - behind
        try:
            self.on_work(lambda work: save_part(work, part, value, serial=serial, by=self.me,
                                                at=self.now))  # fmt: skip
        except DraftMoved:
            assert behind
        except Refusal:
            assert not mine.open
        else:
            assert mine.open
            mine.write(part, self.kept(part))

    def number(self, back: int) -> int:
        return max(1, len(self.account.versions) - back)

    def kept(self, part: str) -> Any:
        return self.on_work(lambda work: copy.deepcopy(work.answers().get(part)))

    @rule(content=st.binary(min_size=1, max_size=60))
    def adds_a_file(self, content: bytes) -> None:
        def act(work: Any) -> str:
            upload = StoredFile("verslag.pdf", "", self.now)
            upload.fill(io.BytesIO(content), work._p_jar)
            attach(work, upload, name="verslag.pdf", media_type="application/pdf", by=self.me,
                   at=self.now)  # fmt: skip
            return upload.id

        try:
            name = self.on_work(act)
        except Refusal:
            assert not self.account.open or len(self.account.chosen) >= 20
        else:
            assert self.account.open
            self.account.files[name] = content
            self.account.chosen.append(name)

    @precondition(lambda self: self.account.chosen)
    @rule(number=st.integers(0, 30), places=st.integers(-3, 3), out=st.booleans())
    def changes_the_files(self, number: int, places: int, out: bool) -> None:
        chosen = self.account.chosen
        name = chosen[number % len(chosen)]

        def act(work: Any) -> None:
            if out:
                detach(work, name, by=self.me, at=self.now)
            else:
                move_file(work, name, places)

        try:
            self.on_work(act)
        except Refusal:
            assert not self.account.open
            return
        place = max(0, min(len(chosen) - 1, chosen.index(name) + places))
        chosen.remove(name)
        if not out:
            chosen.insert(place, name)

    @rule(confirmed=MOSTLY)
    def hands_in(self, confirmed: bool) -> None:
        self.send(new_id(), confirmed)

    @precondition(lambda self: self.account.sent)
    @rule()
    def sends_the_last_form_again(self) -> None:
        key, number, draft, chosen = self.account.sent[-1]
        if (draft, chosen) == (self.account.draft, self.account.chosen):
            before = self.account.versions[number - 1]
            again = self.send(key, True)
            assert before.state == "withdrawn" or again in (number, None)

    def send(self, key: str, confirmed: bool) -> int | None:
        mine = self.account
        twice = [row for row in mine.sent if row[0] == key]
        answers = {part: (value, None) for part, value in mine.draft.items()}

        def act(work: Any) -> Any:
            made = submit(work, answers, without=self.parts if confirmed else [], key=key,
                          by=self.me, at=self.now, notify=self.registry.notify)  # fmt: skip
            return made.number, copy.deepcopy(Version.of(made))

        try:
            number, made = self.on_work(act)
        except Refusal:
            assert not (mine.may_hand_in(self.now) and confirmed)
            return None
        if number <= len(mine.versions):
            assert twice and number == twice[-1][1]
            return int(number)
        assert mine.may_hand_in(self.now) and confirmed
        mine.handed_in(made, key, self.now)
        return int(number)

    @precondition(lambda self: self.account.versions)
    @rule(back=FROM_LAST)
    def takes_back(self, back: int) -> None:
        mine, number = self.account, self.number(back)
        may = mine.may_take_back(number, self.now)

        def act(work: Any) -> None:
            withdraw(work.versions[str(number)], by=self.me, at=self.now,
                     notify=self.registry.notify)  # fmt: skip

        try:
            self.on_work(act)
        except Refusal:
            assert not may
        else:
            assert may or mine.versions[number - 1].state == "withdrawn"
            mine.versions[number - 1].state = "withdrawn"

    @rule(days=st.integers(1, 20))
    def gets_another_date(self, days: int) -> None:
        until = self.now + timedelta(days=days)
        self.on_work(lambda work: give_date(work, until, "Ziek.", by="office", at=self.now,
                                            notify=self.registry.notify))  # fmt: skip
        self.account.given.append(until)

    @rule(days=st.integers(-3, 5))
    def the_meeting_is_moved(self, days: int) -> None:
        """The rule changes: what was handed in keeps the verdict it got."""

        def act(institution: Any) -> Any:
            day = find(institution, self.day)
            starts, ends = (each + timedelta(days=days) for each in (day.starts, day.ends))
            move_meeting(day, starts, ends, day.place, by="office", why="", at=self.now)
            return starts

        self.account.evening = self.evening(self.within(act))

    @precondition(lambda self: self.account.versions)
    @rule(who=st.sampled_from([0, 0, 0, 1]), back=FROM_LAST, note=TEXTS,
          decision=st.sampled_from(["met", "returned", "talk"]), whole=MOSTLY)  # fmt: skip
    def a_teacher_writes(self, who: int, back: int, note: str, decision: str,
                         whole: bool) -> None:  # fmt: skip
        mine, until = self.account, ""
        if decision == "returned":
            until = (self.now + timedelta(days=9)).isoformat()
        number = self.number(back)
        given = mine.versions[number - 1].by(who)

        def act(work: Any) -> None:
            keep_feedback(work.versions[str(number)], self.teachers[who],
                          notes={"situation": note}, choices={},
                          steps=["Noem een cijfer."] if whole else None,
                          decision=decision if whole else None,
                          until=until, serial=None, at=self.now)  # fmt: skip

        try:
            self.on_work(act)
        except Refusal:
            assert given.state == "released" or mine.versions[number - 1].state == "withdrawn"
        else:
            mine.versions[number - 1].write(who, note, decision if whole else None, until)

    @precondition(lambda self: self.account.versions)
    @rule(who=st.sampled_from([0, 0, 0, 1]), back=FROM_LAST)
    def a_teacher_remarks(self, who: int, back: int) -> None:
        number = self.number(back)
        version = self.account.versions[number - 1]

        def act(work: Any) -> None:
            made = work.versions[str(number)]
            place = {"version": made.id, "block": "b", "start": 0, "end": 1, "quote": "x"}
            add_remark(made, self.teachers[who], "question", "Hoezo?", place, at=self.now)

        try:
            self.on_work(act)
        except Refusal:
            assert version.state == "withdrawn" or version.by(who).state == "released"
        else:
            version.remark(who)

    @precondition(lambda self: self.account.versions)
    @rule(who=st.sampled_from([0, 0, 0, 1]), back=FROM_LAST,
          verb=st.sampled_from(["ready", "reopen", "release"]))  # fmt: skip
    def a_teacher_goes_on(self, who: int, back: int, verb: str) -> None:
        number = self.number(back)
        version = self.account.versions[number - 1]
        if not version.by(who).begun:
            return

        def act(work: Any) -> None:
            given = feedback_by(work.versions[str(number)], self.teachers[who])
            assert given is not None
            if verb == "ready":
                make_ready(given, at=self.now, notify=self.registry.notify)
            elif verb == "reopen":
                reopen(given)
            else:
                release(given, by=self.teachers[who], at=self.now, notify=self.registry.notify)

        may = version.may(verb, who, self.now)
        try:
            self.on_work(act)
        except Refusal:
            assert not may
        else:
            assert may
            self.account.went_on(number, who, verb)

    @rule(decision=st.sampled_from(["met", "returned", "returned", "talk", ""]))
    def a_whole_round(self, decision: str) -> None:
        """All in one, so that many runs come to their third version; "": taken back at once."""
        if self.send(new_id(), True) is None:
            return
        if not decision:
            self.takes_back(0)
        else:
            self.a_teacher_writes(0, 0, "Helder.", decision, True)
            for verb in ("ready", "release"):
                self.a_teacher_goes_on(0, 0, verb)

    @rule()
    def reads_the_feedback(self) -> None:
        self.on_work(mark_read)

    @rule()
    def the_server_starts_again(self) -> None:
        self.registry.databases.close()

    @invariant()
    def all_is_as_it_was_done(self) -> None:
        self.within(lambda institution: hold(institution, self.path, self.account, self.teachers))
