"""An institution as large as asked for, to measure with: everybody has work and feedback.

In each edition the first participant of each kind is made by the actions themselves; all others
are copies of those records under other names (`branch.py` says why), and the rows that lists show
are written beside them. There is no mail and, but for those first ones, no line in the audit log.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, groupby, islice
from typing import Any, NamedTuple

import transaction
from ZODB.Connection import TransactionMetaData

from lms_leiderschap.addon.actions import switch_on
from lms_leiderschap.demo.branch import Branch
from lms_leiderschap.demo.make import PASSWORD, demo_programme
from lms_leiderschap.demo.sample import Kind, Sample, share
from lms_leiderschap.enrolment.actions import enrol, let_teach
from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.feedback.queue import key_of, queue, row_of, state_of
from lms_leiderschap.institution.actions import SYSTEM, found
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.meeting.actions import plan_meeting
from lms_leiderschap.people.actions import give_role, register
from lms_leiderschap.people.model import Person
from lms_leiderschap.people.passwords import hash_password
from lms_leiderschap.permissions import Role
from lms_leiderschap.programme.actions import add_programme, open_edition
from lms_leiderschap.programme.model import Edition, Programme
from lms_leiderschap.store.folder import new_id
from lms_leiderschap.store.root import institution_in

MOST_IN_ONE, IN_EACH = 10_000, 1000  # participants: in a single edition, else in each of several
PER_TEACHER, WAITING = 100, 20
RECORDS, ROWS = 60_000, 100_000  # in one transaction
DAYS = (-20, 10, 40, 70)
GIVEN = ("Anna", "Bram", "Carla", "Daan", "Esra", "Fatima", "Gijs", "Hanna", "Ilse", "Joost",
         "Karim", "Lotte", "Maarten", "Noor", "Olaf", "Petra", "Ruben", "Sanne", "Teun", "Yara")
FAMILY = ("Aydin", "Bakker", "de Boer", "van Dijk", "Evers", "Haddad", "Jansen", "Kuipers",
          "van Leeuwen", "Mulder", "Prins", "Smeets", "Verhoeven", "de Vries", "Willems", "Zwart")


def participant_email(number: int) -> str:
    return f"deelnemer{number}@voorbeeld.example"


def teacher_email(number: int) -> str:
    return f"docent{number}@voorbeeld.example"


def fill_bulk(registry: Any, participants: int | None, submissions: int) -> str:
    """Fill the first institution's empty database; a sentence about it.

    participants  how many; None for one per sixteen submissions
    submissions   versions of 200 words over all participants
    """
    entry = registry.lms.institutions[0]
    people = max(1, -(-submissions // 16) if participants is None else participants)
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(entry, manager)
    try:
        if institution_in(connection) is not None:
            return f"The institution {entry.key} is there already."
        institution = found(connection, entry.key, "Academie Voorbeeld")
        Bulk(institution, connection, registry.plugins, registry.notify).make(people, submissions)
    finally:
        manager.abort()
        connection.close()
    return (f"Made {people} participants with {submissions} submissions. "
            f"Everybody's password is: {PASSWORD}")


class Loose(NamedTuple):
    """A copy that is not in the tree yet.

    oids  of the person and the enrolment; like  the participant it is a copy of
    new   what stands in it in place of the ids and texts of the other
    rows  of `like`: name of the list, promised, id of the version, row
    """

    oids: list[bytes]
    like: Enrolment
    new: dict[str, str]
    rows: list[tuple[str, str, str, dict[str, Any]]]


class Bulk:
    """Makes one edition after the other."""

    def __init__(self, institution: Institution, connection: Any, plugins: Any,
                 notify: Any) -> None:
        self.institution, self.connection = institution, connection
        self.plugins, self.notify = plugins, notify
        self.now = datetime.now(UTC)
        self.began = self.now - timedelta(days=400)
        self.sample, self.hashed = Sample(self.now, notify), hash_password(PASSWORD)
        # What each connection gets one of: it reads and writes beside this connection's own.
        self.storage = connection.db()._mvcc_storage.new_instance()
        self.loose: list[Loose] = []
        self.participants = self.teachers = 0

    def make(self, participants: int, submissions: int) -> None:
        for name, plugin in self.plugins.loaded.items():
            switch_on(self.institution, name, by=SYSTEM, at=self.began,
                      version=plugin.version)  # fmt: skip
        programme = add_programme(self.institution, demo_programme(), by=SYSTEM, at=self.began)
        for role in (Role.OFFICE, Role.ADMIN):
            person = self.person(f"{role}@voorbeeld.example", "Olga", "Maas")
            give_role(person, role, by=SYSTEM, why="", at=self.began)
        editions = 1 if participants <= MOST_IN_ONE else -(-participants // IN_EACH)
        for number in range(editions):
            self.fill(self.open(programme, number + 1), share(participants, editions, number),
                      share(submissions, editions, number))
            sys.stderr.write(f"{number + 1} of {editions}: {self.participants} participants\n")

    def open(self, programme: Programme, number: int) -> Edition:
        offer = self.plugins.offer(self.institution.switched_on())
        edition = open_edition(programme, f"groep-{number}", f"PLG, groep {number}", offer,
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
        """Teachers and participants; of each kind the first is made and the others are copies."""
        teachers = [self.teacher(edition) for _t in range(max(2, -(-participants // PER_TEACHER)))]
        waiting = min(WAITING * len(teachers), submissions)
        kinds = (Kind(share(submissions, participants, place), place < waiting)
                 for place in range(participants))
        turns = cycle(teachers)
        for kind, same in groupby(kinds):
            person = self.person(*self.next_names())
            enrolment = enrol(edition, person, by=SYSTEM, at=self.began, notify=self.notify)
            self.sample.play(enrolment, kind, teachers[0])
            self.commit()
            self.copy(enrolment, teachers[0], islice(turns, sum(1 for _same in same) - 1))
        self.join()

    def teacher(self, edition: Edition) -> Person:
        self.teachers += 1
        person = self.person(teacher_email(self.teachers), f"Docent{self.teachers}", "de Groot")
        let_teach(edition, person, by=SYSTEM, why="", at=self.began)
        return person

    def next_names(self) -> tuple[str, str, str]:
        number = self.participants
        self.participants += 1
        return (participant_email(self.participants), GIVEN[number % len(GIVEN)],
                FAMILY[number // len(GIVEN) % len(FAMILY)])

    def commit(self) -> None:
        """Keep what the actions made, without its mail."""
        for number, _entry in list(self.institution.outbox.items()):
            self.institution.outbox.drop(number)
        self.institution.audit.seal()
        self.connection.transaction_manager.commit()
        self.connection.cacheMinimize()
        self.connection.transaction_manager.begin()

    def copy(self, like: Enrolment, teacher: Person, teachers: Iterator[Person]) -> None:
        """A copy of a participant for each of these teachers, who gave the feedback on it."""
        person = like.person
        versions = [version for work in like.work.values() for version in work.versions.values()]
        own = sorted([person.__name__, like.__name__, *(version.id for version in versions),
                      *(name for version in versions for name in version.feedback)])
        outside = (self.institution.people, like.edition.enrolments)
        texts = (person.email, person.given_name, person.family_name, teacher.given_name)
        branch = Branch(self.storage, (person, like), outside, [*own, teacher.__name__], texts)
        rows = [(str(state_of(version)), *key_of(version), row_of(version))
                for version in versions]
        while turn := list(islice(teachers, max(1, RECORDS // len(branch)))):
            meta = TransactionMetaData()
            self.storage.tpc_begin(meta)
            for other in turn:
                new = dict(zip(own, sorted(new_id() for _id in own), strict=True))
                email, given_name, family_name = self.next_names()
                new |= {teacher.__name__: other.__name__, teacher.given_name: other.given_name,
                        person.email: email, person.given_name: given_name,
                        person.family_name: family_name}
                self.loose.append(Loose(branch.copy(meta, new), like, new, rows))
            self.storage.tpc_vote(meta)
            self.storage.tpc_finish(meta)
            if len(self.loose) * len(rows) > ROWS:
                self.join()

    def join(self) -> None:
        """Put the copies into the tree, and their versions into the lists in their order."""
        self.commit()  # from here on this connection sees the records
        listed = []
        for loose in self.loose:
            self.join_one(loose)
            listed += list(_rows(loose))
        for edition, state, key, row in sorted(listed, key=lambda entry: entry[2]):
            queue(edition, state).put(key, row)
        self.loose.clear()
        self.commit()

    def join_one(self, loose: Loose) -> None:
        # The copy has its name and parent already; Folder.add would write it once more.
        person, enrolment = map(self.connection.get, loose.oids)
        person_id, name = loose.new[loose.like.person_id], loose.new[loose.like.__name__]
        edition, email = loose.like.edition, loose.new[loose.like.person.email]
        self.institution.people._members[person_id] = person
        self.institution.emails[email] = person_id
        edition.enrolments._members[name] = enrolment
        edition.by_person[person_id] = name


def _rows(loose: Loose) -> Iterator[tuple[Edition, str, tuple[str, str], dict[str, Any]]]:
    """Edition, list, key and row of each version of a copy."""
    person, new = loose.like.person, loose.new
    who = f"{new[person.given_name]} {new[person.family_name]}"
    for state, promised, version, row in loose.rows:
        path = row["path"].replace(loose.like.__name__, new[loose.like.__name__])
        other = row | {"path": path, "who": who}
        if "by" in row:
            other["by"] = new[row["by"]]
        yield loose.like.edition, state, (promised, new[version]), other
