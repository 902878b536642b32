"""A plugin's own records as the plugin sees them: plain copies, never the stored objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import transaction

from lms_leiderschap.institution.addon import AddOn, KeptRecord
from lms_leiderschap.plugin.behaviour import LARGEST_RECORD, MOST_PUTS, Record, order_of
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.fitting import SLUG
from lms_leiderschap.plugin.value import checked_value
from lms_leiderschap.store.root import institution_in

LONGEST_KEY = 200
LARGEST_SCHEMA = 1_000_000
Place = tuple[str, str]
Open = Callable[[], Any]


class OpenRecords:
    """Reads from the database when asked, and keeps what is put until somebody writes it.

    A handler runs in a thread of its own and may be left behind there, so it gets a connection of
    its own for each read and never one that is part of a request.
    """

    def __init__(self, connect: Open, name: str, *, may_write: bool) -> None:
        self._connect, self._name, self._may_write = connect, name, may_write
        self._written: dict[Place, tuple[Any, int]] = {}

    def get(self, kind: str, key: str) -> Record | None:
        """The record, with what this event put last; None when there is none."""
        if (kind, key) in self._written:
            data, schema = self._written[kind, key]
            return Record(kind, key, checked_value(data), schema)
        with self._addon() as addon:
            kept = addon.record(kind, key)
            return _seen(addon, kind, key, kept) if kept is not None else None

    def list(self, kind: str) -> Sequence[Record]:
        """All records of a kind in the order of their keys, with what this event put."""
        with self._addon() as addon:
            found = {key: _seen(addon, kind, key, kept) for key, kept in addon.records_of(kind)}
        for (own, key), (data, schema) in self._written.items():
            if own == kind:
                found[key] = Record(kind, key, checked_value(data), schema)
        return [record for _key, record in sorted(found.items()) if record is not None]

    def put(self, kind: str, key: str, data: Any, schema: int = 1) -> None:
        """Keep plain data. PluginError for anything else, too many, or while reading only."""
        if not self._may_write:
            raise PluginError("a panel reads; only an event may put records.")
        copied = _checked_put(kind, key, data, schema)
        if len(self._written) >= MOST_PUTS and (kind, key) not in self._written:
            raise PluginError(f"one event puts {MOST_PUTS} records at most.")
        self._written[kind, key] = (copied, schema)

    def to_write(self) -> dict[Place, tuple[Any, int]]:
        """What was put, as (kind, key) to (data, schema), once the handler has ended.

        All of it is checked again, for a handler can reach it. PluginError as put raises it.
        """
        put = list(self._written.items())
        if len(put) > MOST_PUTS:
            raise PluginError(f"one event puts {MOST_PUTS} records at most.")
        return {(kind, key): (_checked_put(kind, key, data, schema), schema)
                for (kind, key), (data, schema) in put}  # fmt: skip

    @contextmanager
    def _addon(self) -> Iterator[AddOn]:
        connection = self._connect()
        try:
            yield institution_in(connection).addons[self._name]
        finally:
            connection.transaction_manager.abort()
            connection.close()


def _checked_put(kind: str, key: str, data: Any, schema: int) -> Any:
    """A copy of the data. PluginError when these cannot be kept."""
    if type(kind) is not str or not SLUG.fullmatch(kind):
        raise PluginError(f"'{kind}' cannot be a kind: small letters, digits, '-' and '_'.")
    if type(key) is not str or not 0 < len(key) <= LONGEST_KEY:
        raise PluginError("a key is a text of 1 to 200 signs.")
    checked_value(key, "key")
    if type(schema) is not int or not 0 <= schema <= LARGEST_SCHEMA:
        raise PluginError("a schema is a whole number.")
    copied = checked_value(data)
    if len(json.dumps(copied)) > LARGEST_RECORD:
        raise PluginError(f"a record is at most {LARGEST_RECORD} signs as JSON.")
    return copied


def _seen(addon: AddOn, kind: str, key: str, kept: KeptRecord) -> Record | None:
    """A record as its plugin reads it; None for one of a later version than is in use."""
    if order_of(kept.version) > order_of(addon.version):
        return None
    return Record(kind, key, checked_value(kept.data), kept.shape)


def records_of(databases: Any, entry: Any, name: str, *, may_write: bool) -> OpenRecords:
    """The records of an add-on of one institution (its entry), each read on its own connection."""

    def connect() -> Any:
        manager = transaction.TransactionManager(explicit=True)
        manager.begin()
        return databases.connect(entry, manager)

    return OpenRecords(connect, name, may_write=may_write)
