"""When an add-on was last there, in the side store: what one process misses another may have.

While a server starts again, processes with and without a plugin run side by side for a moment.
The side store is shared by all processes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from lms_leiderschap.store.side_file import SideFile

TABLE = """
CREATE TABLE IF NOT EXISTS addon_seen (
    institution TEXT NOT NULL, addon TEXT NOT NULL, at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (institution, addon)) WITHOUT ROWID;
"""
NOTE = """
INSERT INTO addon_seen VALUES (?, ?, ?)
    ON CONFLICT (institution, addon) DO UPDATE SET at = excluded.at
"""


class Presence:
    """The table of moments; every method raises as the side store does."""

    def __init__(self, file: SideFile) -> None:
        self._file = file

    def note(self, institution: str, addons: Iterable[str], at: datetime) -> None:
        """Write down that these add-ons are installed for this process."""
        # In one order, so that two processes never wait for each other.
        rows = [(institution, name, at.timestamp()) for name in sorted(addons)]
        self._file.write(
            lambda db: db.executemany(NOTE, rows)
        )

    def misses(self, institution: str, addon: str, at: datetime, lasting: timedelta) -> bool:
        """Whether no process had an add-on for so long; the first time it is asked counts as seen.

        Also when it was last seen in the future: then the clock was set back.
        """
        row, now = (institution, addon, at.timestamp()), at.timestamp()
        self._file.run(
            lambda db: db.execute(
                "INSERT INTO addon_seen VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row
            )
        )
        [(seen,)] = self._file.run(
            lambda db: db.execute(
                "SELECT at FROM addon_seen WHERE institution = ? AND addon = ?", row[:2]
            ).fetchall()
        )
        return abs(now - float(seen)) >= lasting.total_seconds()
