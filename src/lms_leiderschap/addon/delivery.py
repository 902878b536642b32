"""Delivering events to the handlers of plugins, after the transaction they happened in.

The handler runs outside any transaction, within a time. What it put and whom it notified is then
written in one transaction together with the word that the event was handled: a crash in between
delivers it again, and nothing is kept or sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from lms_leiderschap.addon.data_actions import put_records
from lms_leiderschap.addon.happenings import EVENT
from lms_leiderschap.addon.records import OpenRecords, records_of
from lms_leiderschap.addon.standing import may_act, settings_of
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.message.actions import mail_notice
from lms_leiderschap.plugin.behaviour import Event, frozen_settings
from lms_leiderschap.plugin.bounded import within_time
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.web.jobs import later

HANDLER_SECONDS = 5.0
MOST_TRIES = 3
REST = timedelta(minutes=1)
WAITS = timedelta(days=30)


class Happening(NamedTuple):
    """One entry of the outbox with what its handler needs."""

    plugin: Plugin
    data: Mapping[str, Any]
    settings: Mapping[str, Any]


def deliver(jobs: Any, entry: Any, number: int) -> None:
    """Handle one event of the outbox, or let it wait."""
    happening = jobs.within(entry, lambda institution: _take(jobs, institution, entry, number))
    if happening is None:
        return
    plugin, name = happening.plugin, happening.data["event"]
    records = records_of(jobs.registry.databases, entry, plugin.name, may_write=True)
    event = Event(
        name, happening.data["key"], datetime.fromisoformat(happening.data["data"]["at"]),
        happening.data["data"], frozen_settings(happening.settings), records,
    )  # fmt: skip
    try:
        within_time(plugin.name, HANDLER_SECONDS, plugin.behaviour.handlers[name], event)
        notices = list(event.notices)
    except Exception as error:
        jobs.registry.addon_watch.note(
            entry.key, plugin.name, plugin.version, f"event {name}", error, at=jobs.at
        )
        why = f"{type(error).__name__}: {error}"[:200]
        jobs.within(entry, lambda institution: _failed(institution, number, why, jobs.at))
        return
    jobs.within(
        entry, lambda institution: _handled(institution, number, plugin, records, notices, jobs.at)
    )


def _take(jobs: Any, institution: Institution, entry: Any, number: int) -> Happening | None:
    """What is to be handled now; an entry whose add-on rests waits, at most 30 days."""
    item = institution.outbox.get(number)
    if item is None or item["state"] != "waiting":
        return None
    name = item["data"]["addon"]
    addon, plugin = institution.addons[name], jobs.registry.plugins.loaded.get(name)
    rests = jobs.registry.addon_watch.rests(entry.key, name, since=addon.since or item["at"],
                                            at=jobs.at)  # fmt: skip
    if plugin is None or rests or not may_act(addon, plugin):
        if datetime.fromisoformat(item["at"]) + WAITS <= jobs.at:
            institution.outbox.drop(number)
        else:
            due = (jobs.at + REST).isoformat()
            institution.outbox.replace(number, item | {"due": due})
        return None
    if item["data"]["event"] not in plugin.behaviour.handlers:
        institution.outbox.drop(number)
        return None
    return Happening(plugin, item["data"], settings_of(addon, plugin))


def _failed(institution: Institution, number: int, why: str, at: datetime) -> None:
    item = institution.outbox.get(number)
    if item is None:
        return
    if item["tries"] + 1 < MOST_TRIES:
        institution.outbox.replace(number, later(item, at) | {"why": why})
    else:
        institution.outbox.replace(number, item | {"state": "refused", "why": why})


def _handled(
    institution: Institution,
    number: int,
    plugin: Plugin,
    records: OpenRecords,
    notices: list[tuple[str, str, datetime | None]],
    at: datetime,
) -> None:
    if institution.outbox.get(number) is None:
        return  # somebody else handled it, or the person was erased meanwhile
    addon = institution.kept_addons().named(plugin.name)
    put_records(addon, records.written, at=at)
    for person_id, text, due in notices:
        person = institution.people.get(person_id)
        if person is not None:
            mail_notice(person, plugin.name, plugin.title, text, at=max(due or at, at))
    institution.outbox.drop(number)


def includeme(config: Any) -> None:
    config.add_delivery(EVENT, deliver)
