"""Records of every earlier version brought to the present one, and once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lms_leiderschap.addon.upgrading import plan_upgrade
from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.subject import Subject
from lms_leiderschap.institution.addon import AddOn, KeptRecord
from lms_leiderschap.plugin.behaviour import order_of

AT = datetime(2027, 3, 1, tzinfo=UTC).isoformat()
Records = Sequence[Mapping[str, Any]]


def check(subject: Subject) -> Iterator[Finding]:
    """No record is left behind, and an upgraded record stays as it is when it is done again."""
    plugin = subject.plugin
    for version, step in plugin.behaviour.upgrades.items():
        if order_of(version) > order_of(plugin.version):
            yield Finding(f"There is a step to {version}, and the plugin is {plugin.version}.",
                          "raise the version of the plugin.", *subject.place_of(step))  # fmt: skip
    for version, records in subject.earlier.items():
        if order_of(version) < order_of(plugin.version):
            yield from _upgraded(subject, version, records)


def earlier(subject: Subject) -> Iterator[Finding]:
    """There are records of each earlier version that may have left some behind."""
    plugin = subject.plugin
    if not plugin.behaviour.handlers:
        return
    known = {order_of(version) for version in subject.earlier}
    for version in plugin.changes:
        if order_of(version) < order_of(plugin.version) and order_of(version) not in known:
            yield Finding(f"There are no records of version {version} to try the upgrade with.",
                          f"put some in fixtures/{version}.json.", *subject.place(version))


def _upgraded(subject: Subject, version: str, records: Records) -> Iterator[Finding]:
    addon = _addon(subject, version, records)
    place = subject.place_of_fixture(version)
    first = plan_upgrade(addon, subject.plugin)
    for kind, key, why in first.failures:
        yield Finding(f"{kind} {key} of version {version} cannot be upgraded: {why}",
                      "let the step take every record of that version.", *place)  # fmt: skip
    if first.failures:
        return
    for (kind, key), data in first.changed.items():
        addon.records[kind, key].data = data
    # Still marked with the old version, so that the same steps run over their own result.
    for kind, key in plan_upgrade(addon, subject.plugin).changed:
        yield Finding(f"{kind} {key} of version {version} changes when it is upgraded again.",
                      "let the step give back what it made already.", *place)  # fmt: skip


def _addon(subject: Subject, version: str, records: Records) -> AddOn:
    addon = AddOn(subject.plugin.name)
    addon.version = version
    for record in records:
        kept = KeptRecord(record["data"], record["schema"], version, AT)
        addon.records[record["kind"], record["key"]] = kept
    return addon
