"""Who takes part, and who teaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from lms_leiderschap.enrolment.events import Enrolled, TeacherStopped
from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.actions import record
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.people.actions import ask_link, person_or_new
from lms_leiderschap.people.model import Person
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import new_id, path_of
from lms_leiderschap.texts import _

Notify = Callable[[Any], None]


def enrol(edition: Edition, person: Person, *, by: str, at: datetime,
          notify: Notify) -> Enrolment:
    """Make a person participant of an edition; a second time gives the first enrolment.

    Raises Refusal when the edition has ended or the person teaches it.
    """
    if earlier := edition.by_person.get(person.__name__):
        return edition.enrolments[earlier]
    if edition.state != "running":
        raise Refusal(_("This edition has ended; nobody can be enrolled in it."))
    if person.__name__ in edition.teachers:
        raise Refusal(_("This person teaches this edition."), "email")
    _write_person(person)
    enrolment = edition.enrolments.add(new_id(), Enrolment(person.__name__, at))
    edition.by_person[person.__name__] = enrolment.__name__
    person.enrolments["/".join(path_of(enrolment))] = edition.title
    record(enrolment, "enrolment.made", by=by, at=at, person=person.__name__)
    notify(Enrolled(enrolment, not person.password, at))
    return enrolment


def invite(edition: Edition, email: str, given_name: str, family_name: str, *, by: str,
           at: datetime, notify: Notify) -> Enrolment:
    """Enrol by e-mail address; a person nobody knows yet is made and gets a link by mail.

    Whoever takes part already is left as they are. Raises Refusal (field "given_name") for a new
    person without a name, and as enrol.
    """
    person = person_or_new(institution_of(edition), email, given_name, family_name, by=by, at=at)
    taking_part = person.__name__ in edition.by_person
    enrolment = enrol(edition, person, by=by, at=at, notify=notify)
    if not person.password and not taking_part:
        ask_link(person, "invitation", at=at, notify=notify)
    return enrolment


def invite_again(enrolment: Enrolment, *, by: str, at: datetime, notify: Notify) -> None:
    """Mail another invitation link. Raises Refusal when the person has signed in before."""
    if enrolment.person.password:
        raise Refusal(_("This person has a password already; an invitation is not needed."))
    ask_link(enrolment.person, "invitation", at=at, notify=notify)
    record(enrolment, "enrolment.invited_again", by=by, at=at)


def invite_all(edition: Edition, people: Sequence[tuple[str, str, str]], *, by: str,
               at: datetime, notify: Notify) -> list[Enrolment]:
    """Enrol a checked list of (email, given name, family name); all or none."""
    return [invite(edition, *row, by=by, at=at, notify=notify) for row in people]


def choose_meeting(enrolment: Enrolment, module: str, meeting: str, *, by: str,
                   at: datetime) -> None:
    """Take part in another meeting of a module than the first; dates due move with it."""
    if enrolment.choices.get(module) != meeting:
        enrolment.choices[module] = meeting
        record(enrolment, "meeting.chosen", by=by, at=at, module=module, meeting=meeting)


def let_teach(edition: Edition, person: Person, *, by: str, why: str, at: datetime) -> None:
    """Make a person teacher of this edition. Raises Refusal when they take part in it."""
    if person.__name__ in edition.by_person:
        raise Refusal(_("This person takes part in this edition."), "email")
    if person.__name__ not in edition.teachers:
        _write_person(person)
        edition.teachers[person.__name__] = at.isoformat()
        person.teaches["/".join(path_of(edition))] = edition.title
        record(edition, "teacher.given", by=by, at=at, why=why, person=person.__name__)


def invite_teacher(edition: Edition, email: str, given_name: str, family_name: str, *, by: str,
                   why: str, at: datetime, notify: Notify) -> Person:
    """Make somebody teacher by e-mail address; who is new is made and gets a link by mail.

    Raises Refusal (field "given_name") for a new person without a name, and as let_teach.
    """
    person = person_or_new(institution_of(edition), email, given_name, family_name, by=by, at=at)
    teaching = person.__name__ in edition.teachers
    let_teach(edition, person, by=by, why=why, at=at)
    if not person.password and not teaching:
        ask_link(person, "invitation", at=at, notify=notify)
    return person


def stop_teaching(edition: Edition, person: Person, *, by: str, why: str, at: datetime,
                  notify: Notify) -> None:
    """Take the role of teacher back; feedback that was released stays."""
    if person.__name__ in edition.teachers:
        del edition.teachers[person.__name__]
        person.teaches.pop("/".join(path_of(edition)), None)
        record(edition, "teacher.taken", by=by, at=at, why=why, person=person.__name__)
        notify(TeacherStopped(edition, person.__name__, at))


def _write_person(person: Person) -> None:
    """Taking part and teaching each look at what the other writes, in trees of many people.

    Both write the person too, so that of the two at one moment one is told to look again.
    """
    person._p_changed = True
