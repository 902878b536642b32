"""Taking in a folder plugin: read, checked against what is there, and kept."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from lms_leiderschap.addon.actions import keep_folder
from lms_leiderschap.addon.shelf import Shelves, plugin_of
from lms_leiderschap.institution.addon import FolderVersion
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
    others = [
        (name, version.version, *shelves.read(version))
        for name in shelf.folders
        if name != plugin.name and (version := institution.addons[name].folder()) is not None
    ]
    beside = shelves.installed.with_folders(others)
    check_beside(plugin, beside.loaded, beside.library)
    return plugin, sender


def _check_version(institution: Institution, plugin: Plugin, bundle: Bundle) -> None:
    """Other files need another version, or nobody can tell the two apart."""
    for kept in institution.addons[plugin.name].versions.values():
        same = order_of(kept.version) == order_of(plugin.version)
        draft = institution.addons[plugin.name].draft
        if same and kept.digest != bundle.digest and kept.digest != draft:
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
