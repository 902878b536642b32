"""Bringing a database to the release of the code: numbered steps, that slices keep in `evolve.py`.

The root of a database holds the number of the last step that was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import transaction

from lms_leiderschap import in_slices
from lms_leiderschap.errors import SettingError

EVOLVED = "evolved"


@dataclass(frozen=True, slots=True)
class Step:
    """One change to all that is kept.

    number  1, 2, 3 … over all slices; never used again
    about   what it does, as the operator reads it
    change  changes one thing of an institution after the other, and yields the path of each; what
            is changed already it passes by, so that it can be taken up again
    batch   how many things are changed in one transaction. With fewer things, and for the last of
            them, the number is written in the same one
    """

    number: int
    about: str
    change: Callable[[Any], Iterator[str]]
    batch: int = 500


def steps() -> tuple[Step, ...]:
    """The steps of all slices, in their order."""
    found = [step for module in in_slices("evolve") for step in module.STEPS]
    return tuple(sorted(found, key=lambda step: step.number))


def latest() -> int:
    """The number of a database that waits for nothing."""
    return max((step.number for step in steps()), default=0)


def waiting(root: Any) -> list[Step]:
    """The steps that were not taken yet in the database with this root."""
    return [step for step in steps() if step.number > root.get(EVOLVED, 0)]


def check_release(root: Any, key: str) -> None:
    """Raises SettingError, with what to do, for a database of a newer or an older release.

    root  of the database of institution `key`, that was founded
    """
    number = root.get(EVOLVED, 0)
    if number > latest():
        raise SettingError(f"The database of {key} is of a newer release (step {number}, this one "
                           f"knows {latest()}). Install that release, or restore a backup.")
    if number < latest():
        raise SettingError(f"The database of {key} is of an older release: {latest() - number} "
                           "to go. Next: lms evolve --backup REPOSITORY")  # fmt: skip


def evolve(
    database: Any, institution_of: Callable[[Any], Any], taken: Sequence[Step], *,
    dry: bool = False,
) -> Iterator[tuple[Step, int]]:  # fmt: skip
    """Take steps; each with how many things it changed. Nothing is kept when dry.

    institution_of  the institution in a connection
    """
    manager = transaction.TransactionManager(explicit=True)
    connection = database.open(transaction_manager=manager)
    manager.begin()
    try:
        for step in taken:
            count = 0
            for count, _path in enumerate(step.change(institution_of(connection)), 1):
                if count % step.batch == 0 and not dry:
                    manager.commit()
                    manager.begin()
            connection.root()[EVOLVED] = step.number
            if not dry:
                manager.commit()
                manager.begin()
            yield step, count
    finally:
        manager.abort()
        connection.close()
