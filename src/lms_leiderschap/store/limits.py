"""Rate limits: how often somebody may try before waiting, counted in the side store.

`limits` has no storage for SQL; `SideStorage` is one. The values of signing in are those of PyPI's
Warehouse (`warehouse/config.py`); a class behind one address asks for its links at one moment.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType
from typing import Any

from limits import RateLimitItem, parse
from limits.storage import MovingWindowSupport, Storage
from limits.strategies import MovingWindowRateLimiter

from lms_leiderschap.store.folder import new_id
from lms_leiderschap.store.side import SideStore

LIMITS = MappingProxyType(
    {
        "sign_in": {
            "account": "10 per 5 minutes",
            "address": "10 per 5 minutes",
            "institution": "1000 per 5 minutes",
        },
        # On a device that its owner signed in on before. Nobody else's tries count there: what
        # others do keeps somebody out of a new device at most, and there a login link helps.
        "sign_in_known": {"account": "10 per 5 minutes"},
        # Not longer than the link lasts: whoever is refused has one in the mailbox that works.
        "login_link": {
            "account": "5 per 30 minutes",
            "address": "30 per 5 minutes",
            "institution": "300 per 5 minutes",
        },
        "reset": {"account": "5 per hour"},
    }
)


class SideStorage(Storage, MovingWindowSupport):
    """The counts of one institution, for the strategies "fixed window" and "moving window".

    clock  gives the time in seconds since 1970; `limits` itself reads none for these two
    """

    STORAGE_SCHEME = None

    def __init__(self, side: SideStore, institution: str, clock: Callable[[], float]) -> None:
        super().__init__()
        self._file = side.file
        self._institution = institution
        self._clock = clock

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        errors: tuple[type[Exception], ...] = self._file.errors
        return errors

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` in the fixed window of `key`, `expiry` seconds from its first count."""
        now = self._clock()
        sql = """
            INSERT INTO rate_count VALUES (:institution, :key, :amount, :now + :expiry)
            ON CONFLICT (institution, key) DO UPDATE SET
                amount = :amount
                    + CASE WHEN rate_count.expires <= :now THEN 0 ELSE rate_count.amount END,
                expires = CASE WHEN rate_count.expires <= :now
                    THEN excluded.expires ELSE rate_count.expires END
            RETURNING amount"""
        values = {
            "institution": self._institution,
            "key": key,
            "amount": amount,
            "now": now,
            "expiry": expiry,
        }
        return int(self._file.run(lambda db: db.execute(sql, values).fetchall())[0][0])

    def get(self, key: str) -> int:
        """The count in the fixed window of `key`."""
        return self._window(key)[0]

    def get_expiry(self, key: str) -> float:
        """When the fixed window of `key` ends, seconds since 1970; now if there is none."""
        return self._window(key)[1]

    def _window(self, key: str) -> tuple[int, float]:
        now = self._clock()
        sql = (
            "SELECT amount, expires FROM rate_count"
            " WHERE institution = ? AND key = ? AND expires > ?"
        )
        values = (self._institution, key, now)
        return self._file.run(lambda db: db.execute(sql, values).fetchone()) or (0, now)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` in the moving window of `key` if the limit allows all of it."""
        now = self._clock()
        mine = (self._institution, key)

        def acquire(db: Any) -> bool:
            since = (*mine, now - expiry)
            db.execute("DELETE FROM rate_entry WHERE institution=? AND key=? AND at<=?", since)
            count = "SELECT count(*) FROM rate_entry WHERE institution=? AND key=?"
            if db.execute(count, mine).fetchone()[0] + amount > limit:
                return False
            entries = [(new_id(), *mine, now, now + expiry) for _entry in range(amount)]
            db.executemany("INSERT INTO rate_entry VALUES (?, ?, ?, ?, ?)", entries)
            return True

        return bool(self._file.write(acquire, f"{self._institution} {key}"))

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """The time of the oldest entry in the moving window of `key`, and how many there are."""
        now = self._clock()
        sql = "SELECT min(at), count(*) FROM rate_entry WHERE institution=? AND key=? AND at>?"
        values = (self._institution, key, now - expiry)
        oldest, count = self._file.run(lambda db: db.execute(sql, values).fetchone())
        return (oldest if count else now), count

    def give_back(self, key: str) -> None:
        """Take one entry of this very moment out of the moving window of `key`."""
        sql = """
            DELETE FROM rate_entry WHERE id = (
                SELECT id FROM rate_entry WHERE institution=? AND key=? AND at=? LIMIT 1)"""
        values = (self._institution, key, self._clock())
        self._file.run(lambda db: db.execute(sql, values))

    def check(self) -> bool:
        """Whether the file can be used."""
        try:
            self._file.run(lambda db: db.execute("SELECT 1 FROM rate_count LIMIT 1").fetchall())
        except (*self._file.errors, OSError):
            return False
        return True

    def reset(self) -> int:
        """Forget all counts of the institution; how many rows."""
        mine = (self._institution,)

        def forget(db: Any) -> int:
            counts = db.execute("DELETE FROM rate_count WHERE institution = ?", mine).rowcount
            entries = db.execute("DELETE FROM rate_entry WHERE institution = ?", mine).rowcount
            return int(counts + entries)

        return int(self._file.write(forget))

    def clear(self, key: str) -> None:
        """Forget the counts of `key`."""
        mine = (self._institution, key)

        def forget(db: Any) -> None:
            db.execute("DELETE FROM rate_count WHERE institution = ? AND key = ?", mine)
            db.execute("DELETE FROM rate_entry WHERE institution = ? AND key = ?", mine)

        self._file.write(forget)


class Throttle:
    """The named limits of `LIMITS`, or of another table of the same shape.

    Each limit counts in moving windows per account, per address, or over the whole institution.
    A try that is refused counts nowhere, so waiting always helps.
    """

    def __init__(
        self, side: SideStore, table: MappingProxyType[str, dict[str, str]] = LIMITS
    ) -> None:
        self._side = side
        self._table = {
            name: {scope: parse(text) for scope, text in scopes.items()}
            for name, scopes in table.items()
        }

    def take(
        self, limit: str, institution: str, at: datetime, *, account: str, address: str = ""
    ) -> int:
        """Count one try; 0 when it may go on, else the whole seconds to wait (and none counted).

        limit    a name in `LIMITS`; KeyError for another
        account  the e-mail address of the account, known or not; case and outer spaces are one
        address  IP address of the client; an IPv6 one counts with its whole /64
        """
        storage = self._storage(institution, at)
        limiter = MovingWindowRateLimiter(storage)
        taken: list[str] = []
        for item, names in self._counts(limit, account, address):
            if not limiter.hit(item, *names):
                for key in taken:
                    storage.give_back(key)
                reset = limiter.get_window_stats(item, *names).reset_time
                return max(1, math.ceil(reset - at.timestamp()))
            taken.append(item.key_for(*names))
        return 0

    def give_back(
        self, limit: str, institution: str, at: datetime, *, account: str, address: str = ""
    ) -> None:
        """Undo the `take` with the same arguments, `at` included: the try was a right one.

        So that a class behind one address can all sign in within the same minutes.
        """
        storage = self._storage(institution, at)
        for item, names in self._counts(limit, account, address):
            storage.give_back(item.key_for(*names))

    def _storage(self, institution: str, at: datetime) -> SideStorage:
        return SideStorage(self._side, institution, at.timestamp)

    def _counts(
        self, limit: str, account: str, address: str
    ) -> list[tuple[RateLimitItem, tuple[str, str, str]]]:
        who = {
            "account": _disguise(account.strip().casefold()),
            "address": _disguise(_network(address)),
            "institution": "all",
        }
        scopes = self._table[limit]
        return [(item, (limit, scope, who[scope])) for scope, item in scopes.items()]


def _network(address: str) -> str:
    """The part of an IP address that a subscriber cannot change at will: of IPv6 the first 64 bits.

    The other 64 name an interface within one network (RFC 4291 2.5.1).
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), 64), strict=False))


def _disguise(text: str) -> str:
    """A name for `text` that does not lie about readable in the file."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
