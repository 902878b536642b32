"""What must hold of feedback and of the lists that teachers work from; `lms verify` asks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lms_leiderschap.feedback.model import DECISIONS, Feedback
from lms_leiderschap.feedback.queue import STATES, key_of, queue, row_of, state_of
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.store.index import Key, Row
from lms_leiderschap.submission.invariants import all_work
from lms_leiderschap.submission.model import Submission

Rows = dict[tuple[str, str], dict[Key, Row]]


def versions(institution: Institution) -> Iterator[Submission]:
    for work in all_work(institution):
        yield from work.versions.values()


def broken(institution: Institution) -> Iterator[str]:
    """A sentence for everything that does not agree, with its path."""
    expected: Rows = {}
    for version in versions(institution):
        where = "/".join(path_of(version))
        yield from (f"{where}: {what}" for what in _feedback(version))
        if state := state_of(version):
            rows = expected.setdefault((version.work.edition.name, state), {})
            rows[key_of(version)] = row_of(version)
        institution._p_jar.cacheGC()
    for edition in editions(institution):
        for state in STATES:
            found = dict(queue(edition, state).items())
            yield from _differences(edition, state, found, expected.get((edition.name, state), {}))


def editions(institution: Institution) -> Iterator[Edition]:
    for programme in institution.programmes.values():
        yield from programme.editions.values()


def _feedback(version: Submission) -> Iterator[str]:
    given: list[Feedback] = list(version.feedback.values())
    if len({feedback.author for feedback in given}) != len(given):
        yield "somebody gave feedback on it twice."
    decided = [feedback.decision for feedback in given
               if feedback.state == "released" and feedback.kind == "teacher"]  # fmt: skip
    if version.outcome in DECISIONS and version.outcome not in decided:
        yield f"its outcome is {version.outcome}, which no released feedback says."
    if decided and version.outcome not in decided:
        yield f"feedback was released and its outcome is {version.outcome or 'open'}."
    for feedback in given:
        if {remark.version for remark in feedback.remarks.values()} - {version.id}:
            yield "a remark on it is about another version."


def _differences(edition: Edition, state: str, found: Any, expected: Any) -> Iterator[str]:
    """What a list lacks, has too much, or shows otherwise; names in it are those of then."""
    where = f"list {edition.name}/{state}"
    for key in expected.keys() - found.keys():
        yield f"{where}: {expected[key]['path']} is not in it."
    for key, row in found.items():
        if key not in expected:
            yield f"{where}: {row['path']} does not belong in it."
        elif row | {"who": ""} != expected[key] | {"who": ""}:
            yield f"{where}: the row of {row['path']} is not of today."
    if len(queue(edition, state)) != len(found):
        yield f"{where}: it counts {len(queue(edition, state))} rows and has {len(found)}."
