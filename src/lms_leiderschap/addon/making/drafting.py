"""The draft of a folder plugin: where it starts from, and how it is kept and taken in use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from lms_leiderschap.addon.actions import keep_draft, publish_draft
from lms_leiderschap.addon.making.assignments import assignment_keys
from lms_leiderschap.addon.making.modules import module_keys
from lms_leiderschap.addon.making.writing import FolderFiles
from lms_leiderschap.addon.shelf import bundle_of
from lms_leiderschap.institution.addon import AddOn, FolderVersion
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.plugin.behaviour import order_of
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.parcel.archive import write_zip
from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.store.file import StoredFile


def start_of(addon: AddOn) -> FolderVersion | None:
    """What is edited: the draft, or the newest version before there is one.

    A version that waits is newer than the one in use. None when this is no folder.
    """
    for digest in (addon.draft, addon.waiting, addon.current):
        found: FolderVersion | None = addon.versions.get(digest) if digest else None
        if found is not None:
            return found
    return None


def signed_before(addon: AddOn) -> FolderVersion | None:
    """The version that a draft comes after, when somebody we know signed it; a changed one is
    signed by nobody."""
    digest = addon.waiting or addon.current
    found: FolderVersion | None = addon.versions.get(digest) if digest else None
    return found if found is not None and found.signer else None


def mark_of(values: Any) -> str:
    """A fingerprint of plain values: says whether they are still those that a form showed."""
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def save_draft(institution: Institution, plugin: Plugin, bundle: Bundle, *, sent: str,
               connection: Any, by: str, at: datetime) -> None:  # fmt: skip
    """Keep the files as the draft of a plugin that they make."""
    stored = _stored(plugin, bundle, connection, at)
    keep_draft(institution, plugin.name, plugin.version, bundle.digest, stored,
               sent=sent, by=by, at=at)  # fmt: skip


def take_in_use(institution: Institution, plugin: Plugin, bundle: Bundle, *,
                connection: Any, by: str, at: datetime) -> None:  # fmt: skip
    """Make a version of the draft, in its last form."""
    stored = _stored(plugin, bundle, connection, at)
    publish_draft(institution, plugin.name, plugin.version, bundle.digest, stored, by=by, at=at)


def _stored(plugin: Plugin, bundle: Bundle, connection: Any, at: datetime) -> StoredFile:
    stored = StoredFile(f"{plugin.name}-{plugin.version}.zip", "application/zip", at)
    stored.fill(BytesIO(write_zip(bundle)), connection)
    return stored


def published(addon: AddOn) -> Iterator[FolderVersion]:
    """Every kept version but the draft."""
    return (kept for kept in addon.versions.values() if kept.digest != addon.draft)


def newest(addon: AddOn) -> str:
    """The highest version that was ever ready here, "" when none was."""
    return max((kept.version for kept in published(addon)), key=order_of, default="")


def next_version(addon: AddOn, draft: str) -> str:
    """The version to propose for a draft: its own when that is higher, otherwise a minor up."""
    highest = newest(addon)
    if order_of(draft) > order_of(highest):
        return draft
    major, minor, *_rest = (*order_of(highest), 0)
    return f"{major}.{minor + 1}.0"


def used_keys(addon: AddOn, module: str) -> set[str]:
    """Keys of assignments that a version of a module ever had here: work may hang on them."""
    found: set[str] = set()
    for kept in published(addon):
        files = FolderFiles(bundle_of(kept))
        if module in module_keys(files):
            found.update(assignment_keys(files, module))
    return found


def used_modules(addon: AddOn) -> set[str]:
    """Keys of modules that a version of the folder ever had here."""
    return {key for kept in published(addon) for key in module_keys(FolderFiles(bundle_of(kept)))}


def used_tools(addon: AddOn) -> set[str]:
    """Keys of tools that a module of any version of the folder ever described here."""
    found: set[str] = set()
    for kept in published(addon):
        files = FolderFiles(bundle_of(kept))
        for path in files.paths("modules"):
            found.update(tool["key"] for tool in files.table(path).get("instruments", []))
    return found
