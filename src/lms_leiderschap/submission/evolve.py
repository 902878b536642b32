"""What is kept of work and was kept otherwise by an earlier release."""

from __future__ import annotations

from collections.abc import Iterator

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.store.evolving import Step
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.store.index import packed
from lms_leiderschap.submission.invariants import holders


def rows_as_texts(institution: Institution) -> Iterator[str]:
    """The first release kept a row as a dict, of which two writers always collided."""
    for holder in holders(institution):
        old = {key: row for key, row in holder.rows.items() if not isinstance(row, str)}
        holder.rows.update({key: packed(row) for key, row in old.items()})
        if old:
            yield "/".join(path_of(holder))


STEPS = (Step(1, "Rows of work are kept as texts.", rows_as_texts),)
