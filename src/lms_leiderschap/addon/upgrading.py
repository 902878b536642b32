"""Working out what an update changes: plain dicts through the steps of a plugin, nothing written.

The steps are the plugin's own code, so each call has a time, and what it returns is looked at.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms_leiderschap.addon.standing import starts_from, steps_after
from lms_leiderschap.institution.addon import AddOn, KeptRecord
from lms_leiderschap.plugin.behaviour import order_of
from lms_leiderschap.plugin.bounded import named, within_time
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.value import checked_value

STEP_SECONDS = 5.0
ALL_SECONDS = 60.0
PAIRS = 3
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """What an update does to the records of an add-on.

    version   that it leads to
    looked_at how many records there are that have an older version
    changed   (kind, key) to the new data, of those whose data become other
    pairs     up to three examples: kind, key, data before and after
    failures  kind, key and what went wrong, of those that a step could not bring along
    """

    version: str
    looked_at: int
    changed: Mapping[Place, Any]
    pairs: Sequence[tuple[str, str, Any, Any]]
    failures: Sequence[tuple[str, str, str]]
    errors: Sequence[Exception] = field(default=(), compare=False)


def plan_upgrade(addon: AddOn, plugin: Plugin) -> UpgradePlan:
    """Run the steps over copies of all records. Calls code of the plugin; never raises for it."""
    changed: dict[Place, Any] = {}
    pairs: list[tuple[str, str, Any, Any]] = []
    failures: list[tuple[str, str, str]] = []
    errors: list[Exception] = []
    looked_at, until = 0, time.monotonic() + ALL_SECONDS
    for (kind, key), kept in addon.records.items():
        if order_of(kept.version) >= order_of(plugin.version):
            continue
        looked_at += 1
        try:
            data = _brought(kept, plugin, until)
        except Exception as error:
            failures.append((kind, key, named(error)))
            errors.append(error)
            if len(failures) >= PAIRS:
                break
            continue
        if data != kept.data:
            changed[kind, key] = data
            if len(pairs) < PAIRS:
                pairs.append((kind, key, kept.data, data))
    return UpgradePlan(plugin.version, looked_at, changed, pairs, failures, errors)


def _brought(kept: KeptRecord, plugin: Plugin, until: float) -> Any:
    """One record in the shape of the plugin's version."""
    former, begun, _shape = starts_from(kept, plugin.version)
    data: Any = checked_value(begun)
    for version in steps_after(plugin, former):
        if time.monotonic() > until:
            raise PluginError("all steps together take too long.")
        step = plugin.behaviour.upgrades[version]
        data = within_time(plugin.name, STEP_SECONDS, step, data)
        if type(data) is not dict:
            raise PluginError(f"the step to {version} gave {type(data).__name__}, not a dict.")
        data = checked_value(data)
    return data
