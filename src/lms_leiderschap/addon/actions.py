"""Everything that can be done to an add-on of an institution.

Nothing here takes away what a participant or a teacher wrote: that is pinned by its edition and
lives under its enrolment. No action imports or calls the add-on itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lms_leiderschap.institution.actions import record
from lms_leiderschap.institution.addon import AddOn, FolderVersion
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.store.file import StoredFile


def switch_on(
    institution: Institution, name: str, *, by: str, at: datetime, version: str = ""
) -> None:
    """Let this institution use an add-on; one that was removed comes back as it was.

    version  of the plugin; counts for the first use, later it changes by an update only
    """
    addon = institution.kept_addons().named(name)
    if addon.on and not addon.removed_at:
        return
    addon.on, addon.since, addon.removed_at, addon.gone = True, at.isoformat(), "", False
    addon.version = addon.version or version
    record(addon, "addon.switched_on", by=by, at=at, plugin=name)


def switch_off(institution: Institution, name: str, *, by: str, at: datetime) -> None:
    """Stop new work and everything the add-on does; what was made stays and gets feedback."""
    addon = institution.kept_addons().named(name)
    if addon.on:
        addon.on, addon.since = False, at.isoformat()
        record(addon, "addon.switched_off", by=by, at=at, plugin=name)


def pause(
    institution: Institution, name: str, sentence: str, reference: str, *, by: str, at: datetime
) -> None:
    """Let an add-on rest: nothing of it runs, work goes on from what is pinned.

    sentence   what went wrong, or why somebody wants it; for administrators
    reference  under which the error is kept; "" for a pause by hand
    """
    addon = institution.kept_addons().named(name)
    if addon.paused is None:
        addon.paused = {
            "at": at.isoformat(), "by": by, "sentence": sentence, "reference": reference,
        }  # fmt: skip
        record(addon, "addon.paused", by=by, at=at, plugin=name, reference=reference)


def resume(institution: Institution, name: str, *, by: str, at: datetime) -> None:
    """Let a paused add-on run again; what waited for it is delivered."""
    addon = institution.kept_addons().named(name)
    if addon.paused is not None:
        addon.paused, addon.since = None, at.isoformat()
        record(addon, "addon.resumed", by=by, at=at, plugin=name)


def note_gone(institution: Institution, name: str, gone: bool, *, by: str, at: datetime) -> None:
    """Write down that a plugin that is on is no longer installed here, or is again."""
    addon = institution.kept_addons().named(name)
    if addon.gone != gone:
        addon.gone = gone
        record(addon, "addon.gone" if gone else "addon.back", by=by, at=at, plugin=name)


def change_settings(
    institution: Institution,
    name: str,
    values: Mapping[str, bool | int | str],
    *,
    by: str,
    at: datetime,
) -> None:
    """Keep the settings of an add-on; values that equal what is kept change nothing."""
    addon = institution.kept_addons().named(name)
    changed = {key: value for key, value in values.items() if addon.settings.get(key) != value}
    if changed:
        addon.settings = {**addon.settings, **changed}
        record(addon, "addon.set", by=by, at=at, plugin=name, keys=sorted(changed))


def keep_folder(
    institution: Institution,
    name: str,
    version: str,
    digest: str,
    bundle: StoredFile,
    *,
    signer: str,
    key_id: str,
    by: str,
    at: datetime,
) -> FolderVersion:
    """Keep one version of a folder plugin; the first is in use at once, a later one waits.

    bundle  its canonical zip; the same files again change nothing
    """
    addon = institution.kept_addons().named(name)
    kept, new = _kept_version(addon, FolderVersion(
        version, digest, bundle, signer=signer, key_id=key_id, by=by, at=at.isoformat()))
    if new or addon.draft == digest:
        record(addon, "addon.received", by=by, at=at, plugin=name, version=version)
    if not addon.current:
        addon.current, addon.version = digest, version
    elif digest != addon.current:
        addon.waiting = digest
    if addon.draft == digest:
        addon.draft = ""
    return kept


def keep_draft(
    institution: Institution,
    name: str,
    version: str,
    digest: str,
    bundle: StoredFile,
    *,
    sent: str,
    by: str,
    at: datetime,
) -> None:
    """Keep what somebody makes in the browser, in the place of the draft before it.

    sent  of the form it comes from, see FolderVersion
    The files of a version that is in use or waits are no draft: then there is none any more.
    """
    addon = institution.kept_addons().named(name)
    if not addon.draft:
        record(addon, "addon.draft_begun", by=by, at=at, plugin=name)
    former, addon.draft = addon.draft, digest
    kept, _new = _kept_version(addon, FolderVersion(
        version, digest, bundle, signer="", key_id="", by=by, at=at.isoformat()))
    kept.sent = sent
    if digest in (addon.current, addon.waiting):
        addon.draft = ""
    _drop_loose(addon, former)


def publish_draft(
    institution: Institution,
    name: str,
    version: str,
    digest: str,
    bundle: StoredFile,
    *,
    by: str,
    at: datetime,
) -> None:
    """Make of the draft, in its last form, a version that is in use (the first) or waits."""
    keep_folder(institution, name, version, digest, bundle, signer="", key_id="", by=by, at=at)
    addon = institution.kept_addons().named(name)
    former, addon.draft = addon.draft, ""
    _drop_loose(addon, former)


def drop_draft(institution: Institution, name: str, *, by: str, at: datetime) -> None:
    """Throw the draft away; a folder that was never more than a draft goes as a whole."""
    addons = institution.kept_addons()
    addon = addons.named(name)
    former, addon.draft = addon.draft, ""
    if former:
        _drop_loose(addon, former)
        record(addon, "addon.draft_dropped", by=by, at=at, plugin=name)
    if not (len(addon.versions) or addon.on or addon.settings or addon.records):
        addons.remove(name)


def _kept_version(addon: AddOn, made: FolderVersion) -> tuple[FolderVersion, bool]:
    """The version of these files as it is kept, and whether that is this one."""
    kept: FolderVersion | None = addon.versions.get(made.digest)
    if kept is not None:
        return kept, False
    made.bundle.__name__, made.bundle.__parent__ = "bundle", made
    return addon.versions.add(made.digest, made), True


def _drop_loose(addon: AddOn, digest: str) -> None:
    """Let a version go that nothing leads to any more."""
    undone = (addon.undo or {}).get("current")
    if digest in addon.versions and digest not in (
        addon.current, addon.waiting, addon.draft, undone,
    ):  # fmt: skip
        addon.versions.remove(digest)


def remove(institution: Institution, name: str, *, by: str, at: datetime) -> None:
    """Take an add-on away and keep its data; switching it on again brings everything back.

    A folder stays in the database for that: nobody has to keep the zip.
    """
    addon = institution.kept_addons().named(name)
    switch_off(institution, name, by=by, at=at)
    if not addon.removed_at:
        addon.removed_at, addon.paused = at.isoformat(), None
        record(addon, "addon.removed", by=by, at=at, plugin=name)
