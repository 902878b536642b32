"""Delivering events to the handlers of plugins, after the transaction they happened in.

The handler runs outside any transaction, within a time. What it put and whom it notified is then
written in one transaction together with the word that the event was handled: a crash in between
delivers it again, and nothing is kept or sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from transaction.interfaces import TransientError

from lms_leiderschap.addon.data_actions import put_records
from lms_leiderschap.addon.happenings import EVENT
from lms_leiderschap.addon.records import records_of
from lms_leiderschap.addon.standing import may_act, settings_of
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.message.actions import mail_notice
from lms_leiderschap.plugin.behaviour import Event, frozen_settings, notices_of
from lms_leiderschap.plugin.bounded import named, within_time
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.web.jobs import later

HANDLER_SECONDS = 5.0
MOST_TRIES = 3
WAITS = timedelta(days=30)


class Happening(NamedTuple):
    """One entry of the outbox with what its handler needs.

    version  of the plugin that the records followed when it began
    """

    plugin: Plugin
    data: Mapping[str, Any]
    settings: Mapping[str, Any]
    version: str


class Done(NamedTuple):
    """What a handler wants written: its records and whom to tell what and when."""

    written: Mapping[tuple[str, str], tuple[Any, int]]
    notices: Sequence[tuple[str, str, datetime | None]]


def deliver(jobs: Any, entry: Any, number: int) -> None:
    """Handle one event of the outbox, or let it wait.

    What cannot be written of what a handler asks counts as a failure of the handler.
    """
    happening = jobs.within(entry, lambda institution: _take(jobs, institution, entry, number))
    if happening is None:
        return
    try:
        done = _called(jobs, entry, happening)
        jobs.within(entry, lambda institution: _handled(
            institution, number, happening, done, jobs.at))  # fmt: skip
    except TransientError:
        raise  # too many others wrote at the same moment; that is not the plugin's doing
    except Exception as error:
        why = named(error)[:200]
        jobs.within(entry, lambda institution: _failed(institution, number, why, jobs.at))
        plugin, place = happening.plugin, f"event {happening.data['event']}"
        jobs.registry.addon_watch.note(entry.key, plugin.name, plugin.version, place, error,
                                       at=jobs.at)  # fmt: skip


def _called(jobs: Any, entry: Any, happening: Happening) -> Done:
    """Run the handler. Raises whatever it raises, and TooSlow."""
    plugin, data = happening.plugin, happening.data
    records = records_of(jobs.registry.databases, entry, plugin.name, may_write=True)
    event = Event(
        data["event"], data["key"], datetime.fromisoformat(data["data"]["at"]), data["data"],
        frozen_settings(happening.settings), records,
    )  # fmt: skip
    within_time(plugin.name, HANDLER_SECONDS, plugin.behaviour.handlers[event.name], event)
    return Done(records.to_write(), notices_of(event))


def waits(registry: Any, entry: Any, institution: Institution, item: Mapping[str, Any],
          at: datetime) -> bool:  # fmt: skip
    """Whether an event waits for its add-on, at most 30 days. Nothing is written for it.

    It waits while the add-on is off, paused, not installed here, or has records of another version.
    """
    name = item["data"]["addon"]
    addon, plugin = institution.addons[name], registry.plugins.loaded.get(name)
    if datetime.fromisoformat(item["at"]) + WAITS <= at:
        return False
    if plugin is None or not may_act(addon, plugin):
        return True
    since = addon.since or item["at"]
    return bool(registry.addon_watch.rests(entry.key, name, since=since, at=at))


def _take(jobs: Any, institution: Institution, entry: Any, number: int) -> Happening | None:
    """What is to be handled now; what waited too long, or nobody hears any more, is dropped."""
    item = institution.outbox.get(number)
    if item is None or item["state"] != "waiting":
        return None
    if waits(jobs.registry, entry, institution, item, jobs.at):
        return None
    name = item["data"]["addon"]
    addon, plugin = institution.addons[name], jobs.registry.plugins.loaded.get(name)
    heard = plugin is not None and item["data"]["event"] in plugin.behaviour.handlers
    if plugin is None or not heard or not may_act(addon, plugin):
        institution.outbox.drop(number)
        return None
    return Happening(plugin, item["data"], settings_of(addon, plugin), addon.version)


def _failed(institution: Institution, number: int, why: str, at: datetime) -> None:
    item = institution.outbox.get(number)
    if item is None:
        return
    if item["tries"] + 1 < MOST_TRIES:
        institution.outbox.replace(number, later(item, at) | {"why": why})
    else:
        institution.outbox.replace(number, item | {"state": "refused", "why": why})


def _handled(
    institution: Institution, number: int, happening: Happening, done: Done, at: datetime
) -> None:
    plugin = happening.plugin
    addon = institution.addons[plugin.name]
    if institution.outbox.get(number) is None:
        return  # somebody else handled it, or the person was erased meanwhile
    if addon.version != happening.version:
        return  # it was updated meanwhile; the handler runs again with what is there now
    put_records(institution.kept_addons().named(plugin.name), done.written, at=at)
    for person_id, text, due in done.notices:
        person = institution.people.get(person_id)
        if person is not None:
            mail_notice(person, plugin.name, plugin.title, text, at=max(due or at, at))
    institution.outbox.drop(number)


def includeme(config: Any) -> None:
    registry = config.registry
    config.add_delivery(EVENT, deliver, lambda *found: waits(registry, *found))
