"""A demo institution around one plugin: a running edition in which its reports are handed in.

Nothing else has to be installed. When the plugin changes, the same institution goes on with it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import transaction

from lms_leiderschap.addon.actions import switch_on
from lms_leiderschap.addon.data_actions import update
from lms_leiderschap.addon.upgrading import plan_upgrade
from lms_leiderschap.demo.filling import Filler
from lms_leiderschap.demo.make import PASSWORD, address_of, read
from lms_leiderschap.enrolment.actions import enrol, let_teach
from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.feedback.actions import keep_feedback, make_ready, release
from lms_leiderschap.feedback.spec import RubricSpec
from lms_leiderschap.institution.actions import SYSTEM, found
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.meeting.actions import move_meeting, plan_meeting
from lms_leiderschap.people.actions import give_role, register
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.passwords import hash_password
from lms_leiderschap.permissions import Role
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.programme.actions import add_programme, move_module, open_edition
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.programme.spec import (
    AssignmentSpec,
    DueSpec,
    ModuleSpec,
    Offer,
    ProgrammeModuleSpec,
    ProgrammeSpec,
)
from lms_leiderschap.settings import InstitutionEntry, Settings
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission.actions import submit
from lms_leiderschap.submission.model import Submission, Work

KEY = "proef"
NEW = ("Noor", "Jansen")
# How many of the reports that were handed in have feedback, and what it decided.
DECISIONS = ("met", "met", "returned")
# Days until the first college day: what is due before it is on the card of My week.
FIRST_DAY, BETWEEN = 5, 7
# What a plugin without a module of its own is tried with.
OWN = ModuleSpec(
    "proef", "Proefmodule",
    work_form={"after": "Deze module is er om een plugin zonder eigen module te proberen."},
    assignments=[AssignmentSpec("verslag", "Proefverslag", report="action-learning-verslag",
                                due=DueSpec("before_meeting", "proef"))],
)  # fmt: skip


def stage_settings(directory: Path, url: str) -> Settings:
    """Settings without an ini file: one institution whose files all lie in one directory."""
    entry = InstitutionEntry(KEY, (), url, f"file:{directory / 'data'}")
    return Settings(
        institutions=(entry,), side=directory / "side.sqlite", keys=directory / "keys",
        mail=f"files:{directory / 'mail'}", mail_from="lms@localhost", demo=True, jobs=True,
        cache_objects=8000, body_max=110 * 2**20, file_max=25 * 2**20, unsigned_plugins=("*",),
    )  # fmt: skip


def people_of_stage() -> dict[str, list[dict[str, Any]]]:
    """Who is there, as in people.toml, with what their account shows here."""
    people = read("people.toml")
    shows = {"participants": "verslag ingeleverd", "teachers": "verslagen die wachten op feedback",
             "office": "deelnemers en data", "admin": "uitbreidingen"}  # fmt: skip
    staged = {part: [row | {"shows": text} for row in people[part]]
              for part, text in shows.items()}  # fmt: skip
    staged["participants"].insert(0, {"name": list(NEW), "shows": "nog niets ingeleverd"})
    return staged


def set_stage(registry: Any, plugin: Plugin) -> list[str]:
    """Make the institution, or let the one that is there follow the plugin; sentences about it."""
    registry.demo_people = people_of_stage()
    manager = transaction.TransactionManager(explicit=True)
    connection = registry.databases.connect(registry.lms.institutions[0], manager)
    try:
        with manager:
            institution = institution_in(connection)
            if institution is not None:
                return Stage(institution, registry, plugin).follow()
            institution = found(connection, KEY, "Academie Voorbeeld")
            institution.office_email = "bureau@voorbeeld.example"
            return Stage(institution, registry, plugin).make()
    finally:
        connection.close()


class Stage:
    """One institution with one programme, made of the modules of one plugin."""

    def __init__(self, institution: Institution, registry: Any, plugin: Plugin) -> None:
        self.institution, self.registry, self.plugin = institution, registry, plugin
        self.now = datetime.now(UTC)
        self.began = self.now - timedelta(days=60)
        self.filler = Filler()

    @property
    def edition(self) -> Edition:
        found: Edition = self.institution.programmes[KEY].editions[KEY]
        return found

    def make(self) -> list[str]:
        """Everything, in the order in which it would have happened."""
        self._switch_on()
        programme = add_programme(self.institution, self._programme(), by=SYSTEM, at=self.began)
        edition = open_edition(programme, KEY, "Proefgroep", self._offer(), by=SYSTEM,
                               at=self.began, notify=self.registry.notify)  # fmt: skip
        self._plan_days(edition)
        teacher = self._settle(edition)
        handed_in = self._hand_in(edition, teacher)
        self._forget_mail()
        return [f"{len(edition.enrolments)} participants, {handed_in} reports handed in."]

    def follow(self) -> list[str]:
        """Switch it on and move the edition to what the plugin brings now."""
        self._switch_on()
        said = self._upgrade()
        spec, offer = self._programme(), self._offer()
        add_programme(self.institution, spec, by=SYSTEM, at=self.now)
        for key in spec.module_keys:
            if key not in offer.modules:
                continue
            move = move_module(self.edition, key, offer, by=SYSTEM, at=self.now,
                               notify=self.registry.notify)  # fmt: skip
            said += [f"The edition follows {key}."] if move.changes_something else []
        self._plan_days(self.edition)
        return said

    def _switch_on(self) -> None:
        switch_on(self.institution, self.plugin.name, version=self.plugin.version, by=SYSTEM,
                  at=self.now)  # fmt: skip

    def _upgrade(self) -> list[str]:
        addon = self.institution.addons[self.plugin.name]
        if addon.version == self.plugin.version:
            return []
        plan = plan_upgrade(addon, self.plugin)
        if plan.failures:
            return [f"{kind} {key} cannot be upgraded: {why}" for kind, key, why in plan.failures]
        update(self.institution, self.plugin.name, plan.version, plan.changed, by=SYSTEM,
               at=self.now)  # fmt: skip
        return [f"Records brought to {plan.version}: {len(plan.changed)}."]

    def _programme(self) -> ProgrammeSpec:
        modules = [ProgrammeModuleSpec(module.key, place)
                   for place, module in enumerate(self.plugin.modules, 1)]  # fmt: skip
        return ProgrammeSpec(
            KEY, f"Proefprogramma {self.plugin.title}", short_title="Proefprogramma",
            modules=modules or [ProgrammeModuleSpec(OWN.key, 1, OWN)],
        )  # fmt: skip

    def _offer(self) -> Offer:
        shelf = self.registry.shelves.of(self.institution)
        offer: Offer = shelf.offer([self.plugin.name])
        return offer

    def _plan_days(self, edition: Edition) -> None:
        """A college day for every module, all still to come: nothing is late here."""
        known = {meeting.module: meeting for meeting in edition.meetings.values()}
        for place, key in enumerate(edition.modules):
            day = self.now + timedelta(days=FIRST_DAY + BETWEEN * place)
            starts = day.replace(hour=8, minute=30, second=0, microsecond=0)
            ends, meeting = starts + timedelta(hours=7), known.get(key)
            if meeting is None:
                plan_meeting(edition, place + 1, key, starts, ends, "Zwolle", by=SYSTEM,
                             at=self.began)  # fmt: skip
            elif meeting.starts is not None and meeting.starts < self.now + timedelta(days=1):
                move_meeting(meeting, starts, ends, "Zwolle", by=SYSTEM,
                             why="De proef gaat verder.", at=self.now)  # fmt: skip

    def _settle(self, edition: Edition) -> Person:
        """Everybody with their part; the first teacher."""
        people, hashed = people_of_stage(), hash_password(PASSWORD)

        def person(row: dict[str, Any]) -> Person:
            made = register(self.institution, address_of(row["name"]), *row["name"], by=SYSTEM,
                            at=self.began)  # fmt: skip
            made.password = hashed
            return made

        for part, role in (("office", Role.OFFICE), ("admin", Role.ADMIN)):
            for row in people[part]:
                give_role(person(row), role, by=SYSTEM, why="", at=self.began)
        teachers = [person(row) for row in people["teachers"]]
        for teacher in teachers:
            let_teach(edition, teacher, by=SYSTEM, why="", at=self.began)
        for row in people["participants"]:
            enrol(edition, person(row), by=SYSTEM, at=self.began, notify=self.registry.notify)
        return teachers[0]

    def _hand_in(self, edition: Edition, teacher: Person) -> int:
        """The first report of everybody but the newcomer, some with feedback; how many."""
        first = next((row["key"] for row in edition.plan if self._is_report(edition, row["key"])),
                     None)  # fmt: skip
        if first is None:
            return 0
        written = [each for each in edition.enrolments.values() if not self._is_new(each)]
        for number, enrolment in enumerate(written):
            submission = self._write(enrolment.work[first], number)
            if number < len(DECISIONS) and submission.outcome != "kept":
                self._give(submission, teacher, DECISIONS[number])
        return len(written)

    @staticmethod
    def _is_report(edition: Edition, key: str) -> bool:
        assignment = edition.assignment(key)
        return bool(assignment.report_key) and assignment.scope != "group"

    def _is_new(self, enrolment: Enrolment) -> bool:
        person = self.institution.people[enrolment.person_id]
        return (person.given_name, person.family_name) == NEW

    def _write(self, work: Work, number: int) -> Submission:
        at = self.now - timedelta(days=4, minutes=37 * number)
        left = self.filler.fill(work, number, at=at)
        return submit(work, {}, without=left, key=f"proef-{work.key}", by=work.holder.person_id,
                      at=at, notify=self.registry.notify)  # fmt: skip

    def _give(self, submission: Submission, teacher: Person, decision: str) -> None:
        sample, at = read("reports.toml")["feedback"], self.now - timedelta(days=1)
        work = submission.work
        pinned = work.edition.pinned("rubric", work.assignment.rubric_key)
        rubric = pinned.spec(RubricSpec.from_data) if pinned else RubricSpec()
        parts = [part.key for part in submission.report.parts]
        until = (self.now + timedelta(days=14)).isoformat() if decision == "returned" else ""
        feedback = keep_feedback(
            submission, teacher.__name__, notes=dict(zip(parts, sample["notes"], strict=False)),
            choices={row.key: rubric.levels[-1].key
                     for row in rubric.for_parts(parts).criteria if rubric.levels},
            steps=[sample["steps"][0]], decision=decision, until=until, serial=None, at=at,
        )  # fmt: skip
        make_ready(feedback, at=at, notify=self.registry.notify)
        release(feedback, by=teacher.__name__, at=at, notify=self.registry.notify)

    def _forget_mail(self) -> None:
        """What happened before today sends no mail."""
        for number, entry in list(self.institution.outbox.items()):
            if entry["kind"] == "mail":
                self.institution.outbox.drop(number)
