"""Where an add-on is used, and what it brings; read, never written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms_leiderschap.addon.standing import State, has_update, is_older, state_of
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.plugin.behaviour import order_of
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.loader import ListedPlugin, Plugins
from lms_leiderschap.plugin.parcel.trust import UNKNOWN, Sender
from lms_leiderschap.programme.model import Edition


@dataclass(frozen=True, slots=True)
class Standing:
    """One add-on as the panel shows it.

    plugin   what is loaded; None when it is parked, gone or removed
    row      why it is parked, None when it is not
    version  in use here; offered  the one that is ready, "" when there is none
    kind     "folder", "data" (installed, without code), "python" or "deep"
    used     editions that run on its modules, with the version they are pinned to
    """

    addon: AddOn
    state: State
    plugin: Plugin | None
    row: ListedPlugin | None
    title: str
    version: str
    offered: str
    kind: str
    sender: Sender
    used: Sequence[tuple[Edition, str]]

    @property
    def name(self) -> str:
        return self.addon.__name__

    @property
    def is_older(self) -> bool:
        """Whether what is loaded is of an earlier version than its records follow."""
        return self.plugin is not None and is_older(self.addon, self.plugin)


def standings(institution: Institution, shelf: Plugins) -> list[Standing]:
    """Every add-on that is installed, kept here, or used by an edition, by name."""
    used = uses(institution)
    names = {*shelf.loaded, *(row.name for row in shelf.parked), *institution.addons, *used}
    return [standing(institution, shelf, name, used) for name in sorted(names)]


def standing(institution: Institution, shelf: Plugins, name: str,
             used: dict[str, list[tuple[Edition, str]]] | None = None) -> Standing:  # fmt: skip
    """One add-on as the panel shows it."""
    addon, plugin = institution.addons[name], shelf.loaded.get(name)
    row = next((row for row in shelf.parked if row.name == name), None)
    used = uses(institution) if used is None else used
    in_use = used.get(name, [])
    offered = ""
    if has_update(addon, plugin):
        waiting = addon.folder(addon.waiting) if addon.waiting else None
        offered = waiting.version if waiting else plugin.version if plugin else ""
    version = addon.version or (plugin.version if plugin else row.version if row else "")
    return Standing(
        addon, state_of(addon, shelf), plugin, row,
        plugin.title if plugin else _title_of(name, in_use),
        version or next((pinned for _edition, pinned in in_use), ""), offered,
        _kind(addon, plugin, shelf),
        shelf.senders.get(name, UNKNOWN), in_use,
    )  # fmt: skip


def _title_of(name: str, used: Sequence[tuple[Edition, str]]) -> str:
    """What people know an add-on by that is not loaded: its module, as an edition keeps it."""
    for edition, _version in used:
        for pinned in edition.pins_of("module"):
            if pinned.plugin == name:
                return str(pinned.data.get("title") or name)
    return name


def _kind(addon: AddOn, plugin: Plugin | None, shelf: Plugins) -> str:
    if addon.current or addon.draft:
        return "folder"
    if addon.__name__ in shelf.deep:
        return "deep"
    return "data" if plugin is not None and not plugin.has_code else "python"


def is_known(institution: Institution, shelf: Plugins, name: str) -> bool:
    """Whether there is anything of an add-on: installed, kept, or pinned by an edition."""
    return shelf.knows(name) or name in institution.addons or name in uses(institution)


def uses(institution: Institution) -> dict[str, list[tuple[Edition, str]]]:
    """Editions that are pinned to a module of an add-on with the version, by its name."""
    found: dict[str, list[tuple[Edition, str]]] = {}
    for edition in editions_of(institution):
        pins = [edition.pinned("module", key) for key in edition.modules]
        for name, version in sorted({(pin.plugin, pin.version) for pin in pins if pin}):
            if name:
                found.setdefault(name, []).append((edition, version))
    return found


def editions_of(institution: Institution) -> Iterator[Edition]:
    for programme in institution.programmes.values():
        yield from programme.editions.values()


def offering(institution: Institution) -> list[str]:
    """Names of the add-ons that bring something to editions now: on, and not paused."""
    return [name for name in institution.switched_on() if institution.addons[name].paused is None]


def changes_between(plugin: Plugin, version: str) -> list[tuple[str, str]]:
    """What a plugin says about its versions after one, newest first."""
    found = [(each, text) for each, text in plugin.changes.items()
             if order_of(version) < order_of(each) <= order_of(plugin.version)]  # fmt: skip
    return sorted(found, key=lambda item: order_of(item[0]), reverse=True)
