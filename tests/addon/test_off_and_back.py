"""Off, gone and back: new work stops, everything that was made stays, and goes on as before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lms_leiderschap.addon.actions import switch_off, switch_on
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.progress.privacy import export_person

PAGES = """
from pyramid.response import Response
def includeme(config):
    config.add_route("hello", "/hello")
    config.add_view(hello, route_name="hello")
    config.add_route("boom", "/boom")
    config.add_view(boom, route_name="boom")
def hello(request):
    return Response("hello from the plugin")
def boom(request):
    raise RuntimeError("boom")
"""


def hand_in(who: Any, words: str = "Wat ik in mijn school deed.") -> Any:
    form = who.get(f"{who.home}/work/proef.punt/submit").forms["report"]
    form.set("text", words, index=0)
    form.set("text", "Wat ik ervan leerde.", index=1)
    form["names"] = True
    return form.submit("hand_in").follow()


def give(pieter: Any, anna: Any) -> None:
    path = f"{anna.home}/work/proef.punt/versions/1/"
    form = pieter.get(path).forms["assess"]
    form.set("step", "Vraag een collega om mee te kijken.", index=0)
    form["decision"] = "met"
    form.submit("ready", status=303)
    pieter.get(path).forms[0].submit("release", status=303)


def work_of(institution: Any) -> bytes:
    """Every byte of what participants made: the records of their branches."""
    from ZODB.serialize import referencesf

    edition = institution.programmes["plg-leergang"].editions["2026"]
    storage = institution._p_jar.db().storage
    left, seen, found = [edition.enrolments._p_oid], set(), []
    skip = {edition._p_oid, institution._p_oid, institution.people._p_oid}
    while left:
        oid = left.pop()
        if oid not in seen and oid not in skip:
            seen.add(oid)
            data = storage.load(oid)[0]
            found.append(data)
            left += referencesf(data)
    return b"".join(sorted(found))


@pytest.fixture
def used(world: Any, visit: Any) -> Any:
    """The plugin is on, in the edition, and Anna handed in."""
    world.write(PAGES)
    world.start()
    world.switch_on()
    assert "receipt" in hand_in(visit("anna")).request.path
    return world


def test_a_module_of_a_plugin_is_handed_in_and_gets_feedback(used: Any, visit: Any) -> None:
    anna, pieter = visit("anna"), visit("pieter")
    assert "Wat ik in mijn school deed." in pieter.get(f"{anna.home}/work/proef.punt/versions/1/")
    give(pieter, anna)
    assert "Vraag een collega" in anna.get(f"{anna.home}/work/proef.punt/versions/1/feedback")


def test_off_stops_new_work_and_nothing_else(used: Any, visit: Any) -> None:
    ada, anna, bram, pieter = (visit(who) for who in ("ada", "anna", "bram", "pieter"))
    page = bram.get(f"{bram.home}/work/proef.punt/submit")
    ada.get("/addons/proef/switch-off").forms["form"].submit("off").follow()
    # Anna's work reads and gets feedback as before.
    assert "Wat ik in mijn school deed." in anna.get(f"{anna.home}/work/proef.punt/versions/1/read")
    give(pieter, anna)
    assert "Vraag een collega" in anna.get(f"{anna.home}/work/proef.punt/versions/1/feedback")
    # Bram was writing: his text is kept, handing in waits.
    form = page.forms["report"]
    form.set("text", "Mijn bevindingen.", index=0)
    form.set("text", "Mijn terugblik.", index=1)
    form["names"] = True
    refused = form.submit("hand_in", status=422)
    assert "Uw tekst staat veilig" in refused and "Mijn bevindingen." in refused
    refused.forms["report"].submit("save").follow()
    again = bram.get(f"{bram.home}/work/proef.punt/submit")
    assert "Mijn bevindingen." in again and not again.html.select("button[name=hand_in]")
    # Back on, he hands in.
    ada.get("/addons/proef/switch-on").forms["form"].submit("on").follow()
    form = bram.get(f"{bram.home}/work/proef.punt/submit").forms["report"]
    form["names"] = True
    assert "/receipt" in form.submit("hand_in").location


def test_every_address_of_a_plugin_that_is_off_is_not_there(used: Any, visit: Any) -> None:
    ada = visit("ada")
    introspector = used.registry.introspector
    routes = [item["introspectable"]["pattern"] for item in introspector.get_category("routes")]
    own = ["/" + route.lstrip("/") for route in routes if route.lstrip("/").startswith("x/proef/")]
    assert own == ["/x/proef/hello", "/x/proef/boom"]
    assert "hello from the plugin" in ada.get("/x/proef/hello")
    used.within(lambda one: switch_off(one, "proef", by=SYSTEM, at=datetime.now(UTC)))
    for path in own:
        ada.get(path, status=404)


def test_a_page_of_a_plugin_that_fails_is_noted_and_answered_calmly(used: Any, visit: Any) -> None:
    ada = visit("ada")
    marks = [ada.get("/x/proef/boom", status=500).html.select_one("b").text for _time in range(3)]
    ada.get("/x/proef/hello", status=404)
    used.run_jobs()
    page = ada.get("/addons/proef")
    assert "Gepauzeerd" in page and "boom" in page
    assert all(mark in page for mark in marks)
    links = page.html.select('a[href*="trace"]')
    assert len(links) == 3  # one for each time it was asked
    trace = links[0]
    assert "RuntimeError: boom" in ada.get(trace["href"]).text
    page.forms[0].submit().follow()
    assert "hello from the plugin" in ada.get("/x/proef/hello")


@pytest.mark.promise("D10")
def test_a_hundred_switches_change_no_byte_of_work(used: Any) -> None:
    before = used.within(work_of)
    at = datetime.now(UTC)
    for _time in range(50):
        used.within(lambda one: switch_off(one, "proef", by=SYSTEM, at=at))
        used.within(lambda one: switch_on(one, "proef", by=SYSTEM, at=at))
    assert used.within(work_of) == before


@pytest.mark.promise("D10")
def test_uninstalled_nothing_fails_and_back_it_goes_on(used: Any, visit: Any) -> None:
    give(visit("pieter"), visit("anna"))
    before = used.within(work_of)
    used.start(installed=False)
    for minutes in (0, 3):
        used.run_jobs(datetime.now(UTC) + timedelta(minutes=minutes))
    anna, pieter, olga, ada = (visit(who) for who in ("anna", "pieter", "olga", "ada"))
    work = f"{anna.home}/work/proef.punt"
    for path in ("/week", "/thread", work, f"{work}/versions/1/read", f"{work}/versions/1/receipt",
                 f"{work}/versions/1/feedback"):  # fmt: skip
        assert anna.get(path).follow() if path == "/thread" else anna.get(path)
    assert "Wat ik in mijn school deed." in pieter.get(f"{work}/versions/1/")
    assert pieter.get("/queue") and olga.get("/editions")
    assert olga.get("/programmes/plg-leergang/editions/2026/people")
    page = ada.get("/addons/proef")
    assert "Niet meer geïnstalleerd" in page
    assert "Niet meer geïnstalleerd" in ada.get("/addons")
    exported = used.within(lambda one: export_person(
        one.people[one.emails["anna@noord.test"]], []))  # fmt: skip
    assert "Wat ik in mijn school deed." in str(exported)
    used.registry.databases.database(used.entry).pack()
    # New work stops: Bram has not begun.
    bram = visit("bram")
    assert not bram.get(f"{bram.home}/work/proef.punt").html.select(f'a[href="{work}/submit"]')
    used.start()
    used.run_jobs(datetime.now(UTC) + timedelta(minutes=4))
    assert used.within(work_of) == before
    assert "/receipt" in hand_in(visit("bram")).request.path
    assert "Niet meer geïnstalleerd" not in visit("ada").get("/addons/proef")


def test_a_start_without_plugins_marks_none_as_gone(used: Any) -> None:
    from dataclasses import replace

    from lms_leiderschap.app import configure

    used.close()
    config = configure(replace(used.registry.lms, plugins=False))
    registry = config.registry
    assert registry.plugins.resting and not registry.plugins.loaded
    registry.jobs.run_once(datetime.now(UTC))
    gone = registry.jobs.within(used.entry, lambda one: one.addons["proef"].gone)
    registry.databases.close()
    assert gone is False


def test_two_processes_with_other_plugins_do_not_contradict_each_other(
    used: Any, visit: Any
) -> None:
    """As while a server starts again: the new process has the plugin, the old one has not yet."""
    from lms_leiderschap.addon.start import look_for_gone

    old, at = used.start(installed=False), datetime.now(UTC)
    shelves, presence = old.shelves, old.side.presence
    used.start()

    def round_of(one: Any, moment: datetime) -> bool:
        look_for_gone(one, moment, shelves, presence)
        return bool(one.addons["proef"].gone)

    assert old.jobs.periodic.keys() != used.registry.jobs.periodic.keys()
    lines = used.within(lambda one: len(one.audit.newest(1000)))
    for seconds in range(0, 600, 10):
        moment = at + timedelta(seconds=seconds)
        used.run_jobs(moment)
        assert not used.within(lambda one, moment=moment: round_of(one, moment))
    assert used.within(lambda one: len(one.audit.newest(1000))) == lines
    assert "/receipt" in hand_in(visit("bram")).request.path
    # The process that has it ends, and does not come back.
    assert not used.within(lambda one: round_of(one, at + timedelta(seconds=700)))
    assert used.within(lambda one: round_of(one, at + timedelta(seconds=711)))
