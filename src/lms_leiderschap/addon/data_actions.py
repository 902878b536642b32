"""What an add-on keeps: its records written, brought to another version and back, and destroyed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.addon.happenings import EVENT
from lms_leiderschap.addon.standing import gives_back, starts_from
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.actions import record
from lms_leiderschap.institution.addon import AddOn, KeptRecord
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.plugin.behaviour import order_of
from lms_leiderschap.texts import _

UNDO_DAYS = 30
Place = tuple[str, str]


def put_records(
    addon: AddOn, written: Mapping[Place, tuple[Any, int]], *, at: datetime
) -> None:
    """Keep records: (kind, key) to (plain data, schema). What stood there is replaced.

    The add-on must be one that is kept. An update at the same moment makes this or the update
    conflict, whichever is second, so that no record of the version before slips in after it.
    What was written under a version that was undone since is kept beside the record.
    """
    if written:
        read_current(addon)
    for place, (data, schema) in written.items():
        kept: KeptRecord | None = addon.records.get(place)
        if kept is None:
            addon.records[place] = KeptRecord(data, schema, addon.version, at.isoformat())
        elif kept.newer is not None or kept.present != (addon.version, data, schema):
            undone = order_of(kept.version) > order_of(addon.version)
            kept.beside = kept.present if undone else kept.newer or kept.beside
            kept.newer, kept.at = None, at.isoformat()
            kept.bring((addon.version, data, schema))


def _hold(records: Any) -> None:
    """Make this transaction conflict with any other that puts a record meanwhile.

    A new record changes a bucket of the tree, and nothing that an update writes.
    """
    read_current(records)
    bucket = records._firstbucket
    while bucket is not None:
        read_current(bucket)
        bucket = bucket._next


def read_current(kept: Any) -> None:
    """Conflict when another transaction changes this before ours commits.

    It is loaded first: ZODB looks past what it has no state of.
    """
    if kept._p_jar is not None:
        kept._p_activate()
        kept._p_jar.readCurrent(kept)


def update(
    institution: Institution,
    name: str,
    version: str,
    changed: Mapping[Place, Any],
    *,
    by: str,
    at: datetime,
) -> None:
    """Bring an add-on to another version: its records and, of a folder, its files; all or nothing.

    changed  (kind, key) to the new data of every record that an upgrade step changes, worked out
             in this same transaction
    What was is kept for ``UNDO_DAYS``. The version that is in use already changes nothing; Refusal
    for a lower one.
    """
    addon = institution.kept_addons().named(name)
    if order_of(version) < order_of(addon.version):
        raise Refusal(_("Only a higher version is an update."))
    if version == addon.version and not addon.waiting:
        return
    former = {"version": addon.version, "current": addon.current}
    _hold(addon.records)
    for place, kept in addon.records.items():
        if order_of(kept.version) < order_of(version):
            kept.before, (_version, _data, shape) = kept.present, starts_from(kept, version)
            kept.newer = None if gives_back(kept, version) else kept.newer
            kept.bring((version, changed.get(place, kept.data), shape))
    addon.version = version
    if addon.waiting:
        addon.current, addon.waiting = addon.waiting, ""
    until = at + timedelta(days=UNDO_DAYS)
    addon.undo = {**former, "until": until.isoformat()}
    record(addon, "addon.updated", by=by, at=at, plugin=name, version=version,
           records=len(changed))  # fmt: skip


def undo_update(institution: Institution, name: str, *, by: str, at: datetime) -> None:
    """Go back to the version before the last update, with the records as they were then.

    What was written since stays beside the record and comes back with the same update. Raises
    Refusal when there is nothing to go back to, or it is too long ago.
    """
    addon = institution.kept_addons().named(name)
    undo = addon.undo
    if undo is None or undo["until"] < at.isoformat():
        raise Refusal(_("The last update can no longer be undone."))
    for kept in addon.records.values():
        if kept.before is not None and kept.version == addon.version:
            kept.newer = kept.present
            kept.bring(kept.before)
            kept.before = None
    addon.version, addon.undo = undo["version"], None
    if undo["current"] != addon.current:
        addon.waiting, addon.current = addon.current, undo["current"]
    record(addon, "addon.update_undone", by=by, at=at, plugin=name, version=addon.version)


def try_again(institution: Institution, name: str, *, at: datetime) -> int:
    """Let the events wait again that an add-on could not handle; how many."""
    found = 0
    for number, item in list(institution.outbox.items()):
        if item["kind"] == EVENT and item["state"] == "refused" and item["data"]["addon"] == name:
            institution.outbox.replace(
                number, item | {"state": "waiting", "tries": 0, "due": at.isoformat()}
            )
            found += 1
    return found


def note_export(institution: Institution, name: str, *, by: str, at: datetime) -> None:
    """Write down that somebody took an export of the data of an add-on."""
    addon = institution.kept_addons().named(name)
    addon.exported_at = at.isoformat()
    record(addon, "addon.exported", by=by, at=at, plugin=name)


def may_destroy_from(institution: Institution, addon: AddOn) -> datetime | None:
    """From when the data of a removed add-on may be destroyed; None while it is not removed."""
    if not addon.removed_at:
        return None
    days = timedelta(days=institution.addon_days)
    return datetime.fromisoformat(addon.removed_at) + days


def destroy(institution: Institution, name: str, typed: str, *, by: str, at: datetime) -> None:
    """Destroy what an add-on kept itself: settings, records, folder, and events it never handled.

    Work is not touched. What the side store has of it goes apart from this.

    typed  the name as somebody typed it, to be sure
    Raises Refusal (field "typed" for a wrong name) when it is not removed, the time has not
    passed, or no export was taken since the last change.
    """
    addon = institution.kept_addons().named(name)
    earliest = may_destroy_from(institution, addon)
    if earliest is None:
        raise Refusal(_("Remove the add-on first."))
    if at < earliest:
        raise Refusal(_("The data are kept longer; the date is on this page."))
    if not addon.exported_at or addon.changed_since(addon.exported_at):
        raise Refusal(_("Download the export first."))
    if typed.strip() != name:
        raise Refusal(_("Type the name exactly as it stands here."), "typed")
    record(institution, "addon.destroyed", by=by, at=at, plugin=name, records=len(addon.records))
    for number, item in list(institution.outbox.items()):
        if item["kind"] == EVENT and item["data"]["addon"] == name:
            institution.outbox.drop(number)
    institution.kept_addons().remove(name)
