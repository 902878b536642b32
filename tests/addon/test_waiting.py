"""Events that wait for an add-on, and those that cannot be written: nothing is lost or endless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lms_leiderschap.addon.actions import pause, resume, switch_off, switch_on
from lms_leiderschap.addon.delivery import deliver
from lms_leiderschap.addon.happenings import EVENT
from lms_leiderschap.institution.actions import SYSTEM, post
from lms_leiderschap.store.side import SideStore
from tests.addon.test_behaviour import KEEPS, fails, made, mails, records, waiting
from tests.addon.test_off_and_back import hand_in

LATER = "from datetime import timedelta; event.notify(event.data['person'], 'Later.', "


@pytest.mark.parametrize("body", [
    "from datetime import datetime, UTC; "
    "event.notify(event.data['person'], 'hoi', at=datetime.max.replace(tzinfo=UTC))",
    "event._notices.append(('x',))",
    "event.records._written['proef-x', 'a'] = ({'a': object()}, 1)",
    "event.records._written['proef-x', 'a'] = 3",
])
def test_what_cannot_be_written_counts_as_a_failure_of_the_handler(
    world: Any, visit: Any, body: str
) -> None:
    made(world, fails(f"event.records.put('proef-x', 'b', {{}}); {body}"))
    hand_in(visit("anna"))
    at = datetime.now(UTC)
    for minutes in (0, 2, 7, 30, 300):
        world.run_jobs(at + timedelta(minutes=minutes))
    [item] = waiting(world)
    assert (item["state"], item["tries"]) == ("refused", 2) and item["why"]
    side: SideStore = world.registry.side
    assert len(side.faults.of("noord", "proef", at - timedelta(days=1))) == 3
    assert records(world) == {} and mails(world) == []
    assert world.within(lambda one: one.addons["proef"].paused)


def test_a_failure_while_writing_counts_too(world: Any) -> None:
    """A message is kept for a month after its moment, and there is no year 10,000."""
    made(world, fails("event.records.put('proef-x', 'b', {}); "
                      "event.notify(event.data['person'], 'hoi', at=event.at)"))
    at = datetime.now(UTC)
    anna = world.within(lambda one: one.emails["anna@noord.test"])
    many(world, 1, at, person=anna, happened=datetime(9999, 12, 31, tzinfo=UTC))
    for minutes in (0, 2, 7, 30, 300):
        world.run_jobs(at + timedelta(minutes=minutes))
    [item] = waiting(world)
    assert item["state"] == "refused" and "OverflowError" in item["why"]
    faults = world.registry.side.faults.of("noord", "proef", at - timedelta(days=1))
    assert len(faults) == 3 and records(world) == {}


def last_of(world: Any) -> bytes:
    last: bytes = world.registry.databases.database(world.entry).storage.lastTransaction()
    return last


def many(world: Any, number: int, at: datetime, *, person: str = "nobody",
         happened: datetime | None = None) -> None:  # fmt: skip
    """Events in the outbox since a moment, as if somebody handed in so often."""
    data = {"edition": "plg-leergang/2026", "at": (happened or at).isoformat(), "person": person,
            "place": "proef", "assignment": "punt", "version": 1}
    world.within(lambda one: [
        post(one, EVENT, {"addon": "proef", "event": "submission.handed_in", "key": f"k{each}",
                          "person": person, "data": data}, at=at) for each in range(number)])


def test_events_that_wait_for_an_add_on_write_nothing(world: Any) -> None:
    made(world, KEEPS)
    at = datetime.now(UTC)
    world.within(lambda one: pause(one, "proef", "Even niet", "", by=SYSTEM, at=at))
    many(world, 30, at)
    world.run_jobs(at + timedelta(minutes=2))
    before, items = last_of(world), waiting(world)
    for minutes in (3, 4, 65):
        world.run_jobs(at + timedelta(minutes=minutes))
    assert last_of(world) == before and waiting(world) == items
    for number, _item in world.within(lambda one: list(one.outbox.items())):
        deliver(world.registry.jobs, world.entry, number)
    assert last_of(world) == before


@pytest.mark.parametrize("how", ["resume", "switch_on", "installed"])
def test_they_are_delivered_in_the_next_round(world: Any, visit: Any, how: str) -> None:
    made(world, KEEPS)
    hand_in(visit("anna"))
    at = datetime.now(UTC)
    if how == "resume":
        world.within(lambda one: pause(one, "proef", "Even niet", "", by=SYSTEM, at=at))
    elif how == "switch_on":
        world.within(lambda one: switch_off(one, "proef", by=SYSTEM, at=at))
    else:
        world.start(installed=False)
    for minutes in range(3):
        world.run_jobs(at + timedelta(minutes=minutes))
    assert len(waiting(world)) == 1 and records(world) == {}
    at += timedelta(minutes=3)
    if how == "resume":
        world.within(lambda one: resume(one, "proef", by=SYSTEM, at=at))
    elif how == "switch_on":
        world.within(lambda one: switch_on(one, "proef", by=SYSTEM, at=at))
    else:
        world.start()
    world.run_jobs(at + timedelta(seconds=1))
    assert waiting(world) == [] and len(records(world)) == 1


@pytest.mark.parametrize("paused", [True, False])
def test_after_thirty_days_they_wait_no_more(world: Any, paused: bool) -> None:
    made(world, KEEPS)
    at = datetime.now(UTC)
    many(world, 3, at - timedelta(days=30))
    if paused:
        world.within(lambda one: pause(one, "proef", "Even niet", "", by=SYSTEM, at=at))
    else:
        world.start(installed=False)
    world.run_jobs(at + timedelta(seconds=1))
    assert waiting(world) == []


def test_a_notice_of_a_paused_add_on_waits_without_writing(world: Any, visit: Any) -> None:
    made(world, fails(LATER + "event.at + timedelta(hours=1))"))
    hand_in(visit("anna"))
    world.run_jobs()
    at = datetime.now(UTC) + timedelta(hours=2)
    world.within(lambda one: pause(one, "proef", "Even niet", "", by=SYSTEM, at=at))
    world.run_jobs(at)
    before = last_of(world)
    for hours in (2, 4, 6):
        world.run_jobs(at + timedelta(hours=hours))
    assert last_of(world) == before and mails(world) == []
    at += timedelta(hours=7)
    world.within(lambda one: resume(one, "proef", by=SYSTEM, at=at))
    world.run_jobs(at + timedelta(seconds=1))
    assert len(mails(world)) == 1
