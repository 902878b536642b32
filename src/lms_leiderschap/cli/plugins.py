"""The plugins of one institution: what there is, on and off, and another version."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lms_leiderschap.cli.ini import within
from lms_leiderschap.cli.words import Words, add_institution, add_json, say, say_json
from lms_leiderschap.errors import SettingError


def add_words(commands: Words) -> None:
    words = commands.add("list", list_all, "Say of each plugin how it stands in an institution.")
    add_institution(words)
    add_json(words)
    words = commands.add("enable", enable, "Switch a plugin on for an institution.")
    words.add_argument("name")
    add_institution(words)
    words = commands.add("disable", disable, "Switch a plugin off; it is not imported for this.")
    words.add_argument("name")
    add_institution(words)
    words = commands.add("upgrade", upgrade, "Bring what a plugin keeps to its present version.")
    words.add_argument("name")
    way = words.add_mutually_exclusive_group()
    way.add_argument("--dry-run", action="store_true", help="count and show, write nothing")
    way.add_argument("--undo", action="store_true", help="go back to the version before")
    add_institution(words)
    add_json(words)


def list_all(options: argparse.Namespace) -> int:
    """One line for each plugin, by name."""
    from lms_leiderschap.addon.uses import standings

    def look(registry: Any, institution: Any) -> list[dict[str, Any]]:
        rows = standings(institution, registry.shelves.of(institution))
        return [
            {"name": row.name, "version": row.version, "state": row.state, "kind": row.kind,
             "signer": row.sender.name, "offered": row.offered, "title": row.title,
             "used": [edition.name for edition, _version in row.used],
             "sentence": row.row.sentence if row.row else ""}
            for row in rows
        ]  # fmt: skip

    rows = within(options, look, writes=False)
    if options.json:
        say_json(rows)
        return 0
    for row in rows:
        used = f", used in {', '.join(row['used'])}" if row["used"] else ""
        signed = f", signed by {row['signer']}" if row["signer"] else ""
        say(f"{row['name']} {row['version']}: {row['state']}{signed}{used}")
        say(*([f"  {row['sentence']}"] if row["sentence"] else []))
    if not rows:
        say("No plugin is installed. Next: pip install it, or upload a folder under /addons.")
    return 0


def enable(options: argparse.Namespace) -> int:
    """Only what is loaded can be switched on."""
    from lms_leiderschap.addon.actions import switch_on

    def act(registry: Any, institution: Any) -> None:
        plugin = _loaded(registry.shelves.of(institution), options.name)
        switch_on(institution, options.name, version=plugin.version, **_who())

    within(options, act)
    say(f"{options.name} is on. Next: add its module to an edition, under its page Modules.")
    return 0


def disable(options: argparse.Namespace) -> int:
    """It is not imported: this works when nothing else does."""
    from lms_leiderschap.addon.actions import switch_off
    from lms_leiderschap.addon.uses import uses

    def act(_registry: Any, institution: Any) -> None:
        if options.name not in institution.addons and options.name not in uses(institution):
            raise SettingError(f"This institution never used a plugin '{options.name}'.")
        switch_off(institution, options.name, **_who())

    within(options, act, plugins=False)
    say(f"{options.name} is off. What was made with it stays readable and gets feedback.")
    return 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an upgrade changes, as it is printed; `pairs` are (kind, key, before, after)."""

    former: str
    version: str
    records: int
    changed: int
    pairs: Sequence[tuple[str, str, Any, Any]]
    failures: Sequence[tuple[str, str, str]]

    def lines(self) -> list[str]:
        found = [f"From {self.former or 'nothing'} to {self.version}, records: "
                 f"{self.records} looked at, {self.changed} to change."]  # fmt: skip
        for kind, key, before, after in self.pairs:
            found += [f"  {kind} {key}", f"    before {_written(before)}",
                      f"    after  {_written(after)}"]  # fmt: skip
        return found + [f"  {kind} {key}: {why}" for kind, key, why in self.failures]


def upgrade(options: argparse.Namespace) -> int:
    """All records or none. Exit 1 when one of them cannot be brought along."""
    if options.undo:
        return _undo(options)
    outcome: Outcome = within(options, lambda registry, institution: _upgraded(
        registry, institution, options.name, dry=options.dry_run))  # fmt: skip
    if options.json:
        say_json({"from": outcome.former, "to": outcome.version, "records": outcome.records,
                  "changed": outcome.changed, "pairs": outcome.pairs,
                  "failures": outcome.failures, "written": _is_written(options, outcome)})
    else:
        say(*outcome.lines())
        if _is_written(options, outcome):
            say(f"{options.name} was upgraded. Back: lms plugin upgrade {options.name} --undo")
        else:
            say("Nothing was written.")
    return 1 if outcome.failures else 0


def _is_written(options: argparse.Namespace, outcome: Outcome) -> bool:
    return not options.dry_run and not outcome.failures


def _upgraded(registry: Any, institution: Any, name: str, *, dry: bool) -> Outcome:
    from lms_leiderschap.addon.data_actions import update
    from lms_leiderschap.addon.receiving import check_in_use
    from lms_leiderschap.addon.upgrading import plan_upgrade

    addon = institution.addons[name]
    plugin = _next(registry.shelves.of(institution), addon)
    if addon.waiting:
        _checked(lambda: check_in_use(institution, registry.shelves, plugin))
    plan = plan_upgrade(addon, plugin)
    outcome = Outcome(addon.version, plan.version, plan.looked_at, len(plan.changed), plan.pairs,
                      plan.failures)  # fmt: skip
    if not dry and not plan.failures:
        update(institution, name, plan.version, plan.changed, **_who())
    return outcome


def _next(shelf: Any, addon: Any) -> Any:
    """The plugin to upgrade to. SettingError when there is nothing to do."""
    from lms_leiderschap.addon.shelf import bundle_of, plugin_of
    from lms_leiderschap.addon.standing import has_update

    name = addon.__name__
    plugin = None if addon.waiting else _loaded(shelf, name)
    if not has_update(addon, plugin):
        raise SettingError(f"There is nothing to upgrade: {name} is at {addon.version or 'rest'}.")
    return plugin or plugin_of(bundle_of(addon.folder(addon.waiting)))


def _undo(options: argparse.Namespace) -> int:
    from lms_leiderschap.addon.data_actions import undo_update
    from lms_leiderschap.addon.receiving import check_undo

    def act(registry: Any, institution: Any) -> str:
        addon = institution.addons[options.name]
        _checked(lambda: check_undo(institution, registry.shelves, addon))
        undo_update(institution, options.name, **_who())
        return str(institution.addons[options.name].version)

    version = within(options, act, plugins=False)
    if options.json:
        say_json({"to": version})
    else:
        say(f"{options.name} is back at {version}.")
    return 0


def _checked(check: Callable[[], None]) -> None:
    """SettingError when what would come in use has a name of another."""
    from lms_leiderschap.plugin.error import PluginError

    try:
        check()
    except PluginError as error:
        raise SettingError(f"It cannot come in use: {error}") from None


def _loaded(shelf: Any, name: str) -> Any:
    """A plugin that is loaded. SettingError with the reason when it is not."""
    if name in shelf.loaded:
        return shelf.loaded[name]
    parked = [row.sentence for row in shelf.parked if row.name == name]
    raise SettingError(parked[0] if parked else f"No plugin '{name}' is installed here.")


def _who() -> dict[str, Any]:
    from lms_leiderschap.institution.actions import SYSTEM

    return {"by": SYSTEM, "at": datetime.now(UTC)}


def _written(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)
