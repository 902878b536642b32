"""What must hold of feedback and of the lists that teachers work from; `lms verify` asks it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

from lms_leiderschap.feedback.model import DECISIONS, Feedback
from lms_leiderschap.feedback.queue import STATES, key_of, queue, row_of, state_of
from lms_leiderschap.institution.model import Institution, institution_of
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.store.index import Key, Row
from lms_leiderschap.submission.invariants import all_work
from lms_leiderschap.submission.model import Submission

Item = TypeVar("Item")
COLLECTED = 5000  # rows


def versions(institution: Institution) -> Iterator[Submission]:
    for work in all_work(institution):
        yield from work.versions.values()


def broken(institution: Institution) -> Iterator[str]:
    """A sentence for everything that does not agree, with its path."""
    listed: Counter[tuple[str, str]] = Counter()
    for version in versions(institution):
        where = "/".join(path_of(version))
        yield from (f"{where}: {what}" for what in _feedback(version))
        if state := state_of(version):
            row = queue(version.work.edition, state).get(key_of(version))
            listed[version.work.edition.name, state] += row is not None
            yield from _row(f"list {version.work.edition.name}/{state}", where, version, row)
        institution._p_jar.cacheGC()
    for edition in editions(institution):
        for state in STATES:
            yield from _others(edition, state, listed[edition.name, state])


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


def _row(where: str, path: str, version: Submission, row: Row | None) -> Iterator[str]:
    """Of one version: whether its list has it as it is; names in it are those of then."""
    if row is None:
        yield f"{where}: {path} is not in it."
    elif row | {"who": ""} != row_of(version) | {"who": ""}:
        yield f"{where}: the row of {path} is not of today."


def _others(edition: Edition, state: str, listed: int) -> Iterator[str]:
    """What a list has beside the rows of its versions, which are counted and not remembered."""
    where, rows = f"list {edition.name}/{state}", queue(edition, state)
    there = sum(1 for _key in _collecting(institution_of(edition), rows.keys()))
    if there != listed:
        for key, row in _collecting(institution_of(edition), rows.items()):
            if not _belongs(edition, row["path"], state, key):
                yield f"{where}: {row['path']} does not belong in it."
    if len(rows) != there:
        yield f"{where}: it counts {len(rows)} rows and has {there}."


def _belongs(edition: Edition, path: str, state: str, key: Key) -> bool:
    """A list is read by the teachers of its edition, so a row of another one would leak."""
    try:
        version = find(institution_of(edition), tuple(path.split("/")))
    except (KeyError, TypeError, AttributeError):
        return False
    return (
        isinstance(version, Submission) and version.work.edition is edition
        and (state_of(version), key_of(version)) == (state, key)
    )  # fmt: skip


def _collecting(institution: Institution, each: Iterable[Item]) -> Iterator[Item]:
    """The same, forgetting what was read on the way: a list may have a million rows."""
    for number, item in enumerate(each):
        if number % COLLECTED == 0:
            institution._p_jar.cacheGC()
        yield item
