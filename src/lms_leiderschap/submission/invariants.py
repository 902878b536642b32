"""What must hold of all work, whoever did what at the same moment; `lms verify` asks it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.submission.model import Submission, Work
from lms_leiderschap.submission.receipt import fingerprint
from lms_leiderschap.submission.rows import row_at, row_of

STATES = ("submitted", "withdrawn")


def holders(institution: Institution) -> Iterator[Any]:
    """Every enrolment and every group."""
    for programme in institution.programmes.values():
        for edition in programme.editions.values():
            yield from edition.enrolments.values()
    yield from institution.groups.values()


def all_work(institution: Institution) -> Iterator[Work]:
    return chain.from_iterable(holder.work.values() for holder in holders(institution))


def broken(institution: Institution) -> Iterator[str]:
    """A sentence for everything that does not agree, with its path."""
    for work in all_work(institution):
        where = "/".join(path_of(work))
        yield from (f"{where}: {what}" for what in chain(_versions(work), _lists(work)))
        institution._p_jar.cacheGC()


def _versions(work: Work) -> Iterator[str]:
    numbers = sorted(work.versions, key=int)
    if numbers != [str(number + 1) for number in range(len(numbers))]:
        yield f"versions {', '.join(numbers)} are not all there are."
    if work.handed_in not in (0, len(numbers)):  # 0: the first release did not count
        yield f"{work.handed_in} versions were handed in and {len(numbers)} are there."
    if unknown := [file for file in work.chosen if file not in work.files]:
        yield f"files {', '.join(unknown)} of the draft are not there."
    for key, (number, _sent) in work.keys.items():
        if number not in numbers:
            yield f"form {key} made version {number}, which is not there."
    for number in numbers:
        version = work.versions[number]
        yield from (f"version {number}: {what}" for what in _version(work, version, number))


def _version(work: Work, version: Submission, number: str) -> Iterator[str]:
    receipt = version.receipt
    if str(version.number) != number:
        yield f"it says that it is version {version.number}."
    if not version.authors or version.state not in STATES:
        yield "it has no author or no state."
    if (receipt.get("id"), receipt.get("version")) != (version.id, version.number):
        yield "its receipt is of another version."
    if receipt.get("at") != version.at.isoformat():
        yield "its receipt names another moment."
    if receipt.get("text_sha256") != fingerprint(version.answers):
        yield "its text is not what the receipt says."
    known = [work.files.get(file_id) for file_id in version.files]
    kept = [(file.size, file.sha256) for file in known if file is not None]
    if kept != [(size, sha256) for _name, size, sha256 in receipt.get("files", ())]:
        yield "its files are not those of the receipt."


def _lists(work: Work) -> Iterator[str]:
    row = row_at(work.holder, work.key)
    if not row_of(work).items() <= row.items():
        yield "its row in the list of its participant is not of today."
