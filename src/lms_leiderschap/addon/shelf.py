"""What stands on the shelf of an institution: what is installed here, and its own folders.

Folders live in its database, so every process of every machine has them at the next transaction.
Reading one takes some milliseconds; each process remembers what it read by fingerprint.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from lms_leiderschap.institution.addon import AddOn, FolderVersion
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.plugin.contract import Plugin, PluginError
from lms_leiderschap.plugin.loader import Plugins
from lms_leiderschap.plugin.parcel.archive import Bundle, read_zip
from lms_leiderschap.plugin.parcel.checked import level_in, read_checked
from lms_leiderschap.plugin.parcel.trust import UNKNOWN, Sender, Trust

MOST_FOLDERS = 200
MOST_SHELVES = 200
Read = tuple[Plugin | PluginError, Sender]


class Shelves:
    """The memory of one process: folders by fingerprint, and shelves by what stands on them."""

    def __init__(self, installed: Plugins, trust: Trust) -> None:
        self.installed, self.trust = installed, trust
        self._folders: OrderedDict[str, Read] = OrderedDict()
        self._shelves: OrderedDict[tuple[str, ...], Plugins] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, institution: Institution) -> Plugins:
        """Everything this institution can switch on, folders after what is installed."""
        addons = institution.addons.values()
        kept = [(addon.__name__, addon.folder()) for addon in addons if addon.current]
        versions = [(name, version) for name, version in kept if version is not None]
        versions.sort(key=lambda pair: (pair[1].at, pair[0]))  # who came first keeps a name
        key = tuple(version.digest for _name, version in versions)
        with self._lock:
            found = self._shelves.get(key)
        if found is None:
            found = self.installed.with_folders(
                (name, version.version, *self.read(version)) for name, version in versions
            )
            with self._lock:
                self._shelves[key] = found
                while len(self._shelves) > MOST_SHELVES:
                    self._shelves.popitem(last=False)
        return found

    def read(self, version: FolderVersion) -> Read:
        """One folder as a Plugin, or what is wrong with it, and who signed it."""
        with self._lock:
            known = self._folders.get(version.digest)
        if known is None:
            known = self._read(version)
            with self._lock:
                self._folders[version.digest] = known
                while len(self._folders) > MOST_FOLDERS:
                    self._folders.popitem(last=False)
        return known

    def _read(self, version: FolderVersion) -> Read:
        try:
            bundle = bundle_of(version)
            return plugin_of(bundle), self.trust.sender_of_folder(bundle)
        except PluginError as error:
            return error, UNKNOWN


def bundle_of(version: FolderVersion) -> Bundle:
    """The files of a kept version."""
    with version.bundle.open() as source:
        return read_zip(source.read())


def level_of(addon: AddOn, shelf: Plugins) -> str:
    """What the check of its author said when it was packed: "zilver"; "" when nothing did."""
    version = addon.folder()
    if version is None:
        return level_in(shelf.packages.get(addon.__name__, ""))
    found = read_checked(bundle_of(version))
    return found.level if found is not None else ""


def plugin_of(bundle: Bundle) -> Plugin:
    """The plugin that files make. PluginError with file and line."""
    return Plugin.from_files(bundle.traversable())


def plugin_named(shelf: Plugins, addon: AddOn) -> Plugin | None:
    """The plugin of an add-on; None when it is not loaded."""
    return shelf.loaded.get(addon.__name__)


def includeme(config: Any) -> None:
    """`request.shelf`: what the institution of this request can use."""
    config.add_request_method(
        lambda request: request.registry.shelves.of(request.institution), "shelf", reify=True
    )
