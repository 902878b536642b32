"""Updates of records: tried first, all or nothing, twice is once, and back again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import transaction

from lms_leiderschap.addon.data_actions import put_records, undo_update, update
from lms_leiderschap.addon.standing import waits_for_update
from lms_leiderschap.addon.upgrading import plan_upgrade
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.actions import SYSTEM

AT = datetime.now(UTC)
STEPS = """
@plugin.upgrade(to="1.1.0")
def add_team(record):
    return record | {"team": record.get("team", "hele school")}
@plugin.upgrade(to="2.0.0")
def rename(record):
    record["naam"] = record.pop("name", record.get("naam", ""))
    return record
"""


def with_records(world: Any, source: str, number: int = 5, *, version: str = "2.0.0") -> Any:
    """Records of version 1.0.0, and then the plugin in a later version."""
    world.write("")
    world.start()
    world.switch_on()
    world.within(lambda one: put_records(
        one.kept_addons().named("proef"),
        {("proef", f"k{n:03}"): ({"name": f"naam {n}"}, 1) for n in range(number)}, at=AT))
    world.write(source, version)
    world.start()
    return world


def kept(world: Any) -> dict[str, Any]:
    return world.within(lambda one: {
        key: (record.version, record.data)
        for (_kind, key), record in one.addons["proef"].records.items()})


def upgrade(world: Any) -> Any:
    def act(one: Any) -> Any:
        plan = plan_upgrade(one.addons["proef"], world.plugin)
        if not plan.failures:
            update(one, "proef", plan.version, plan.changed, by=SYSTEM, at=AT)
        return plan

    return world.within(act)


def test_a_dry_run_counts_shows_three_pairs_and_changes_nothing(world: Any, visit: Any) -> None:
    with_records(world, STEPS)
    before = kept(world)
    page = visit("ada").get("/addons/proef/update")
    assert "Bekeken: 5. Veranderen: 5. Kunnen niet mee: 0." in page
    rows = page.html.select("tbody tr")
    assert len(rows) == 3 and "hele school" in rows[0].text and "naam 0" in rows[0].text
    assert kept(world) == before


def test_an_update_brings_all_records_and_can_be_undone(world: Any, visit: Any) -> None:
    with_records(world, STEPS)
    before, ada = kept(world), visit("ada")
    assert "Update klaar" in ada.get("/addons")
    ada.get("/addons/proef/update").forms["form"].submit("update").follow()
    after = kept(world)
    assert after["k003"] == ("2.0.0", {"naam": "naam 3", "team": "hele school"})
    assert "Er is niets om bij te werken." in ada.get("/addons/proef/update")
    ada.get("/addons/proef/undo").forms["form"].submit("undo").follow()
    assert kept(world) == before
    ada.get("/addons/proef/update").forms["form"].submit("update").follow()
    assert kept(world) == after


@pytest.mark.promise("D11")
def test_steps_twice_are_steps_once(world: Any) -> None:
    with_records(world, STEPS)
    upgrade(world)
    once = kept(world)
    assert upgrade(world).looked_at == 0
    assert kept(world) == once
    for _version, data in once.values():
        for step in world.plugin.behaviour.upgrades.values():
            assert step(dict(data)) == data


def test_what_was_written_after_an_update_comes_back_with_it(world: Any) -> None:
    with_records(world, STEPS, 2)
    upgrade(world)
    world.within(lambda one: put_records(
        one.kept_addons().named("proef"),
        {("proef", "k000"): ({"naam": "anders", "team": "bovenbouw"}, 1),
         ("proef", "nieuw"): ({"naam": "nieuw", "team": "x"}, 1)}, at=AT + timedelta(hours=1)))
    later = kept(world)
    world.within(lambda one: undo_update(one, "proef", by=SYSTEM, at=AT))
    assert kept(world)["k000"] == ("1.0.0", {"name": "naam 0"})
    upgrade(world)
    assert kept(world) == later


def test_an_update_is_undone_for_thirty_days_only(world: Any) -> None:
    with_records(world, STEPS, 1)
    upgrade(world)
    with pytest.raises(Refusal, match="no longer be undone"):
        world.within(lambda one: undo_update(one, "proef", by=SYSTEM,
                                             at=AT + timedelta(days=31)))


@pytest.mark.parametrize(("body", "said"), [
    ("raise ValueError('kapot')", "ValueError: kapot"),
    ("return None", "not a dict"), ("return [1]", "not a dict"),
    ("return {'x': object()}", "not a plain value"), ("return {1: 2}", "must be a text"),
    ("raise SystemExit(2)", "SystemExit: 2"),
])
def test_a_step_that_fails_changes_nothing_and_is_told(
    world: Any, visit: Any, body: str, said: str
) -> None:
    source = f'@plugin.upgrade(to="2.0.0")\ndef bad(record):\n    {body}\n'
    with_records(world, source)
    before, ada = kept(world), visit("ada")
    for _time in range(3):
        page = ada.get("/addons/proef/update")
        assert said in page and "Kenmerk voor de maker" in page
        assert not page.html.select("button[name=update]")
    assert kept(world) == before
    world.run_jobs()
    assert world.within(lambda one: one.addons["proef"].paused)
    assert ada.get("/addons/proef").html.select('a[href*="trace"]')


def test_a_step_that_sleeps_is_left_behind(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lms_leiderschap.addon import upgrading

    monkeypatch.setattr(upgrading, "STEP_SECONDS", 0.1)
    with_records(world, 'import time\n@plugin.upgrade(to="2.0.0")\ndef bad(record):\n'
                        '    time.sleep(0.5)\n    return record\n', 3)
    plan = upgrade(world)
    assert len(plan.failures) == 3 and "TooSlow" in plan.failures[0][2]


def test_until_it_is_updated_the_plugin_rests_and_work_goes_on(world: Any, visit: Any) -> None:
    with_records(world, STEPS + '@plugin.panel("participant.module")\ndef p(context):\n'
                                '    return "paneel"\n')
    assert world.within(lambda one: waits_for_update(one.addons["proef"], world.plugin))
    anna = visit("anna")
    page = anna.get(f"{anna.home}/work/proef.punt")
    assert "even niet beschikbaar" in page and "paneel" not in page
    assert anna.get(f"{anna.home}/work/proef.punt/submit").forms["report"]
    upgrade(world)
    assert "paneel" in anna.get(f"{anna.home}/work/proef.punt")


KILLED = """
import os, signal, sys, transaction
from datetime import UTC, datetime
from ZODB.DB import DB
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.store.storages import open_storage
from lms_leiderschap.addon.data_actions import update
database = DB(open_storage(sys.argv[1]))
connection = database.open()
one = institution_in(connection)
places = {place: record.data | {"team": "hele school"}
          for place, record in one.addons["proef"].records.items()}
update(one, "proef", "2.0.0", places, by="system", at=datetime.now(UTC))
point = int(sys.argv[2])
storage = database.storage
calls = 0
def counted(name):
    original = getattr(storage, name)
    def call(*args, **more):
        global calls
        calls += 1
        if calls == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **more)
    setattr(storage, name, call)
print("ready", flush=True)
import builtins
real = os.fsync
def trace(frame, event, arg):
    global calls
    if event == "call" and "FileStorage" in frame.f_code.co_filename:
        calls += 1
        if calls == point:
            os.kill(os.getpid(), signal.SIGKILL)
sys.setprofile(trace)
transaction.commit()
sys.setprofile(None)
print("committed", calls, flush=True)
"""


@pytest.mark.slow
@pytest.mark.promise("D11")
def test_killed_at_any_point_it_is_before_or_after(world: Any) -> None:
    """The process is killed at points all along the commit of an update."""
    with_records(world, STEPS, 40)
    before = kept(world)
    after = {key: ("2.0.0", data | {"team": "hele school"}) for key, (_v, data) in before.items()}
    storage = world.entry.storage
    world.close()
    script = textwrap.dedent(KILLED)
    seen = set()
    for point in (1, 5, 20, 60, 120, 160, 180, 200, 220, 240, 260, 300, 400, 10_000):
        done = subprocess.run([sys.executable, "-c", script, storage, str(point)],
                              capture_output=True, text=True, env=os.environ, timeout=60)
        found = kept(world)
        world.close()
        assert found in (before, after), point
        seen.add((found == after, done.returncode == -signal.SIGKILL))
        if found == after:
            break
    assert (False, True) in seen and any(is_after for is_after, _killed in seen)
    transaction.abort()
