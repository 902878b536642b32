"""The proof that a version was received, and what changed in it since the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.submission.completeness import Completeness
from lms_leiderschap.submission.model import Answer, Submission


def receipt_of(submission: Submission, done: Completeness) -> dict[str, Any]:
    """Plain values that prove what was received when.

    id           of the version, as people read it
    at           moment of arrival in UTC (ISO 8601) and `zone`, the institution's time zone
    files        (name, bytes, SHA-256) of each file in reading order
    text_sha256  fingerprint of all that was written (canonical JSON of the answers)
    """
    work = submission.work
    files = [work.files[file_id] for file_id in submission.files]
    return {
        "id": submission.id,
        "work": work.key,
        "version": submission.number,
        "authors": list(submission.authors),
        "at": submission.at.isoformat(),
        "zone": institution_of(submission).zone,
        "verdict": submission.verdict[0],
        "files": [(file.name, file.size, file.sha256) for file in files],
        "text_sha256": fingerprint(submission.answers),
        "promised": submission.promised.isoformat() if submission.promised else None,
        "words": done.words,
        "filled": done.filled,
        "total": done.total,
        "missing": list(done.missing),
    }


def fingerprint(answers: dict[str, Any]) -> str:
    """SHA-256 of what was written: sorted keys, no spaces, UTF-8."""
    text = json.dumps(answers, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sent_fingerprint(answers: Mapping[str, Answer], files: Iterable[StoredFile]) -> str:
    """SHA-256 of what a form sent, the same when it is sent again.

    Sent again, a text may get other ids and a file is received once more: neither counts.
    """
    texts = {part: _without_ids(answer) for part, answer in answers.items()}
    digests = list(dict.fromkeys(file.sha256 for file in files))
    return fingerprint({"answers": texts, "files": digests})


def _without_ids(answer: Answer) -> Answer:
    if "blocks" not in answer:
        return answer
    return {**answer, "blocks": [{**block, "id": ""} for block in answer["blocks"]]}


def changed_blocks(before: Submission, after: Submission) -> int:
    """How many paragraphs of a version do not stand in the one before."""
    known = set(_pieces(before))
    return sum(piece not in known for piece in _pieces(after))


def _pieces(submission: Submission) -> list[str]:
    pieces = []
    for answer in submission.answers.values():
        pieces += [block["html"] for block in answer.get("blocks", ())]
        pieces += [json.dumps(entry, sort_keys=True) for entry in answer.get("entries", ())]
    return pieces
