"""Undone, installed older, and put at the same moment: no record is lost or left behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import transaction
from transaction.interfaces import NoTransaction
from ZODB.POSException import ConflictError

from lms_leiderschap.addon.data_actions import put_records, undo_update, update
from lms_leiderschap.addon.standing import has_update, may_act
from lms_leiderschap.addon.upgrading import plan_upgrade
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.store.root import institution_in
from tests.addon.test_behaviour import KEEPS, made, waiting
from tests.addon.test_behaviour import records as data_of
from tests.addon.test_off_and_back import hand_in

AT = datetime.now(UTC)
STEP = '''@plugin.upgrade(to="1.1.0")
def up(record):
    return record | {"team": record.get("team", "x")}
'''


def put(world: Any, key: str, data: Any, schema: int = 1) -> None:
    world.within(lambda one: put_records(
        one.kept_addons().named("proef"), {("proef-x", key): (data, schema)}, at=AT))


def bring(one: Any, world: Any) -> None:
    plan = plan_upgrade(one.addons["proef"], world.plugin)
    update(one, "proef", plan.version, plan.changed, by=SYSTEM, at=AT)


def upgrade(world: Any) -> None:
    world.within(lambda one: bring(one, world))


def undo(world: Any) -> None:
    world.within(lambda one: undo_update(one, "proef", by=SYSTEM, at=AT))


def kept(world: Any, key: str) -> Any:
    def look(one: Any) -> Any:
        found = one.addons["proef"].records["proef-x", key]
        return found.present, found.others

    return world.within(look)


@pytest.fixture
def newer(world: Any) -> Any:
    """On in 1.0.0 with one record; 1.1.0 is installed since."""
    made(world, "")
    put(world, "a", {"n": 1})
    world.write(STEP, "1.1.0")
    world.start()
    return world


@contextmanager
def opened(registry: Any) -> Iterator[tuple[Any, Any]]:
    """A transaction of its own with the institution in it."""
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(registry.lms.institutions[0], manager)
    try:
        yield manager, institution_in(connection)
    finally:
        with suppress(NoTransaction):
            manager.abort()
        connection.close()


@pytest.mark.parametrize("number", [0, 5, 200])
@pytest.mark.parametrize("first", ["put", "update"])
def test_a_record_put_during_an_update_makes_the_second_conflict(
    newer: Any, first: str, number: int
) -> None:
    for each in range(number):
        put(newer, f"more{each:03}", {"n": each})
    with opened(newer.registry) as (one, updating), opened(newer.registry) as (other, putting):
        bring(updating, newer)
        addon = putting.kept_addons().named("proef")
        put_records(addon, {("proef-x", "late"): ({"n": 9}, 1)}, at=AT)
        managers = (other, one) if first == "put" else (one, other)
        managers[0].commit()
        with pytest.raises(ConflictError):
            managers[1].commit()
    upgrade(newer)
    versions = newer.within(lambda each: {
        record.version for record in each.addons["proef"].records.values()})
    assert versions == {"1.1.0"}


def test_records_put_at_one_moment_do_not_conflict(newer: Any) -> None:
    for each in range(200):
        put(newer, f"more{each:03}", {"n": each})
    with opened(newer.registry) as (one, first), opened(newer.registry) as (other, second):
        for institution, key in ((first, "more003"), (second, "more150")):
            put_records(institution.kept_addons().named("proef"),
                        {("proef-x", key): ({"n": -1}, 1)}, at=AT)
        one.commit()
        other.commit()
    assert kept(newer, "more003")[0][1] == kept(newer, "more150")[0][1] == {"n": -1}


def test_what_was_put_after_an_undo_goes_along_with_the_next_update(newer: Any) -> None:
    upgrade(newer)
    undo(newer)
    put(newer, "a", {"n": 2})
    upgrade(newer)
    present, others = kept(newer, "a")
    assert present == ("1.1.0", {"n": 2, "team": "x"}, 1)
    assert others["beside"] == ("1.1.0", {"n": 1, "team": "x"}, 1)
    assert others["before"] == ("1.0.0", {"n": 2}, 1)


def test_putting_the_same_again_after_an_undo_counts_as_put(newer: Any) -> None:
    upgrade(newer)
    put(newer, "a", {"n": 5, "team": "y"})
    undo(newer)
    put(newer, "a", {"n": 1})
    upgrade(newer)
    present, others = kept(newer, "a")
    assert present[1] == {"n": 1, "team": "x"}
    assert others["beside"][1] == {"n": 5, "team": "y"}


def test_a_new_record_of_an_undone_version_is_kept_beside_what_replaces_it(newer: Any) -> None:
    upgrade(newer)
    put(newer, "b", {"n": 7, "team": "new"}, 2)
    undo(newer)
    put(newer, "b", {"n": 1})
    beside = ("1.1.0", {"n": 7, "team": "new"}, 2)
    assert kept(newer, "b") == (("1.0.0", {"n": 1}, 1), {"beside": beside})
    upgrade(newer)
    assert kept(newer, "b")[0][1] == {"n": 1, "team": "x"}
    assert kept(newer, "b")[1]["beside"] == beside


def test_the_schema_goes_back_and_comes_back_with_the_data(newer: Any) -> None:
    upgrade(newer)
    put(newer, "a", {"n": 2, "team": "y"}, 2)
    undo(newer)
    assert kept(newer, "a")[0] == ("1.0.0", {"n": 1}, 1)
    upgrade(newer)
    assert kept(newer, "a")[0] == ("1.1.0", {"n": 2, "team": "y"}, 2)


def test_what_was_undone_is_brought_along_to_a_still_later_version(newer: Any) -> None:
    upgrade(newer)
    put(newer, "a", {"n": 2, "team": "y"})
    undo(newer)
    newer.write(STEP + '@plugin.upgrade(to="1.2.0")\ndef more(record):\n'
                       '    return record | {"more": True}\n', "1.2.0")
    newer.start()
    upgrade(newer)
    assert kept(newer, "a")[0][1] == {"n": 2, "team": "y", "more": True}


def test_an_older_version_that_is_installed_rests_and_is_no_update(
    newer: Any, visit: Any
) -> None:
    upgrade(newer)
    newer.write(KEEPS, "1.0.0")
    newer.start()
    hand_in(visit("anna"))
    newer.run_jobs()
    assert len(waiting(newer)) == 1 and len(data_of(newer)) == 1
    acts = newer.within(lambda one: (may_act(one.addons["proef"], newer.plugin),
                                     has_update(one.addons["proef"], newer.plugin)))
    assert acts == (False, False)
    ada = visit("ada")
    page = ada.get("/addons/proef")
    assert "Wat geïnstalleerd is, versie 1.0.0, is ouder dan wat de gegevens volgen." in page
    assert "Update klaar" not in page
    assert "Er is niets om bij te werken." in ada.get("/addons/proef/update")
    with pytest.raises(Refusal, match="higher version"):
        upgrade(newer)
    newer.write(STEP + KEEPS, "1.1.0")
    newer.start()
    newer.run_jobs()
    assert waiting(newer) == [] and len(data_of(newer)) == 2
