"""What an institution keeps about one add-on: its state, settings, records and folder.

Plain values and bytes only. Nothing here needs the add-on itself, so all of it reads, exports and
is thrown away the same with the add-on gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import Folder, Resource

Former = tuple[str, Any, int]


class KeptRecord(Persistent):
    """One record of a plugin: plain data, with the version of the plugin that it is shaped for.

    before  (version, data, shape) from before the last update, while that can be undone
    newer   the same from before an update was undone: given back when it is done again
    beside  the same from before an update was undone, when the add-on wrote the record again
            since: not given back, and kept for a while so that nothing is lost unseen
    shape   number of the shape of the data, the plugin's own
    """

    schema = 1
    personal = ("key", "data", "before", "newer", "beside")
    retention = "until the add-on's data are destroyed; what stands beside it for 30 days"
    before: Former | None = None
    newer: Former | None = None
    beside: Former | None = None

    def __init__(self, data: Any, schema: int, version: str, at: str) -> None:
        self.data, self.shape, self.version, self.at = data, schema, version, at

    @property
    def present(self) -> Former:
        """What it holds now, to be kept as before, newer or beside."""
        return self.version, self.data, self.shape

    @property
    def others(self) -> dict[str, Any]:
        """What is kept beside its data, by "before", "newer" and "beside"; only what there is."""
        kept = {"before": self.before, "newer": self.newer, "beside": self.beside}
        return {name: former for name, former in kept.items() if former is not None}

    def bring(self, former: Former) -> None:
        """Let it hold what was kept; the first release kept no shape."""
        self.version, self.data, *shape = former
        self.shape = shape[0] if shape else self.shape


class FolderVersion(Resource):
    """One version of a folder plugin, as one canonical zip.

    version   of the plugin; digest  fingerprint of its files
    signer    name of who signed it, as the operator knows them; "" when nobody we know did
    key_id    id of the key it was signed with, "" when it was not
    by, at    who put it here and when (ISO text)
    sent      of a draft: key and fingerprint of the form it was made with, so that a second click
              is known; "" otherwise
    """

    schema = 1
    personal = ("by",)
    retention = "until the add-on's data are destroyed"
    sent = ""

    def __init__(self, version: str, digest: str, bundle: StoredFile, *, signer: str, key_id: str,
                 by: str, at: str) -> None:
        self.version, self.digest, self.bundle = version, digest, bundle
        self.signer, self.key_id, self.by, self.at = signer, key_id, by, at


class AddOn(Resource):
    """The state of one add-on in one institution.

    on          switched on; since  ISO moment at which it was last switched or let
                run after a pause
    gone        it is on and no longer installed on this machine; a job writes this down
    paused      None, or {"at", "reference", "sentence", "by"}: it failed too often, or somebody
                paused it
    settings    key to value, only what was changed
    version     of the plugin that the records and new editions follow; "" before the first use
    versions    of a folder plugin, by digest; `current` names the one in use, `draft` one that is
                being made in the browser, `waiting` one that was uploaded and not yet taken in use
    undo        None, or {"until", "version", "current"}: what the last update can go back to
    removed_at  ISO moment at which it was taken away with its data kept; "" while it was not
    exported_at ISO moment of the last export of its data; needed before they are destroyed
    """

    schema = 1
    personal = ("records", "paused")
    retention = "until destroyed by hand, at the earliest after the time the institution keeps"
    on = False
    gone = False
    since = version = current = draft = waiting = removed_at = exported_at = ""
    paused: dict[str, str] | None = None
    undo: dict[str, str] | None = None

    def __init__(self, name: str) -> None:
        self.__name__ = name
        self.settings: dict[str, bool | int | str] = {}
        self.records: Any = OOBTree()
        self.versions = Folder()
        self.versions.__name__, self.versions.__parent__ = "versions", self

    def __getitem__(self, name: str) -> Any:
        return {"versions": self.versions}[name]

    @property
    def title(self) -> str:
        """How the log names it."""
        return self.__name__

    @property
    def works(self) -> bool:
        """Whether new work can be made with it: paused is no reason, what is pinned suffices."""
        return self.on and not self.gone

    @property
    def acts(self) -> bool:
        """Whether its handlers, panels and pages may run."""
        return self.on and self.paused is None

    def record(self, kind: str, key: str) -> KeptRecord | None:
        found: KeptRecord | None = self.records.get((kind, key))
        return found

    def records_of(self, kind: str) -> Iterator[tuple[str, KeptRecord]]:
        for (_kind, key), kept in self.records.items(min=(kind, ""), max=(kind + "\0", "")):
            if _kind == kind:
                yield key, kept

    def folder(self, name: str = "") -> FolderVersion | None:
        """The version of that name, or the one in use; None for a Python plugin."""
        found: FolderVersion | None = self.versions.get(name or self.current)
        return found

    def changed_since(self, moment: str) -> bool:
        """Whether a record was written after an ISO moment."""
        return any(kept.at > moment for kept in self.records.values())


class AddOns(Folder):
    """The add-ons of an institution by name.

    Every name has an AddOn, one that nobody touched yet an empty one that is not kept: whether
    there is such an add-on is a question to what is installed.
    """

    def __getitem__(self, name: str) -> AddOn:
        found: AddOn | None = self.get(name)
        if found is None:
            found = AddOn(name)
            found.__parent__ = self
        return found

    def about(self, person_id: str) -> Iterator[tuple[AddOn, tuple[str, str], KeptRecord]]:
        """Every record in which the id of a person stands, as key or anywhere in its data."""
        for addon in self.values():
            for place, kept in addon.records.items():
                all_data = (kept.data, *kept.others.values())
                if person_id in place[1] or _names(person_id, all_data):
                    yield addon, place, kept

    def named(self, name: str) -> AddOn:
        """The AddOn of that name, kept from now on. For actions only: this may write."""
        return self[name] if name in self else self.add(name, AddOn(name))


def _names(person_id: str, data: Any) -> bool:
    if isinstance(data, dict):
        return any(_names(person_id, item) for item in (*data, *data.values()))
    if isinstance(data, list | tuple):
        return any(_names(person_id, item) for item in data)
    return isinstance(data, str) and person_id in data


def older(states: Any) -> AddOns:
    """The add-ons from what the first release kept: name to a plain {"on", "since"}."""
    addons = AddOns()
    for name, state in states.items():
        addon = addons.named(name)
        addon.on, addon.since = state["on"], state["since"]
    return addons
