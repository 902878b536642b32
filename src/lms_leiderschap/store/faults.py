"""The failures of add-ons, in the side store: they also happen while reading."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lms_leiderschap.store.folder import new_id
from lms_leiderschap.store.side_file import SideFile

TABLE = """
CREATE TABLE IF NOT EXISTS addon_fault (
    id TEXT PRIMARY KEY, institution TEXT NOT NULL, addon TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL, reference TEXT NOT NULL, place TEXT NOT NULL,
    version TEXT NOT NULL, sentence TEXT NOT NULL, trace TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS addon_fault_of_addon ON addon_fault (institution, addon, at);
"""
LAST = timedelta(days=30)
MOST_KEPT = 50  # of one add-on of one institution


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure of an add-on.

    at         when, aware UTC
    reference  four signs that people can read out loud
    place      what was called: "panel participant.week", "event feedback.released", …
    version    of the plugin
    sentence   what went wrong, one line; trace  what Python said, for the author
    """

    at: datetime
    reference: str
    place: str
    version: str
    sentence: str
    trace: str


class Faults:
    """The table of failures in a side store; every method raises as that does."""

    def __init__(self, file: SideFile) -> None:
        self._file = file

    def note(self, institution: str, addon: str, fault: Fault) -> None:
        """Keep a failure; of one add-on the newest ``MOST_KEPT`` stay."""
        row = (new_id(), institution, addon, fault.at.timestamp(), fault.reference, fault.place,
               fault.version, fault.sentence, fault.trace)  # fmt: skip
        self._file.run(
            lambda db: db.execute("INSERT INTO addon_fault VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        )
        self._file.run(
            lambda db: db.execute(
                "DELETE FROM addon_fault WHERE institution = ? AND addon = ? AND id NOT IN"
                " (SELECT id FROM addon_fault WHERE institution = ? AND addon = ?"
                " ORDER BY at DESC LIMIT ?)",
                (institution, addon, institution, addon, MOST_KEPT),
            )
        )

    def of(self, institution: str, addon: str, since: datetime) -> list[Fault]:
        """The failures of an add-on after a moment, newest first."""
        rows = self._rows(
            "SELECT at, reference, place, version, sentence, trace FROM addon_fault"
            " WHERE institution = ? AND addon = ? AND at > ? ORDER BY at DESC",
            (institution, addon, since.timestamp()),
        )
        return [Fault(datetime.fromtimestamp(row[0], UTC), *row[1:]) for row in rows]

    def named(self, institution: str, since: datetime) -> list[str]:
        """Names of the add-ons that failed after a moment."""
        rows = self._rows(
            "SELECT DISTINCT addon FROM addon_fault WHERE institution = ? AND at > ?",
            (institution, since.timestamp()),
        )
        return [str(name) for (name,) in rows]

    def drop(self, institution: str, addon: str) -> None:
        """Throw away all failures of an add-on."""
        self._file.run(
            lambda db: db.execute(
                "DELETE FROM addon_fault WHERE institution = ? AND addon = ?", (institution, addon)
            )
        )

    def forget(self, institution: str, texts: Collection[str]) -> None:
        """Erase every failure in whose words one of these texts stands, large letters or small.

        From the file and its journal, as SideStore.forget does.
        """
        sought = [text.casefold() for text in texts]
        rows = self._rows(
            "SELECT id, place || ' ' || sentence || ' ' || trace FROM addon_fault"
            " WHERE institution = ?",
            (institution,),
        )
        found = [(row,) for row, words in rows if any(text in words.casefold() for text in sought)]
        self._file.write(
            lambda db: db.executemany("DELETE FROM addon_fault WHERE id = ?", found)
        )
        self._file.scrub()

    def sweep(self, at: datetime) -> None:
        """Throw away what is older than ``LAST``."""
        before = (at - LAST).timestamp()
        self._file.run(lambda db: db.execute("DELETE FROM addon_fault WHERE at <= ?", (before,)))

    def _rows(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._file.run(
            lambda db: db.execute(sql, values).fetchall()
        )
        return found
