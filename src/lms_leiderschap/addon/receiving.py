"""Taking in a folder plugin: read, checked against what is there, and kept."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from lms_leiderschap.addon.actions import keep_folder
from lms_leiderschap.addon.data_actions import read_current
from lms_leiderschap.addon.shelf import Shelves, bundle_of, plugin_of
from lms_leiderschap.institution.addon import AddOn, FolderVersion
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.plugin.behaviour import order_of
from lms_leiderschap.plugin.claims import check_beside
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.archive import write_zip
from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.plugin.parcel.trust import Sender
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.texts import _


def checked_folder(institution: Institution, shelves: Shelves,
                   bundle: Bundle) -> tuple[Plugin, Sender]:  # fmt: skip
    """The plugin in a bundle and who signed it, when it can stand beside all others here.

    PluginError for a mistake in it (file and line), a changed file, or a name that is taken.
    """
    plugin, sender = plugin_of(bundle), shelves.trust.sender_of_folder(bundle)
    shelf = shelves.of(institution)
    if shelf.knows(plugin.name) and plugin.name not in shelf.folders:
        sentence = _("a plugin '${name}' is installed on this server already.",
                     mapping={"name": plugin.name})  # fmt: skip
        raise PluginError(sentence, "plugin.toml")
    _check_version(institution, plugin, bundle)
    check_in_use(institution, shelves, plugin)
    return plugin, sender


def check_in_use(institution: Institution, shelves: Shelves, plugin: Plugin) -> None:
    """Whether a version of a folder can come in use beside what is in use now.

    Of two that come in use at the same moment the second conflicts, and looks again.
    PluginError for a name that another has, or a format that is nowhere.
    """
    others = []
    for name, addon in institution.addons.items():
        if name != plugin.name and addon.current:
            read_current(addon)
            version = addon.folder()
            if version is not None:
                others.append((name, version.version, *shelves.read(version)))
    beside = shelves.installed.with_folders(others)
    check_beside(plugin, beside.loaded, beside.library)


def check_undo(institution: Institution, shelves: Shelves, addon: AddOn) -> None:
    """The same for the folder that the last update of an add-on can go back to."""
    former = (addon.undo or {}).get("current", "")
    version = addon.folder(former) if former and former != addon.current else None
    if version is not None:
        check_in_use(institution, shelves, plugin_of(bundle_of(version)))


def _check_version(institution: Institution, plugin: Plugin, bundle: Bundle) -> None:
    """Other files need another version, or nobody can tell the two apart; and a higher one."""
    addon = institution.addons[plugin.name]
    if addon.current and order_of(plugin.version) < order_of(addon.version):
        words = {"version": addon.version, "name": plugin.name}
        sentence = _("version ${version} of '${name}' is in use. Give this one a higher version.",
                     mapping=words)  # fmt: skip
        raise PluginError(sentence, "plugin.toml")
    for kept in addon.versions.values():
        same = order_of(kept.version) == order_of(plugin.version)
        if same and kept.digest != bundle.digest and kept.digest != addon.draft:
            words = {"version": plugin.version, "name": plugin.name}
            sentence = _("version ${version} of '${name}' is here already with other files. Give "
                         "this one a higher version.", mapping=words)  # fmt: skip
            raise PluginError(sentence, "plugin.toml")


def receive_folder(institution: Institution, bundle: Bundle, plugin: Plugin, sender: Sender, *,
                   connection: Any, by: str, at: datetime) -> FolderVersion:  # fmt: skip
    """Keep a checked bundle as its canonical zip, so that equal files give an equal zip."""
    stored = StoredFile(f"{plugin.name}-{plugin.version}.zip", "application/zip", at)
    stored.fill(BytesIO(write_zip(bundle)), connection)
    return keep_folder(
        institution, plugin.name, plugin.version, bundle.digest, stored,
        signer=sender.name, key_id=sender.key, by=by, at=at,
    )  # fmt: skip
