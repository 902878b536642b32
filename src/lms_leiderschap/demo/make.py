"""The demo institution: one running edition with work in every state, dated around today."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any

import transaction

from lms_leiderschap.addon.actions import switch_on
from lms_leiderschap.demo.documents import sample_docx
from lms_leiderschap.enrolment.actions import enrol, let_teach
from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.feedback.actions import keep_feedback, make_ready, release
from lms_leiderschap.institution.actions import SYSTEM, found
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.meeting.actions import plan_meeting
from lms_leiderschap.people.actions import give_role, normal_email, register
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.passwords import hash_password
from lms_leiderschap.permissions import Role
from lms_leiderschap.plugin.folder import read_programme
from lms_leiderschap.programme.actions import add_programme, open_edition
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission.actions import attach, give_date, mark_read, save_part, submit, tick
from lms_leiderschap.submission.blocks import blocks_from_text
from lms_leiderschap.submission.model import Submission, Work
from lms_leiderschap.texts import _

PASSWORD = "demo demo demo"  # noqa: S105 (it is printed when the demo is made)
FIRST, SECOND = "hrm.ink-met-medewerkers", "kwaliteitszorg.ikk-doelen-beschrijven"
COMPARISON = "kwaliteitszorg.vergelijking-kwaliteitssystemen"
TICKED = ("hrm.literatuur", "hrm.ink-positiebepaling-alleen", "kwaliteitszorg.literatuur")
# Days from today on which the four college days lie; the third makes SECOND due soon.
HOST = "Zwolle, op een school die met Via-4 werkt"
DAYS = (("hrm", -63, "Zwolle"), ("kwaliteitszorg", -21, HOST),
        ("professionele_cultuur", 3, "Zwolle"), ("onderzoekende_school", 45, "Zwolle"))


def read(name: str) -> dict[str, Any]:
    """A TOML file of the demo."""
    return tomllib.loads((files("lms_leiderschap.demo") / name).read_text("utf-8"))


def demo_programme() -> Any:
    """The programme file of the leergang."""
    with as_file(files("lms_leiderschap.demo") / "programmes" / "plg-leergang.toml") as path:
        return read_programme(path)


def fill_demo(registry: Any) -> str:
    """Make the demo in the first institution's empty database; a sentence about it."""
    entry = registry.lms.institutions[0]
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(entry, manager)
    try:
        if institution_in(connection) is not None:
            manager.abort()
            return f"The demo institution {entry.key} is there already."
        institution = found(connection, entry.key, "Academie Voorbeeld")
        institution.office_email = "bureau@voorbeeld.example"
        Demo(institution, connection, registry).make()
        manager.commit()
    finally:
        connection.close()
    return f"Made the demo institution {entry.key}. Everybody's password is: {PASSWORD}"


def accounts(
    institution: Institution, people: Mapping[str, Any]
) -> list[tuple[str, list[dict[str, str]]]]:
    """Headings with the accounts of `people` (as in people.toml), for the demo's start page."""
    headings = (("participants", _("Participants")), ("teachers", _("Teachers")),
                ("office", _("Programme office")), ("admin", _("Administration")))
    return [(heading, list(_listed(institution, people[part]))) for part, heading in headings]


def _listed(institution: Institution, rows: Iterable[dict[str, Any]]) -> Iterable[dict[str, str]]:
    for row in rows:
        person_id = institution.emails.get(address_of(row["name"]))
        if person_id:
            yield {"id": person_id, "name": " ".join(row["name"]), "shows": row["shows"]}


def address_of(name: list[str]) -> str:
    """The address of a demo person: given.family@voorbeeld.example in plain letters."""
    plain = "".join(sign for sign in ".".join(name).lower().replace(" ", "").replace("ı", "i")
                    if sign.isascii())
    return normal_email(f"{plain}@voorbeeld.example")


class Demo:
    """Makes it all, in the order in which it would have happened."""

    def __init__(self, institution: Institution, connection: Any, registry: Any) -> None:
        self.institution, self.connection, self.registry = institution, connection, registry
        self.now = datetime.now(UTC)
        self.people, self.texts = read("people.toml"), read("reports.toml")
        self.hashed = hash_password(PASSWORD)
        self.began = self.now - timedelta(days=90)

    def make(self) -> None:
        edition = self.open()
        for row in self.people["office"]:
            give_role(self.person(row), Role.OFFICE, by=SYSTEM, why="", at=self.began)
        for row in self.people["admin"]:
            give_role(self.person(row), Role.ADMIN, by=SYSTEM, why="", at=self.began)
        teachers = [self.person(row) for row in self.people["teachers"]]
        for teacher in teachers:
            let_teach(edition, teacher, by=SYSTEM, why="", at=self.began)
        for number, row in enumerate(self.people["participants"]):
            enrolment = enrol(edition, self.person(row), by=SYSTEM, at=self.began,
                              notify=self.registry.notify)
            self.play(enrolment, row, number, teachers[number % 2].__name__)
        self.forget_mail()

    def open(self) -> Edition:
        """The programme, its add-ons switched on, one edition with four days."""
        for name, plugin in self.registry.plugins.loaded.items():
            switch_on(self.institution, name, by=SYSTEM, at=self.began,
                      version=plugin.version)  # fmt: skip
        offer = self.registry.plugins.offer(self.institution.switched_on())
        programme = add_programme(self.institution, demo_programme(), by=SYSTEM, at=self.began)
        edition = open_edition(programme, "zwolle", "PLG, groep Zwolle", offer, by=SYSTEM,
                               at=self.began, notify=self.registry.notify)
        for number, (module, days, place) in enumerate(DAYS, 1):
            starts = self.on_day(days)
            plan_meeting(edition, number, module, starts, starts + timedelta(hours=7), place,
                         by=SYSTEM, at=self.began)
        return edition

    def on_day(self, days: int, at: time = time(9, 30)) -> datetime:
        """A working day that many days from today, at a local time; the past stays past."""
        day = self.now.astimezone(self.institution.tz).date() + timedelta(days=days)
        while day.weekday() > 4:
            day += timedelta(days=1 if days > 0 else -1)
        return datetime.combine(day, at, self.institution.tz).astimezone(UTC)

    def person(self, row: dict[str, Any]) -> Person:
        """Demo accounts share one password hash: making it is slow on purpose."""
        person = register(self.institution, address_of(row["name"]), *row["name"], by=SYSTEM,
                          at=self.began)
        person.password = self.hashed
        return person

    def play(self, enrolment: Enrolment, row: dict[str, Any], number: int, teacher: str) -> None:
        """What one participant did so far, and what a teacher did with it."""
        for key in TICKED:
            tick(enrolment.work[key], "", by=enrolment.person_id, at=self.on_day(-30))
        if row["first"] != "none":
            self.write(enrolment.work[COMPARISON], "comparison", number, -22)
            self.hand_in(enrolment.work[COMPARISON], number, -22)
        self.first(enrolment.work[FIRST], row["first"], number, teacher)
        self.second(enrolment.work[SECOND], row["second"], number, teacher)
        if "gelezen" in row["shows"]:
            mark_read(enrolment.work[FIRST])
        if "datum verzet" in row["shows"]:
            give_date(enrolment.work[SECOND], self.on_day(12, time(23, 59)),
                      "Ziekte in het team; in overleg met het bureau.", by=SYSTEM, at=self.now,
                      notify=self.registry.notify)

    def first(self, work: Work, state: str, number: int, teacher: str) -> None:
        """The report of the first module: it was due before the second college day."""
        days = {"waiting": -25, "late": -18}.get(state, -26 - number % 6)
        if state == "none":
            return
        self.write(work, "first", number, days)
        submission = self.hand_in(work, number, days)
        if state in ("released", "returned", "again"):
            decision = "met" if state == "released" else "returned"
            self.give(submission, teacher, number, decision, ready_only=False, days=-12)
        elif state == "ready":
            self.give(submission, teacher, number, "met", ready_only=True, days=-2)
        if state == "again":
            more = "\n\n" + self.texts["again"]["text"].strip()
            self.write(work, "first", number, -4, more)
            self.hand_in(work, number, -4)

    def second(self, work: Work, state: str, number: int, teacher: str) -> None:
        """The report of the second module: due on the day before the third."""
        if state == "none":
            return
        self.write(work, "second", number, -3, only=("inputs", "goals") if state == "draft" else ())
        if state == "draft":
            return
        if number == 4:
            self.add_file(work)
        submission = self.hand_in(work, number, -(number % 8) - 1)
        if state == "ready":
            self.give(submission, teacher, number, "met", ready_only=True, days=-1)

    def write(self, work: Work, report: str, number: int, days: int, more: str = "",
              only: tuple[str, ...] = ()) -> None:
        """Fill the parts of a report from the sample texts."""
        for part, sample in self.texts[report].items():
            if only and part not in only:
                continue
            if isinstance(sample, list):
                value: dict[str, Any] = {"entries": [dict(entry) for entry in sample]}
            else:
                text = sample["texts"][number % len(sample["texts"])].strip()
                text += more if part == "findings" else ""
                before = work.parts[part].value.get("blocks", []) if part in work.parts else []
                value = {"blocks": blocks_from_text(text, before), "in_file": False}
            save_part(work, part, value, serial=None, by=work.holder.person_id,
                      at=self.on_day(days, time(20, 15)))

    def add_file(self, work: Work) -> None:
        file = StoredFile("", "", self.now)
        self.connection.add(file)
        file.fill(BytesIO(sample_docx()), self.connection)
        attach(work, file, name="lesbezoeken-overzicht.docx",
               media_type="application/vnd.openxmlformats-officedocument"
                          ".wordprocessingml.document", by=work.holder.person_id, at=self.now)

    def hand_in(self, work: Work, number: int, days: int) -> Submission:
        missing = [part.key for part in work.report.parts]
        return submit(work, {}, without=missing, key=f"demo-{work.key}-{len(work.versions)}",
                      by=work.holder.person_id, at=self.on_day(days, time(20, 30 + number)),
                      notify=self.registry.notify)

    def give(self, submission: Submission, teacher: str, number: int, decision: str, *,
             ready_only: bool, days: int) -> None:
        sample, at = self.texts["feedback"], self.on_day(days, time(16, 10))
        parts = [part.key for part in submission.work.report.parts]
        notes = dict(zip(parts, sample["notes"], strict=False))
        steps = [sample["returned"] if decision == "returned"
                 else sample["steps"][number % len(sample["steps"])]]
        until = self.on_day(9, time(23, 59)).isoformat() if decision == "returned" else ""
        feedback = keep_feedback(
            submission, teacher, notes=notes, choices={"analysis": "met", "approach": "almost",
                                                       "reflection": "strong"},
            steps=steps, decision=decision, until=until, serial=None, at=at)
        make_ready(feedback, at=at, notify=self.registry.notify)
        if not ready_only:
            release(feedback, by=teacher, at=at, notify=self.registry.notify)

    def forget_mail(self) -> None:
        """The demo's past sends no mail; its files are still to be read."""
        for number, entry in list(self.institution.outbox.items()):
            if entry["kind"] == "mail":
                self.institution.outbox.drop(number)
