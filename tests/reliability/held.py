"""A piece of work in the database, held against the account of what was done to it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from lms_leiderschap.feedback.model import feedback_by
from lms_leiderschap.feedback.queue import STATES, key_of, queue
from lms_leiderschap.feedback.queue import row_of as line_of
from lms_leiderschap.store.folder import find
from lms_leiderschap.submission.receipt import fingerprint
from lms_leiderschap.submission.rows import row_at, row_of
from tests.reliability.account import Account


def hold(institution: Any, path: tuple[str, ...], account: Account, teachers: list[str]) -> None:
    """Raises AssertionError at the first thing that is not as it was done."""
    work = find(institution, path)
    assert work.answers() == account.draft
    assert list(work.chosen) == account.chosen
    assert sorted(work.versions, key=int) == [str(n + 1) for n in range(len(account.versions))]
    assert [datetime.fromisoformat(until) for until, _why in work.changes] == account.given
    _hold_versions(work, account)
    for version in account.versions:
        _hold_feedback(work.versions[str(version.number)], version, teachers)
    _hold_lists(work)


def _hold_versions(work: Any, account: Account) -> None:
    before = None
    for version in account.versions:
        kept = work.versions[str(version.number)]
        facts = (kept.id, kept.at, kept.answers, kept.files, kept.receipt, kept.verdict)
        assert facts == (version.id, version.at, version.answers, version.files, version.receipt,
                         version.verdict)  # fmt: skip
        assert (kept.state, kept.outcome) == (version.state, version.outcome)
        assert before is None or before <= kept.at, "time goes back"
        before = kept.at
        _hold_receipt(work, kept, account)


def _hold_receipt(work: Any, kept: Any, account: Account) -> None:
    receipt = kept.receipt
    assert receipt["text_sha256"] == fingerprint(kept.answers)
    assert receipt["at"] == kept.at.isoformat() and receipt["id"] == kept.id
    for file_id, (_name, size, digest) in zip(kept.files, receipt["files"], strict=True):
        with work.files[file_id].open() as source:
            content = source.read()
        assert content == account.files[file_id]
        assert (size, digest) == (len(content), hashlib.sha256(content).hexdigest())


def _hold_feedback(kept: Any, version: Any, teachers: list[str]) -> None:
    for who, author in enumerate(teachers):
        given, mine = feedback_by(kept, author), version.by(who)
        assert (given is not None) == mine.begun
        if given is not None:
            assert (given.state, given.notes.get("situation", ""), given.decision) == (
                mine.state, mine.note, mine.decision)  # fmt: skip
            assert len(given.remarks) == mine.remarks
            assert {remark.version for remark in given.remarks.values()} <= {kept.id}
    released = [g.decision for g in kept.feedback.values() if g.state == "released"]
    assert released == ([kept.outcome] if kept.outcome else [])


def _hold_lists(work: Any) -> None:
    row = row_at(work.holder, work.key)
    assert row_of(work).items() <= row.items()
    lists = {state: dict(queue(work.edition, state).items()) for state in STATES}
    for kept in work.versions.values():
        found = {name: rows[key_of(kept)] for name, rows in lists.items() if key_of(kept) in rows}
        if kept.state == "withdrawn":
            assert found == {}
        else:
            [(state, line)] = found.items()
            assert (state == "released") == bool(kept.outcome)
            assert line == line_of(kept)
