"""The side store: what is written while reading or refused, and may be lost.

Web sessions, rate-limit counts and due times of jobs, of every institution: in one SQLite file of
the machine, or for servers on several machines in PostgreSQL. Losing it signs people out and no
more. Nothing here reads a clock: time comes in as an aware datetime. Statements are written so
that both understand them.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store import faults, presence
from lms_leiderschap.store.side_file import SideFile

# OWASP ASVS 5.0.0 7.3.1 and 7.3.2 ask for both limits; the figures are ours.
IDLE_LIMIT = timedelta(hours=2)
ABSOLUTE_LIMIT = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)

SCHEMA = 3
TABLES = """
CREATE TABLE IF NOT EXISTS web_session (
    institution TEXT NOT NULL, digest TEXT NOT NULL, person TEXT NOT NULL, method TEXT NOT NULL,
    begun DOUBLE PRECISION NOT NULL, seen DOUBLE PRECISION NOT NULL, device TEXT NOT NULL,
    epoch TEXT NOT NULL,
    PRIMARY KEY (institution, digest)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS web_session_of_person ON web_session (institution, person);
CREATE TABLE IF NOT EXISTS rate_count (
    institution TEXT NOT NULL, key TEXT NOT NULL, amount INTEGER NOT NULL,
    expires DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (institution, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rate_entry (
    id TEXT PRIMARY KEY, institution TEXT NOT NULL, key TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL, expires DOUBLE PRECISION NOT NULL);
CREATE INDEX IF NOT EXISTS rate_entry_of_key ON rate_entry (institution, key, at);
CREATE TABLE IF NOT EXISTS due (
    institution TEXT NOT NULL, job TEXT NOT NULL, next DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (institution, job)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Session:
    """A web session, as it was when it was read.

    id      SHA-256 of the token, 64 hex characters: a name for it that opens nothing
    person  id of the person who signed in
    begun   when that was, aware UTC
    seen    the last request known, aware UTC; up to a minute behind
    method  how the person signed in: a word of the caller, as "password" or "login_link"
    device  what it is called roughly, as "Firefox, Windows"; "" for what is not known. No address
            and no version are kept
    epoch   `Person.epoch` when it began
    """

    id: str
    person: str
    begun: datetime
    seen: datetime
    method: str
    device: str
    epoch: str

    def alive(self, at: datetime) -> bool:
        """Whether it still counts at `at`: used in the last 2 hours, begun in the last 12."""
        return at - self.seen < IDLE_LIMIT and at - self.begun < ABSOLUTE_LIMIT

    def counts(self, person: Any, at: datetime) -> bool:
        """Whether it opens anything for a Person: alive, not blocked, not signed out since.

        No moments are compared: a clock that was ahead would keep somebody out until then.
        """
        return not person.blocked and self.epoch == person.epoch and self.alive(at)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _session(row: tuple[Any, ...]) -> Session:
    digest, person, begun, seen, method, device, epoch = row
    return Session(
        digest,
        person,
        datetime.fromtimestamp(begun, UTC),
        datetime.fromtimestamp(seen, UTC),
        method,
        device,
        epoch,
    )


def _open(path: Path | str, server: str, tables: str) -> Any:
    if not server:
        return SideFile(path, tables, SCHEMA)
    try:
        from lms_leiderschap.store.side_server import SideServer  # an extra, so not at the top
    except ImportError as error:
        raise SettingError("lms.side in PostgreSQL needs the extra postgresql.") from error
    return SideServer(server, tables, SCHEMA)


class SideStore:
    """The side store in the SQLite file at `path`, or in the PostgreSQL database that the libpq
    string `server` names; each call names the key of an institution.

    `file` is for the rate limits (`store/limits.py`), which keep their counts here, and `faults`
    and `presence` for add-ons (`store/faults.py`, `store/presence.py`). Every method
    raises one of `file.errors` when it cannot be used at all (disk full, no rights, server away).
    """

    def __init__(self, path: Path | str, server: str = "") -> None:
        self.file: Any = _open(path, server, TABLES + faults.TABLE + presence.TABLE)
        self.faults = faults.Faults(self.file)
        self.presence = presence.Presence(self.file)

    def begin_session(
        self, institution: str, person: str, at: datetime, *, method: str, device: str = "",
        epoch: str = "",
    ) -> str:  # fmt: skip
        """Begin a session and give its token: 256 random bits, safe in a cookie.

        epoch  that of the person: under another one it opens nothing

        Only the SHA-256 of the token is kept. Signing in always begins a new one: a token that
        was there before sign-in never becomes worth more.
        """
        token = secrets.token_urlsafe(32)
        now = at.timestamp()
        row = (institution, _digest(token), person, method, now, now, device, epoch)
        self._execute("INSERT INTO web_session VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return token

    def session(self, institution: str, token: str, at: datetime) -> Session | None:
        """The living session with this token, None for any other; notes at most once a minute
        that it was seen."""
        digest = _digest(token)
        rows = self._rows(
            "SELECT digest, person, begun, seen, method, device, epoch FROM web_session"
            " WHERE institution = ? AND digest = ?",
            (institution, digest),
        )
        found = _session(rows[0]) if rows else None
        if found is None or not found.alive(at):
            return None
        if at - found.seen < SEEN_EVERY:
            return found
        self._note_seen(institution, digest, at)
        return replace(found, seen=at)

    def _note_seen(self, institution: str, digest: str, at: datetime) -> None:
        # A page must not fail because this could not be noted (disk full, busy).
        with suppress(*self.file.errors):
            now = at.timestamp()
            self._execute(
                "UPDATE web_session SET seen = ? WHERE institution = ? AND digest = ? AND seen < ?",
                (now, institution, digest, now),
            )

    def end_session(self, institution: str, token: str) -> None:
        """End the session with this token, if there is one."""
        self._execute(
            "DELETE FROM web_session WHERE institution = ? AND digest = ?",
            (institution, _digest(token)),
        )

    def end_session_named(self, institution: str, person: str, name: str) -> bool:
        """End the session with this `Session.id`, when it is one of this person; whether it was."""
        return bool(
            self._execute(
                "DELETE FROM web_session WHERE institution = ? AND person = ? AND digest = ?",
                (institution, person, name),
            )
        )

    def end_sessions(self, institution: str, person: str, *, keep: str | None = None) -> int:
        """End all sessions of a person, but for the one with the token `keep`; how many."""
        return self._execute(
            "DELETE FROM web_session WHERE institution = ? AND person = ? AND digest <> ?",
            (institution, person, "" if keep is None else _digest(keep)),
        )

    def sessions(self, institution: str, person: str) -> list[Session]:
        """The sessions kept of a person, oldest first; one past its limits stays until `sweep`."""
        rows = self._rows(
            "SELECT digest, person, begun, seen, method, device, epoch FROM web_session"
            " WHERE institution = ? AND person = ? ORDER BY begun",
            (institution, person),
        )
        return [_session(row) for row in rows]

    def count_sessions(self, institution: str) -> int:
        """How many sessions are kept of an institution."""
        [(count,)] = self._rows("SELECT count(*) FROM web_session WHERE institution = ?",
                                (institution,))  # fmt: skip
        return int(count)

    def export(self, institution: str, person: str) -> list[dict[str, str]]:
        """What is kept about a person (GDPR article 15): the sessions, times as ISO text in UTC.

        Rate-limit counts know no person: only a SHA-256 of what was typed, for a day at most.
        """
        return [
            {
                "kind": "session",
                "begun": found.begun.isoformat(),
                "seen": found.seen.isoformat(),
                "method": found.method,
                "device": found.device,
            }
            for found in self.sessions(institution, person)
        ]

    def forget(self, institution: str, person: str) -> None:
        """Erase what is kept about a person, from the file and its journal too."""
        self.end_sessions(institution, person)
        self.file.scrub()

    def sweep(self, at: datetime) -> int:
        """Remove the sessions and counts of all institutions that are over; how many rows.

        Failures of add-ons that are a month old go too.
        """
        now = at.timestamp()
        self.faults.sweep(at)
        return (
            self._execute(
                "DELETE FROM web_session WHERE seen <= ? OR begun <= ?",
                (now - IDLE_LIMIT.total_seconds(), now - ABSOLUTE_LIMIT.total_seconds()),
            )
            + self._execute("DELETE FROM rate_count WHERE expires <= ?", (now,))
            + self._execute("DELETE FROM rate_entry WHERE expires <= ?", (now,))
        )

    def take_due(self, institution: str, job: str, at: datetime, every: timedelta) -> bool:
        """Whether the caller is to run `job` now; of all workers that ask, one gets True.

        The job is due again `every` later. The first time it is due at once, and also when its
        due time lies so far ahead that the clock must have been set back since.
        """
        now, period = at.timestamp(), every.total_seconds()
        claimed = self._execute(
            "INSERT INTO due VALUES (?, ?, ?) ON CONFLICT (institution, job)"
            " DO UPDATE SET next = excluded.next WHERE due.next <= ? OR due.next > ?",
            (institution, job, now + period, now, now + 2 * period),
        )
        return claimed == 1

    def close(self) -> None:
        """Close the file in every thread, at the end of the process."""
        self.file.close()

    def _rows(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.file.run(
            lambda db: db.execute(sql, values).fetchall()
        )
        return found

    def _execute(self, sql: str, values: tuple[object, ...]) -> int:
        return int(self.file.run(lambda db: db.execute(sql, values).rowcount))
