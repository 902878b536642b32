"""One database per institution, opened when first asked for, and joined to the transaction.

pyramid_zodbconn opens every database at start and reaches a second one only through the first;
zodburi wraps blobs in a proxy that passes `DurableFileStorage` by. So these lines are our own.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from zc.lockfile import LockError
from ZODB.DB import DB

from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import InstitutionEntry, Settings
from lms_leiderschap.store.blobs import reading
from lms_leiderschap.store.database import Database
from lms_leiderschap.store.evolving import check_release
from lms_leiderschap.store.storages import open_storage

log = logging.getLogger(__name__)
INSTITUTION = "institution"
SIGNS_WITH = "signs_with"  # the fingerprint of the key that a database signs with
# Seconds after which what nobody uses lets go of its connections to a server. That has a hundred
# for all institutions and processes together, unless somebody says otherwise.
IDLE = 60.0
LOOK_EVERY = 15.0
SWEEP_EVERY = 3600.0


@dataclass
class _Place:
    """Where the database of one institution is kept open.

    entering  how many are about to have a connection
    used      when somebody last asked; swept  when its cache was last looked through; monotonic
    """

    entry: InstitutionEntry
    lock: threading.Lock = field(default_factory=threading.Lock)
    database: Database | None = None
    entering: int = 0
    used: float = 0.0
    swept: float = -SWEEP_EVERY

    def is_idle(self, now: float) -> bool:
        """Whether nobody has a connection, nor had one lately; of a database on a server.

        Call while holding the lock.
        """
        return (
            self.database is not None and not self.entering and now - self.used >= IDLE
            and not self.database.storage.packing
            and not any(row["opened"] for row in self.database.connectionDebugInfo())
        )  # fmt: skip

    def close(self) -> None:
        """Call while holding the lock."""
        if self.database is not None:
            self.database.close()
            self.database = None


class Databases:
    """The open databases of this process, by institution key.

    read_only    only to look: a database in a file opens beside the process that has it
    any_release  also one that another release of the code wrote
    any_key      also one that signed with a key which is not here
    """

    def __init__(
        self, settings: Settings, *, read_only: bool = False, any_release: bool = False,
        any_key: bool = False,
    ) -> None:  # fmt: skip
        self.settings, self.read_only, self.any_release = settings, read_only, any_release
        self.any_key = any_key
        self._places: dict[str, _Place] = {}
        self._lock = threading.Lock()
        self._caretaker: threading.Thread | None = None
        self._closing = threading.Event()

    def database(self, entry: InstitutionEntry) -> DB:
        """The database of an institution, opened on first use.

        Raises SettingError when it was written by another release, is another institution's, or
        signed with a key that is not here.
        """
        place = self._place(entry)
        with place.lock:
            return self._opened(place)

    def open_all(self) -> None:
        """Open every database; one on a server that is away is opened when it is asked for.

        Raises SettingError as `database` does.
        """
        for entry in self.settings.institutions:
            try:
                self.database(entry)
            except (SettingError, LockError):
                raise
            except Exception:
                if not entry.on_server:
                    raise
                log.warning("the database of %s cannot be reached", entry.key, exc_info=True)

    def opened(self, entry: InstitutionEntry) -> DB | None:
        """The database of an institution when it is open; waits for nothing, keeps nothing open."""
        place = self._places.get(entry.key)
        return place.database if place is not None else None

    def is_away(self, entry: InstitutionEntry) -> bool:
        """Whether its database is on a server and not open here."""
        return entry.on_server and self.opened(entry) is None

    def connect(self, entry: InstitutionEntry, manager: Any, *, counts: bool = True) -> Any:
        """A connection that commits and aborts with `manager`. The caller closes it.

        counts  whether it keeps the database open for a while; not of who looks again and again
        """
        place = self._place(entry)
        with place.lock:
            database = self._opened(place, counts=counts)
            place.entering += 1
        try:
            return database.open(transaction_manager=manager)
        finally:
            with place.lock:
                place.entering -= 1

    def close(self) -> None:
        """Close every database; afterwards another process may open the files.

        One that is being packed stays open, so that nobody else has its file before this process
        is gone; packing may be killed.
        """
        with self._lock:
            places, self._places = list(self._places.values()), {}
            caretaker, self._caretaker = self._caretaker, None
            self._closing.set()
        if caretaker is not None:
            caretaker.join()
        for place in places:
            with place.lock:
                if not (place.database and place.database.packing):
                    place.close()

    def let_go(self, now: float) -> None:
        """Close the databases on a server that are idle, and take old files out of their caches.

        now  monotonic
        """
        for place in list(self._places.values()):
            if place.entry.on_server:
                with place.lock:
                    if place.is_idle(now):
                        place.close()
                if now - place.swept >= SWEEP_EVERY:
                    place.swept = now
                    _forget_old_blobs(self.settings, place.entry)

    def _place(self, entry: InstitutionEntry) -> _Place:
        with self._lock:
            return self._places.setdefault(entry.key, _Place(entry))

    def _opened(self, place: _Place, *, counts: bool = True) -> Database:
        """Each place has a lock of its own: one server that is away holds up nobody else."""
        if counts:
            place.used = time.monotonic()
        if place.database is None:
            place.database = self._open(place.entry)
        return place.database

    def _open(self, entry: InstitutionEntry) -> Database:
        blobs = self.settings.blob_cache / entry.key
        storage = open_storage(entry.storage, read_only=self.read_only, blobs=blobs,
                               largest=self.settings.blob_cache_max)
        if not entry.on_server:
            database = Database(storage, cache_size=self.settings.cache_objects)
        else:
            self._take_care()
            database = Database(storage, cache_size=self.settings.cache_objects, pool_timeout=IDLE)
        self._check(database, entry)
        return database

    def _check(self, database: DB, entry: InstitutionEntry) -> None:
        """Close it again when it is of another release, of another institution or another key."""
        try:
            with reading(database) as connection:
                institution = institution_in(connection)
                if institution is None:
                    return
                if not self.any_release:
                    check_release(connection.root(), entry.key)
                if institution.key != entry.key:
                    raise SettingError(f"The storage of {entry.key} holds the database of "
                                       f"{institution.key}. Look at storage in the institutions "
                                       "file.")  # fmt: skip
                if not self.any_key:
                    self.settings.check_key(entry, connection.root().get(SIGNS_WITH))
        except BaseException:
            database.close()
            raise

    def _take_care(self) -> None:
        with self._lock:
            if self._caretaker is None:
                self._closing = threading.Event()
                self._caretaker = threading.Thread(
                    target=self._look_after, args=(self._closing,), name="lms-databases",
                    daemon=True,
                )  # fmt: skip
                self._caretaker.start()

    def _look_after(self, closing: threading.Event) -> None:
        while not closing.wait(LOOK_EVERY):
            try:
                self.let_go(time.monotonic())
            except Exception:
                log.exception("idle databases were not let go")


def _forget_old_blobs(settings: Settings, entry: InstitutionEntry) -> None:
    from lms_leiderschap.store.postgresql import forget_old_blobs  # an extra, so not at the top

    forget_old_blobs(settings.blob_cache / entry.key, time.time())


def institution_in(connection: Any) -> Any:
    """The institution a database holds; None while nobody has founded it."""
    return connection.root().get(INSTITUTION)
