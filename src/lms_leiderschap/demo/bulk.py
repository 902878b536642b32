"""An institution as large as asked for, to measure with: everybody has work and feedback.

In each edition the first participant of each kind is made by the actions themselves; all others
are copies of those records under other names (`branch.py` says why). What lists show is written
beside them. There is no mail and, but for those first ones, no audit line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, groupby, islice
from typing import Any, NamedTuple

import transaction
from ZODB.Connection import TransactionMetaData

from lms_leiderschap.demo.branch import Branch
from lms_leiderschap.demo.make import PASSWORD, demo_programme, read
from lms_leiderschap.enrolment.actions import enrol, let_teach
from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.feedback.actions import keep_feedback, make_ready, release
from lms_leiderschap.feedback.queue import key_of, queue, row_of, state_of
from lms_leiderschap.institution.actions import SYSTEM, found, switch_on
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.meeting.actions import plan_meeting
from lms_leiderschap.people.actions import give_role, register
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.passwords import hash_password
from lms_leiderschap.permissions import Role
from lms_leiderschap.programme.actions import add_programme, open_edition
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import new_id
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.submission.actions import save_part, submit
from lms_leiderschap.submission.blocks import blocks_from_text
from lms_leiderschap.submission.model import Work, report_for

MOST_IN_ONE, IN_EACH = 10_000, 1000  # participants: in a single edition, else in each of several
PER_TEACHER, WAITING = 100, 20
WORDS = 200
BATCH = 60_000  # records in one transaction of the storage
DAYS = (-20, 10, 40, 70)
GIVEN = ("Anna", "Bram", "Carla", "Daan", "Esra", "Fatima", "Gijs", "Hanna", "Ilse", "Joost",
         "Karim", "Lotte", "Maarten", "Noor", "Olaf", "Petra", "Ruben", "Sanne", "Teun", "Yara")
FAMILY = ("Aydin", "Bakker", "de Boer", "van Dijk", "Evers", "Haddad", "Jansen", "Kuipers",
          "van Leeuwen", "Mulder", "Prins", "Smeets", "Verhoeven", "de Vries", "Willems", "Zwart")


class Kind(NamedTuple):
    """How many versions a participant handed in, and whether the last one still waits."""

    versions: int
    waits: bool


def participant_email(number: int) -> str:
    return f"deelnemer{number}@voorbeeld.example"


def teacher_email(number: int) -> str:
    return f"docent{number}@voorbeeld.example"


def reports_of(edition: Edition) -> list[str]:
    """Keys of the work with feedback and a part to write text in; the first one is left open."""
    return [row["key"] for row in edition.plan
            if edition.assignment(row["key"]).feedback_required
            and text_parts(edition, row["key"])]


def text_parts(edition: Edition, work_key: str) -> list[str]:
    """Keys of the parts of a report that take blocks, four at most."""
    return [part.key for part in report_for(edition, work_key).parts
            if part.kind in ("text", "instrument_comparison")][:4]


def fill_bulk(registry: Any, participants: int | None, submissions: int) -> str:
    """Fill the first institution's empty database; a sentence about it.

    participants  how many; None for one per sixteen submissions
    submissions   versions of 200 words over all participants
    """
    entry = registry.lms.institutions[0]
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(entry, manager)
    people = participants if participants is not None else -(-submissions // 16)
    try:
        if institution_in(connection) is not None:
            return f"The institution {entry.key} is there already."
        institution = found(connection, entry.key, "Academie Voorbeeld")
        Bulk(institution, connection, registry).make(max(1, people), submissions)
    finally:
        manager.abort()
        connection.close()
    return (f"Made {people} participants with {submissions} submissions. "
            f"Everybody's password is: {PASSWORD}")


class Bulk:
    """Makes one edition after the other.

    loose  copies that are written and not yet in the tree: oids of person and enrolment, the
           values that they differ by, and the rows of lists
    """

    def __init__(self, institution: Institution, connection: Any, registry: Any) -> None:
        self.institution, self.connection, self.registry = institution, connection, registry
        self.manager, self.notify = connection.transaction_manager, registry.notify
        self.storage = connection.db().storage.new_instance()
        self.now = datetime.now(UTC)
        self.began = self.now - timedelta(days=400)
        self.hashed = hash_password(PASSWORD)
        self.words = " ".join(text for part in read("reports.toml")["first"].values()
                              if isinstance(part, dict) for text in part["texts"]).split()
        self.loose: list[tuple[list[bytes], dict[str, str], list[Any]]] = []
        self.people = 0

    def make(self, participants: int, submissions: int) -> None:
        for name in self.registry.plugins.loaded:
            switch_on(self.institution, name, by=SYSTEM, at=self.began)
        programme = add_programme(self.institution, demo_programme(), by=SYSTEM, at=self.began)
        for role in (Role.OFFICE, Role.ADMIN):
            person = self.person(f"{role}@voorbeeld.example", "Olga", "Maas")
            give_role(person, role, by=SYSTEM, why="", at=self.began)
        editions = 1 if participants <= MOST_IN_ONE else -(-participants // IN_EACH)
        for number in range(editions):
            edition = self.open(programme, number)
            share = _share(participants, editions, number)
            self.fill(edition, share, _share(submissions, editions, number))
            sys.stderr.write(f"{number + 1} of {editions} editions, {self.people} participants\n")

    def open(self, programme: Any, number: int) -> Edition:
        offer = self.registry.plugins.offer(self.institution.switched_on())
        edition = open_edition(programme, f"groep-{number + 1}", f"PLG, groep {number + 1}", offer,
                               by=SYSTEM, at=self.began, notify=self.notify)
        for order, (module, days) in enumerate(zip(edition.modules, cycle(DAYS)), 1):
            starts = self.now + timedelta(days=days)
            plan_meeting(edition, order, module, starts, starts + timedelta(hours=7), "Zwolle",
                         by=SYSTEM, at=self.began)
        return edition

    def person(self, email: str, given_name: str, family_name: str) -> Person:
        person = register(self.institution, email, given_name, family_name, by=SYSTEM,
                          at=self.began)
        person.password = self.hashed
        return person

    def fill(self, edition: Edition, participants: int, submissions: int) -> None:
        """Enrol the participants of an edition, kind by kind."""
        teachers = self.teachers(edition, max(2, -(-participants // PER_TEACHER)))
        waiting = min(WAITING * len(teachers), submissions)
        kinds = (Kind(_share(submissions, participants, place), place < waiting)
                 for place in range(participants))
        turns = cycle(teachers)
        for kind, same in groupby(kinds):
            first = self.participant(edition, kind, teachers[0])
            self.keep()
            self.copy(edition, first, teachers[0], islice(turns, sum(1 for _same in same) - 1))
        self.join(edition)

    def teachers(self, edition: Edition, number: int) -> list[Person]:
        known = len(self.institution.people) - self.people - 2
        made = []
        for place in range(known, known + number):
            person = self.person(teacher_email(place + 1), f"Docent{place + 1}", "de Groot")
            let_teach(edition, person, by=SYSTEM, why="", at=self.began)
            made.append(person)
        return made

    def participant(self, edition: Edition, kind: Kind, teacher: Person) -> Enrolment:
        """One participant made by the actions, with feedback on all but a version that waits."""
        names = self.next_names()
        enrolment = enrol(edition, self.person(*names), by=SYSTEM, at=self.began,
                          notify=self.notify)
        keys = reports_of(edition)[1:]
        step = min(timedelta(days=1), timedelta(days=300) / max(1, kind.versions))
        for place in range(kind.versions):
            left = kind.versions - 1 - place
            at = self.now - timedelta(days=15) - step * left
            if kind.waits and not left:
                self.hand_in(enrolment.work[keys[place % len(keys)]], place,
                             self.now - timedelta(days=2))
                continue
            work = enrolment.work[keys[place % len(keys)]]
            submission = self.hand_in(work, place, at)
            self.give(submission, teacher, at + step / 2, last=left < len(keys))
        return enrolment

    def next_names(self) -> tuple[str, str, str]:
        number = self.people
        self.people += 1
        return (participant_email(self.people), GIVEN[number % len(GIVEN)],
                FAMILY[number // len(GIVEN) % len(FAMILY)])

    def hand_in(self, work: Work, number: int, at: datetime) -> Any:
        parts, by = text_parts(work.edition, work.key), work.holder.person_id
        for place, part in enumerate(parts):
            start = (number * 37 + place * 211) % (len(self.words) - WORDS)
            text = " ".join(self.words[start:start + _share(WORDS, len(parts), place)])
            save_part(work, part, {"blocks": blocks_from_text(text), "in_file": False},
                      serial=None, by=by, at=at)
        return submit(work, {}, without=[part.key for part in work.report.parts],
                      key=f"bulk-{number}", by=by, at=at, notify=self.notify)

    def give(self, submission: Any, teacher: Person, at: datetime, *, last: bool) -> None:
        """Met when no version follows; it would be one round over all reports later."""
        until = "" if last else (at + timedelta(days=14)).isoformat()
        notes = {part: "Helder beschreven; noem nog één voorbeeld uit het team."
                 for part in text_parts(submission.work.edition, submission.work.key)}
        feedback = keep_feedback(
            submission, teacher.__name__, notes=notes, choices={}, serial=None, at=at, until=until,
            steps=["Vraag een collega om mee te lezen."], decision="met" if last else "returned")
        make_ready(feedback, at=at, notify=self.notify)
        release(feedback, by=teacher.__name__, at=at, notify=self.notify)

    def keep(self) -> None:
        """Commit what the actions made, without its mail."""
        for number, _entry in list(self.institution.outbox.items()):
            self.institution.outbox.drop(number)
        self.institution.audit.seal()
        self.manager.commit()
        self.manager.begin()

    def copy(self, edition: Edition, first: Enrolment, teacher: Person,
             teachers: Iterator[Person]) -> None:
        """A copy of a participant for each of these teachers, who gave the feedback on it."""
        person = first.person
        versions = [version for work in first.work.values() for version in work.versions.values()]
        own = [person.__name__, first.__name__, *(version.id for version in versions),
               *(name for version in versions for name in version.feedback)]
        branch = Branch(
            self.storage, [person, first], [person.__parent__, first.__parent__],
            [*sorted(own), teacher.__name__],
            [person.email, person.given_name, person.family_name, teacher.given_name])
        rows = [(state_of(version), *key_of(version), row_of(version)) for version in versions]
        most = max(1, BATCH // len(branch))
        while turn := list(islice(teachers, most)):
            meta = TransactionMetaData()
            self.storage.tpc_begin(meta)
            for other in turn:
                new = dict(zip(sorted(own), sorted(new_id() for _id in own), strict=True))
                email, given, family = self.next_names()
                new |= {teacher.__name__: other.__name__, teacher.given_name: other.given_name,
                        person.email: email, person.given_name: given,
                        person.family_name: family}
                self.loose.append((branch.copy(meta, new), new, rows))
            self.storage.tpc_vote(meta)
            self.storage.tpc_finish(meta)
