"""Making the reading copy of an uploaded file, after the hand-in was answered."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.settings import InstitutionEntry
from lms_leiderschap.store.folder import find
from lms_leiderschap.submission.actions import keep_reading
from lms_leiderschap.submission.reading import read_file


def deliver_reading(jobs: Any, entry: InstitutionEntry, number: int) -> None:
    """Read one file in a limited process of its own, and keep the copy with its version.

    No transaction is open while the other process reads.
    """

    def look(institution: Any) -> tuple[str, str] | None:
        item = institution.outbox.get(number)
        file = _file(institution, item["data"]) if item else None
        return (file.path(), file.media_type) if file else None

    found = jobs.within(entry, look)
    read = read_file(*found) if found else None

    def keep(institution: Any) -> None:
        item = institution.outbox.get(number)
        if item is not None and read is not None:
            submission = find(institution, tuple(item["data"]["path"]))
            keep_reading(
                submission,
                item["data"]["file"],
                {
                    "state": read.state,
                    "blocks": list(read.blocks),
                    "pages": read.pages,
                    "words": read.words,
                },
            )
        institution.outbox.drop(number)

    jobs.within(entry, keep)


def _file(institution: Any, data: dict[str, Any]) -> Any:
    try:
        submission = find(institution, tuple(data["path"]))
        return submission.work.files[data["file"]]
    except KeyError:
        return None  # erased or taken out meanwhile: there is nothing left to read
