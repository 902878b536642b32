"""One database per institution, opened when first asked for, and joined to the transaction.

pyramid_zodbconn opens every database at start and reaches a second one only through the first;
zodburi wraps blobs in a proxy that passes `DurableFileStorage` by. So these lines are our own.
"""

from __future__ import annotations

import threading
from typing import Any

from ZODB.DB import DB

from lms_leiderschap.settings import InstitutionEntry, Settings
from lms_leiderschap.store.storages import open_storage

INSTITUTION = "institution"


class Databases:
    """The open databases of this process, by institution key.

    read_only  only to look: a database in a file opens beside the process that has it
    """

    def __init__(self, settings: Settings, *, read_only: bool = False) -> None:
        self.settings, self.read_only = settings, read_only
        self._open: dict[str, DB] = {}
        self._lock = threading.Lock()

    def database(self, entry: InstitutionEntry) -> DB:
        """The database of an institution, opened on first use."""
        with self._lock:
            if entry.key not in self._open:
                storage = open_storage(entry.storage, read_only=self.read_only)
                self._open[entry.key] = DB(storage, cache_size=self.settings.cache_objects)
            return self._open[entry.key]

    def connect(self, entry: InstitutionEntry, manager: Any) -> Any:
        """A connection that commits and aborts with `manager`. The caller closes it."""
        return self.database(entry).open(transaction_manager=manager)

    def close(self) -> None:
        """Close every database; afterwards another process may open the files."""
        with self._lock:
            for database in self._open.values():
                database.close()
            self._open.clear()


def institution_in(connection: Any) -> Any:
    """The institution a database holds; None while nobody has founded it."""
    return connection.root().get(INSTITUTION)
