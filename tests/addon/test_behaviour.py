"""Handlers and panels: what they may do, and what happens when they do it badly."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.addon.actions import change_settings, pause, switch_off
from lms_leiderschap.addon.happenings import EVENT
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.people.actions import erase
from lms_leiderschap.progress.privacy import export_person
from tests.addon.test_off_and_back import give, hand_in

SOON = timedelta(minutes=20)
KEEPS = """
@plugin.on("submission.handed_in")
def note(event):
    kept = event.records.get("proef-inlevering", event.data["person"])
    times = (kept.data["times"] if kept else 0) + 1
    event.records.put("proef-inlevering", event.data["person"],
                      {"times": times, "weeks": event.settings["weken"], "key": event.key})
    event.notify(event.data["person"], "Dank voor uw verslag.")
@plugin.panel("participant.module")
def again(context):
    kept = context.records.get("proef-inlevering", context.person)
    return f"**{kept.data['times']} keer** ingeleverd" if kept else None
"""


def fails(body: str, event: str = "submission.handed_in") -> str:
    return f'import time\n@plugin.on("{event}")\ndef bad(event):\n    {body}\n'


def shows(body: str, slot: str = "participant.module") -> str:
    return f'import time\n@plugin.panel("{slot}")\ndef bad(context):\n    {body}\n'


def made(world: Any, source: str) -> Any:
    world.write(source)
    world.start()
    world.switch_on()
    return world


def records(world: Any) -> dict[tuple[str, str], Any]:
    return world.within(lambda one: {place: kept.data
                                     for place, kept in one.addons["proef"].records.items()})


def waiting(world: Any) -> list[dict[str, Any]]:
    return world.within(lambda one: [item for _number, item in one.outbox.items()
                                     if item["kind"] == EVENT
                                     and item["data"]["addon"] == "proef"])


def mails(world: Any) -> list[str]:
    directory = Path(world.registry.lms.mail.partition(":")[2]) / "noord"
    texts = [path.read_text() for path in sorted(directory.glob("*.eml"))]
    return [text for text in texts if "Proefplugin" in text]


def test_a_handler_keeps_records_and_notifies_once(world: Any, visit: Any) -> None:
    made(world, KEEPS)
    world.within(lambda one: change_settings(one, "proef", {"weken": 5}, by=SYSTEM,
                                             at=datetime.now(UTC)))
    anna = visit("anna")
    assert "keer ingeleverd" not in anna.get(f"{anna.home}/work/proef.punt")
    hand_in(anna)
    assert len(waiting(world)) == 1
    world.run_jobs()
    world.run_jobs()
    [(place, data)] = records(world).items()
    assert place[0] == "proef-inlevering" and (data["times"], data["weeks"]) == (1, 5)
    assert data["key"].startswith("submission.handed_in:")
    assert waiting(world) == [] and len(mails(world)) == 1
    assert "<strong>1 keer</strong>" in anna.get(f"{anna.home}/work/proef.punt")


def test_a_handler_that_ran_and_was_not_written_runs_again_and_counts_once(
    world: Any, visit: Any
) -> None:
    made(world, KEEPS)
    hand_in(visit("anna"))
    [number] = world.within(lambda one: [number for number, item in one.outbox.items()
                                         if item["kind"] == EVENT])
    # The process ends between the handler and its transaction: only the entry is left.
    from lms_leiderschap.addon import delivery

    jobs = world.registry.jobs
    jobs.at = datetime.now(UTC)
    happening = world.within(lambda one: delivery._take(jobs, one, world.entry, number))
    assert happening is not None
    delivery.deliver(jobs, world.entry, number)
    delivery.deliver(jobs, world.entry, number)
    [data] = records(world).values()
    assert data["times"] == 1


def test_two_workers_on_one_event_keep_it_once(world: Any, visit: Any) -> None:
    made(world, KEEPS)
    hand_in(visit("anna"))
    jobs = world.registry.jobs
    jobs.at = datetime.now(UTC)
    [number] = world.within(lambda one: [number for number, item in one.outbox.items()
                                         if item["kind"] == EVENT])
    from lms_leiderschap.addon.delivery import deliver

    threads = [threading.Thread(target=deliver, args=(jobs, world.entry, number))
               for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [data] = records(world).values()
    assert data["times"] == 1
    world.run_jobs()
    assert len(mails(world)) == 1


@pytest.mark.parametrize("body", [
    'raise RuntimeError("kapot")', "raise SystemExit(1)", "event.records.put('Soort', 'k', {})",
    "event.records.put('soort', 'k', {1: 2})", "event.records.put('soort', 'k', object())",
    "event.notify(3, 'x')", "event.data['person'].x",
    "event.records.put('soort', 'k', {'x': float('nan')})",
    "event.records.put('soort', 'k', {'x': 'y' * 200_000})",
    "[event.notify(event.data['person'], 'x') for _ in range(21)]",
    "x = []; x.append(x); event.records.put('soort', 'k', x)",
    "raise ValueError('\\udcff')",
    "raise type('Mute', (Exception,), {'__str__': lambda self: 1 / 0})",
    "event.records.put('soort', 'k', {'x': '\\udcff'})",
    "event.records.put('soort', 'k', {'\\udcff': 1})", "event.records.put('soort', '\\udcff', 1)",
    "event.records.put('soort', 'k', 10**30)",
    "[event.records.put('soort', str(each), 1) for each in range(1001)]",
    "event.notify(event.data['person'], 'x \\udcff')",
    "event.notify(type('Own', (str,), {})(event.data['person']), 'x')",
    "event.notify(event.data['person'], 'x', event.at.replace(year=9999))",
    "event.notify(event.data['person'], 'x', event.at.replace(year=event.at.year + 3))",
    "event._notices.append(('x',))", "event._notices.append((event.data['person'], 3, None))",
    "event._notices.extend([(event.data['person'], 'x', None)] * 21)",
    "event.records._written['soort', 'k'] = (type('Own', (), {})(), 1)",
    "event.records._written['soort', 'k'] = ({'a': type('Own', (str,), {})('x')}, 1)",
    "event.records._written['soort', 'k'] = 3", "event.records._written['Soort', 'k'] = (3, 1)",
    "event.records._written.update({('soort', str(each)): (1, 1) for each in range(1001)})",
])
@pytest.mark.promise("D9")
def test_a_failing_handler_costs_the_participant_nothing(
    world: Any, visit: Any, body: str
) -> None:
    made(world, fails(f"event.records.put('soort', 'k', {{}}); {body}"))
    anna = visit("anna")
    assert "receipt" in hand_in(anna).request.path
    at = datetime.now(UTC)
    for minutes in (0, 2, 7):
        world.run_jobs(at + timedelta(minutes=minutes))
    [item] = waiting(world)
    assert (item["state"], item["tries"]) == ("refused", 2)
    assert records(world) == {} and mails(world) == []
    world.run_jobs(at + timedelta(minutes=8))
    page = visit("ada").get("/addons/proef")
    assert "Gepauzeerd" in page and "Niet verwerkt: 1" in page
    assert anna.get("/week") and anna.get(f"{anna.home}/work/proef.punt/versions/1/receipt")


def test_a_thousand_records_and_a_notice_within_two_years_are_kept(world: Any, visit: Any) -> None:
    made(world, fails(
        "[event.records.put('soort', str(each % 1000), each) for each in range(1500)]\n"
        "    event.notify(event.data['person'], 'x', event.at.replace(year=event.at.year + 1))"))
    hand_in(visit("anna"))
    world.run_jobs()
    assert waiting(world) == [] and len(records(world)) == 1000
    assert records(world)["soort", "0"] == 1000


@pytest.mark.promise("D9")
def test_a_handler_that_sleeps_is_left_behind_and_writes_nothing_later(
    world: Any, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lms_leiderschap.addon import delivery

    monkeypatch.setattr(delivery, "HANDLER_SECONDS", 0.2)
    made(world, fails("time.sleep(0.6); event.records.put('soort', 'k', {})"))
    hand_in(visit("anna"))
    began = time.monotonic()
    world.run_jobs()
    assert time.monotonic() - began < 5
    [item] = waiting(world)
    assert item["state"] == "waiting" and "TooSlow" in item["why"]
    for thread in threading.enumerate():
        if thread.name.startswith("plugin-"):
            thread.join()
    assert records(world) == {}


def test_what_could_not_be_handled_is_tried_again_when_asked(world: Any, visit: Any) -> None:
    made(world, fails("raise RuntimeError('kapot')"))
    hand_in(visit("anna"))
    at = datetime.now(UTC)
    for minutes in (0, 2, 7):
        world.run_jobs(at + timedelta(minutes=minutes))
    world.write(KEEPS)
    world.start()
    ada = visit("ada")
    page = ada.get("/addons/proef")
    if "Laat weer draaien" in page:
        page = page.forms[0].submit().follow()
    next(form for form in page.forms.values() if form.action.endswith("try-again")).submit()
    world.run_jobs(datetime.now(UTC) + SOON)
    [data] = records(world).values()
    assert data["times"] == 1


def test_paused_events_wait_and_off_ones_are_not_told(world: Any, visit: Any) -> None:
    made(world, KEEPS)
    at = datetime.now(UTC)
    world.within(lambda one: pause(one, "proef", "Even niet", "", by=SYSTEM, at=at))
    hand_in(visit("anna"))
    world.run_jobs()
    assert records(world) == {} and len(waiting(world)) == 1
    visit("ada").get("/addons/proef").forms[0].submit()
    world.run_jobs(datetime.now(UTC) + SOON)
    assert len(records(world)) == 1
    world.within(lambda one: switch_off(one, "proef", by=SYSTEM, at=datetime.now(UTC)))
    give(visit("pieter"), visit("anna"))
    assert waiting(world) == []


def test_a_notice_of_an_add_on_that_is_off_is_not_sent(world: Any, visit: Any) -> None:
    made(world, KEEPS.replace('"Dank voor uw verslag."',
                              '"Later.", event.at.replace(year=event.at.year + 1)'))
    hand_in(visit("anna"))
    world.run_jobs()
    later = datetime.now(UTC).replace(year=datetime.now(UTC).year + 1) + SOON
    world.within(lambda one: switch_off(one, "proef", by=SYSTEM, at=datetime.now(UTC)))
    world.run_jobs(later)
    assert mails(world) == []
    visit("ada").get("/addons/proef/switch-on").forms["form"].submit("on")
    world.run_jobs(later + timedelta(hours=2))
    assert len(mails(world)) == 1


def test_records_are_exported_with_the_person_and_erased_with_them(
    world: Any, visit: Any
) -> None:
    made(world, KEEPS)
    hand_in(visit("anna"))
    world.run_jobs()
    exported = world.within(lambda one: export_person(
        one.people[one.emails["anna@noord.test"]], []))
    assert [record["addon"] for record in exported["addons"]] == ["proef"]
    world.within(lambda one: erase(one.people[one.emails["anna@noord.test"]], by=SYSTEM, why="",
                                   at=datetime.now(UTC), notify=world.registry.notify))
    assert records(world) == {}


MUTE = "class Mute({kind}):\n        def __str__(self): raise ValueError('x')\n    raise Mute()"


@pytest.mark.parametrize("body", [
    'raise RuntimeError("kapot")', "return 3", "return {}", "raise SystemExit(1)",
    "context.records.put('soort', 'k', {})",
    MUTE.format(kind="Exception"), MUTE.format(kind="BaseException"),
    "raise ValueError('\\udcff')", "raise ValueError('x' * 3_000_000)",
    "from lms_leiderschap.plugin import Chart; return Chart('profile', 'T\\udcff', {'a': 3})",
    "from lms_leiderschap.plugin import Chart\n    class Own(Chart): pass\n"
    "    return Own('profile', 'T', {'a': 3})",
    "from lms_leiderschap.plugin import Chart; chart = Chart('profile', 'T', {'a': 3})\n"
    "    object.__setattr__(chart, 'title', 'T\\udcff'); return chart",
])
@pytest.mark.promise("D9")
def test_a_failing_panel_leaves_the_page_and_rests_after_three(
    world: Any, visit: Any, body: str
) -> None:
    made(world, shows(body))
    anna = visit("anna")
    for _time in range(3):
        page = anna.get(f"{anna.home}/work/proef.punt")
        assert "Dit onderdeel is even niet beschikbaar. Uw werk is bewaard." in page
        assert "Kenmerk" in page and "Een verbeterpunt" in page
    world.run_jobs()
    paused = world.within(lambda one: one.addons["proef"].paused)
    assert paused["reference"] and "panel participant.module" in paused["sentence"]
    page = anna.get(f"{anna.home}/work/proef.punt")
    assert "even niet beschikbaar" in page and "Kenmerk" not in page
    assert "receipt" in hand_in(anna).request.path


def test_what_is_kept_of_a_failure_is_bounded_and_can_be_read(world: Any, visit: Any) -> None:
    made(world, shows("raise ValueError('\\udcff' + 'x' * 3_000_000)"))
    anna = visit("anna")
    anna.get(f"{anna.home}/work/proef.punt")
    [fault] = world.registry.side.faults.of("noord", "proef", datetime.now(UTC) - SOON)
    assert fault.sentence.startswith("ValueError: ?xxx") and len(fault.trace) <= 50_000


def test_a_call_that_finds_no_thread_is_a_failure_of_that_panel_alone(
    world: Any, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(world, shows("return 'Hier'"))
    anna = visit("anna")
    start = threading.Thread.start

    def none_left(thread: threading.Thread) -> None:
        if thread.name.startswith("plugin-"):
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", none_left)
    page = anna.get(f"{anna.home}/work/proef.punt")
    assert "even niet beschikbaar" in page and "Een verbeterpunt" in page
    monkeypatch.undo()
    assert "Hier" in anna.get(f"{anna.home}/work/proef.punt")


@pytest.mark.promise("D9")
def test_a_panel_that_sleeps_holds_no_page_up(world: Any, visit: Any) -> None:
    made(world, shows("time.sleep(3)"))
    anna = visit("anna")
    for _time in range(4):
        began = time.monotonic()
        assert "Een verbeterpunt" in anna.get(f"{anna.home}/work/proef.punt")
        assert time.monotonic() - began < 2
    world.run_jobs()
    assert world.within(lambda one: one.addons["proef"].paused)


def test_a_panel_over_its_budget_rests_when_it_always_is(world: Any, visit: Any) -> None:
    made(world, shows("time.sleep(0.05); return 'traag'"))
    anna = visit("anna")
    for _time in range(9):
        anna.get(f"{anna.home}/work/proef.punt")
    world.run_jobs()
    assert "OverBudget" in world.within(lambda one: one.addons["proef"].paused["sentence"])


@pytest.mark.parametrize(("slot", "who", "path"), [
    ("participant.week", "anna", "/week"), ("participant.module", "anna", "{home}/work/proef.punt"),
    ("teacher.margin", "pieter", "{home}/work/proef.punt/versions/1/"),
    ("office.board", "olga", "/editions"),
])
def test_every_place_shows_what_its_panel_returns(
    world: Any, visit: Any, slot: str, who: str, path: str
) -> None:
    made(world, shows(f"return f'Hier *{slot}* <script>x</script> {{context.edition}}'", slot))
    hand_in(visit("anna"))
    page = visit(who).get(path.format(home=visit("anna").home))
    assert f"Hier <em>{slot}</em>" in page and "<script>x" not in page


def test_a_panel_draws_a_chart(world: Any, visit: Any) -> None:
    made(world, "from lms_leiderschap.plugin import Chart\n" + shows(
        'return Chart("profile", "Waar staat het team?", {"Samen leren": 3.5, "Leiden": 2.0})'))
    anna = visit("anna")
    page = anna.get(f"{anna.home}/work/proef.punt")
    assert page.html.select(".panel svg title") and "Samen leren" in page
