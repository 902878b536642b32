"""How an add-on stands in an institution: what it may do, and what it waits for."""

from __future__ import annotations

from typing import Literal

from lms_leiderschap.institution.addon import AddOn, Former, KeptRecord
from lms_leiderschap.plugin.behaviour import order_of
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.loader import Plugins

State = Literal["on", "off", "draft", "paused", "parked", "gone", "left_out", "removed", "update"]


def settings_of(addon: AddOn, plugin: Plugin) -> dict[str, bool | int | str]:
    """Every setting of a plugin as this institution has it; one of another kind is not used."""
    return {
        setting.key: kept
        if type(kept := addon.settings.get(setting.key)) is type(setting.default)
        else setting.default
        for setting in plugin.settings
    }


def steps_after(plugin: Plugin, version: str) -> list[str]:
    """Versions that a record of this version must be brought to, in their order."""
    return sorted(
        (to for to in plugin.behaviour.upgrades if order_of(version) < order_of(to)), key=order_of
    )


def waits_for_update(addon: AddOn, plugin: Plugin) -> bool:
    """Whether records stand in a shape that this version of the plugin does not know.

    Until they are brought along its handlers and panels rest; work goes on. So do those of a
    plugin that is older than what its records follow, until the newer one is back.
    """
    if addon.version in ("", plugin.version):
        return False
    if is_older(addon, plugin):
        return True
    return bool(addon.records) and bool(steps_after(plugin, addon.version))


def is_older(addon: AddOn, plugin: Plugin) -> bool:
    """Whether what is installed is of an earlier version than its records follow."""
    return order_of(plugin.version) < order_of(addon.version)


def gives_back(kept: KeptRecord, version: str) -> bool:
    """Whether an update to a version begins with what stood in a record before an undo."""
    return kept.newer is not None and order_of(kept.newer[0]) <= order_of(version)


def starts_from(kept: KeptRecord, version: str) -> Former:
    """What an update of a record to a version begins with: (version, data, shape)."""
    if kept.newer is not None and gives_back(kept, version):
        former, data, *shape = kept.newer
        return former, data, shape[0] if shape else kept.shape
    return kept.present


def may_act(addon: AddOn, plugin: Plugin) -> bool:
    """Whether handlers, panels and pages of a loaded plugin may run."""
    return addon.acts and not waits_for_update(addon, plugin)


def has_update(addon: AddOn, plugin: Plugin | None) -> bool:
    """Whether a higher version is ready: a folder that waits, or what was installed since."""
    if addon.waiting:
        waiting = addon.folder(addon.waiting)
        return waiting is not None and order_of(waiting.version) > order_of(addon.version)
    if plugin is None or addon.current or not addon.version:
        return False
    return order_of(plugin.version) > order_of(addon.version)


def state_of(addon: AddOn, shelf: Plugins) -> State:
    """The one word for an add-on in the list, the most pressing first."""
    name = addon.__name__
    if addon.removed_at:
        return "removed"
    if addon.draft and not addon.current:
        return "draft"
    if not shelf.knows(name) and shelf.resting:
        return "left_out"
    if not shelf.knows(name):
        return "gone" if addon.on or addon.gone else "off"
    if name not in shelf.loaded:
        return "parked"
    if addon.on and addon.paused is not None:
        return "paused"
    if addon.on and has_update(addon, shelf.loaded[name]):
        return "update"
    return "on" if addon.on else "off"
