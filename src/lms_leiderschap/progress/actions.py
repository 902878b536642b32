"""What a person takes along, and what goes when a person is erased."""

from __future__ import annotations

from datetime import datetime

from lms_leiderschap.feedback.queue import STATES, free_rows, key_of, queue
from lms_leiderschap.group.actions import leave
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.people.model import Person
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.submission.model import Submission

INTENTIONS = "intentions"


def keep_intentions(submission: Submission, *, at: datetime) -> int:
    """Copy the intentions of a report that is met to the development plans of its authors.

    Which part holds them is said by the report format: the part that hands on a product of the
    kind "intentions". The same version twice keeps them once; an author who was erased has no plan.
    Returns how many there are.
    """
    people = institution_of(submission).people
    kept = 0
    for part in submission.report.parts:
        pinned = submission.work.edition.pinned("product", part.hands_on)
        if pinned is None or pinned.data["kind"] != INTENTIONS:
            continue
        for number, entry in enumerate(submission.answers.get(part.key, {}).get("entries", ())):
            kept += 1
            for person_id in submission.authors:
                if person_id in people:
                    people[person_id].plan[f"{submission.id}.{number}"] = dict(entry) | {
                        "source": "/".join(path_of(submission)), "at": at.isoformat()}
    return kept


def erase_traces(person: Person, *, at: datetime) -> None:
    """Take out what stands elsewhere in the tree about a person who is being erased.

    Enrolments with all work and feedback in them go, with their rows in lists; memberships of
    groups end, so that later versions are not theirs. The role of teacher goes, what was written as
    a teacher stays with the work it is about, without a name; what they did not release holds up no
    colleague. Mail that waits for them is dropped.
    """
    institution = institution_of(person)
    for path in list(person.enrolments):
        enrolment = find(institution, tuple(path.split("/")))
        for work in enrolment.work.values():
            for version in work.versions.values():
                for state in STATES:
                    queue(enrolment.edition, state).drop(key_of(version))
        for group in enrolment.groups:
            leave(find(institution, tuple(group.split("/"))), enrolment, by=SYSTEM, at=at)
        enrolment.edition.by_person.pop(person.__name__, None)
        enrolment.__parent__.remove(enrolment.__name__)
    for path in list(person.teaches):
        edition = find(institution, tuple(path.split("/")))
        edition.teachers.pop(person.__name__, None)
        free_rows(edition, person.__name__)
    for number, entry in list(institution.outbox.items()):
        if entry["data"].get("person") == person.__name__:
            institution.outbox.drop(number)
