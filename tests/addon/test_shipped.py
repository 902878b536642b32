"""The shipped plugins that have code, in the institution that uses them."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.addon.actions import change_settings
from lms_leiderschap.addon.data_actions import put_records, update
from lms_leiderschap.addon.happenings import EVENT
from lms_leiderschap.addon.upgrading import plan_upgrade
from lms_leiderschap.feedback.actions import keep_feedback, make_ready, release
from lms_leiderschap.institution.actions import SYSTEM, post
from lms_leiderschap.submission.actions import submit
from lms_leiderschap.submission.blocks import blocks_from_text

SCHOOL = "onderzoekende_school"
REPORT = f"{SCHOOL}.onderzoeksverslag"
STUDY = f"{SCHOOL}.cultuuronderzoek"
GOALS = "professionele_cultuur.ikk-doelen-bijstellen"
SOON = timedelta(minutes=20)


class School:
    """Anna hands in, Pieter gives feedback, and the jobs run when they are told to."""

    def __init__(self, registry: Any, now: datetime) -> None:
        self.registry, self.now = registry, now
        self.entry = registry.lms.institutions[0]

    def within(self, act: Any) -> Any:
        return self.registry.jobs.within(self.entry, act)

    def set(self, name: str, **values: Any) -> None:
        self.within(lambda one: change_settings(one, name, values, by=SYSTEM, at=self.now))

    def judged(self, key: str, decision: str, number: int = 1) -> None:
        def act(one: Any) -> None:
            anna = one.people[one.emails["anna@noord.test"]]
            edition = one.programmes["plg-leergang"].editions["2026"]
            work = edition.enrolments[edition.by_person[anna.__name__]].work[key]
            version = work.versions.get(str(number)) or self._handed_in(work, number)
            by = one.people[one.emails["pieter@noord.test"]].__name__
            until = (self.now + timedelta(days=20)).isoformat() if decision == "returned" else ""
            feedback = keep_feedback(
                version, by, notes={}, choices={}, steps=["Ga zo door."], decision=decision,
                until=until, serial=None, at=self.now,
            )  # fmt: skip
            make_ready(feedback, at=self.now, notify=self.registry.notify)
            release(feedback, by=by, at=self.now, notify=self.registry.notify)

        self.within(act)

    def _handed_in(self, work: Any, number: int) -> Any:
        text = {"blocks": blocks_from_text(f"Versie {number}.")}
        return submit(
            work, {work.report.parts[0].key: (text, None)}, key=f"k{number}", at=self.now,
            without=[part.key for part in work.report.parts],
            by=work.holder.authors(self.now)[0], notify=self.registry.notify,
        )  # fmt: skip

    def run_jobs(self, at: datetime | None = None) -> None:
        self.registry.jobs.run_once(at or self.now + SOON)

    def records(self) -> dict[str, Any]:
        return self.within(lambda one: {
            key: kept.data for (_kind, key), kept in one.addons[SCHOOL].records.items()})

    def events(self) -> list[dict[str, Any]]:
        return self.within(lambda one: [dict(item["data"]) for _number, item in one.outbox.items()
                                        if item["kind"] == EVENT])

    def questions(self) -> list[str]:
        directory = Path(self.registry.lms.mail.partition(":")[2]) / "noord"
        mails = [message_from_bytes(path.read_bytes(), policy=default)
                 for path in sorted(directory.glob("*.eml"))]  # fmt: skip
        bodies = [mail.get_body(("plain",)).get_content() for mail in mails]
        return [body for body in bodies if "met de kerngroep besproken" in " ".join(body.split())]


@pytest.fixture
def school(registry: Any, now: datetime) -> School:
    return School(registry, now)


def test_the_question_comes_once_after_the_weeks_that_were_set(school: School) -> None:
    school.set(SCHOOL, weken=3)
    school.judged(REPORT, "met")
    school.run_jobs()
    [(key, data)] = school.records().items()
    assert key.endswith(" plg-leergang/2026")
    wanted = school.now + timedelta(weeks=3)
    assert datetime.fromisoformat(data["ask_at"]) == wanted
    school.run_jobs(wanted - timedelta(days=1))
    assert school.questions() == []
    for hours in (1, 2, 3):
        school.run_jobs(wanted + timedelta(hours=hours))
    assert len(school.questions()) == 1


@pytest.mark.parametrize(("key", "decision"), [
    (REPORT, "returned"), (REPORT, "talk"), (STUDY, "met"), (GOALS, "met"),
])
def test_other_feedback_asks_nothing(school: School, key: str, decision: str) -> None:
    school.judged(key, decision)
    assert [event["event"] for event in school.events()] == ["feedback.released"]
    school.run_jobs()
    assert school.events() == [] and school.records() == {}
    school.run_jobs(school.now + timedelta(weeks=8))
    assert school.questions() == []


def test_a_second_version_and_a_second_delivery_ask_nothing_more(school: School) -> None:
    school.judged(REPORT, "returned")
    school.run_jobs()
    school.judged(REPORT, "met", 2)
    [event] = school.events()
    school.run_jobs(school.now + 2 * SOON)
    before = school.records()
    assert len(before) == 1
    # The process ended after the handler and before its transaction was known to be done.
    school.within(lambda one: post(one, EVENT, event, at=school.now))
    school.run_jobs(school.now + 3 * SOON)
    assert school.events() == [] and school.records() == before
    for days in (42, 43, 60):
        school.run_jobs(school.now + timedelta(days=days, hours=1))
    assert len(school.questions()) == 1


def test_a_setting_beyond_reason_stops_nothing(school: School) -> None:
    school.set(SCHOOL, weken=-5)
    school.judged(REPORT, "met")
    school.run_jobs()
    school.run_jobs(school.now + 2 * SOON)
    assert len(school.questions()) == 1


def test_records_of_the_first_version_are_brought_along(school: School) -> None:
    released = "2026-11-02T15:30:00+00:00"

    def as_it_was(one: Any) -> None:
        addon = one.kept_addons().named(SCHOOL)
        addon.version = "1.0.0"
        put_records(addon, {(f"{SCHOOL}-navraag", "anna plg-leergang/2026"):
                            ({"released": released}, 1)}, at=school.now)  # fmt: skip

    def upgrade(one: Any) -> Any:
        plan = plan_upgrade(one.addons[SCHOOL], school.registry.plugins.loaded[SCHOOL])
        update(one, SCHOOL, plan.version, plan.changed, by=SYSTEM, at=school.now)
        return plan

    school.within(as_it_was)
    plan = school.within(upgrade)
    assert (plan.looked_at, len(plan.changed), list(plan.failures)) == (1, 1, [])
    [data] = school.records().values()
    assert data == {"released": released, "ask_at": "2026-12-14T15:30:00+00:00"}


def test_the_question_for_the_team_stands_with_the_assignments_of_its_module(
    school: School, browse: Any
) -> None:
    anna = browse("anna")
    shown = anna.get(f"{anna.home}/work/{GOALS}").html.select(".panel blockquote")
    assert [quote.text.strip() for quote in shown] == [
        "Welk gedrag van morgen laat zien dat dit doel van het hele team is?"
    ]
    assert not anna.get(f"{anna.home}/work/{REPORT}").html.select(".panel")


def test_the_institution_words_the_question_or_leaves_it_out(school: School, browse: Any) -> None:
    ada, anna = browse("ada"), browse("anna")
    form = ada.get("/addons/professionele_cultuur/settings").forms["form"]
    form["set_gespreksvraag"] = "Wat <b>laten</b> wij los?"
    form.submit("save").follow()
    page = anna.get(f"{anna.home}/work/{GOALS}")
    assert "Wat" in page.html.select_one(".panel blockquote").text
    assert "<b>laten" not in page.html.select_one(".panel").decode()
    form["set_gespreksvraag"] = ""
    ada.get("/addons/professionele_cultuur/settings")
    form.submit("save").follow()
    assert not anna.get(f"{anna.home}/work/{GOALS}").html.select(".panel")
