"""The list of add-ons and the page of one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lms_leiderschap.addon.actions import change_settings
from lms_leiderschap.addon.standing import settings_of
from lms_leiderschap.plugin.loader import ListedPlugin
from tests.addon.test_behaviour import KEEPS, made
from tests.addon.test_folders import upload
from tests.addon.zips import files, zipped


def test_the_add_ons_are_listed_with_what_they_bring_and_where(browse: Any) -> None:
    rows = browse("ada").get("/addons").html.select(".addons > li")
    assert len(rows) == 4
    for row in rows:
        assert "Aan" in row.text and "Levert:" in row.text and "Najaar 2026" in row.text
        assert "Afzender onbekend" in row.text


def test_an_add_on_is_on_in_two_actions(browse: Any, registry: Any) -> None:
    registry.jobs.within(
        registry.lms.institutions[0], lambda institution: institution.addons.remove("hrm")
    )
    ada = browse("ada")
    page = ada.get("/addons")
    assert "Geïnstalleerd, niet aan" in page
    page = page.click("Zet aan")
    form = page.forms["form"]
    assert "staat aan" in form.submit("on").follow()
    assert form.submit("on").status_int == 303
    assert len(ada.get("/audit?verb=addon.switched_on").html.select("tbody tr")) == 5


@pytest.mark.parametrize("name", ["moon", "HRM", "switch-on", "%C3%A9"])
def test_an_unknown_add_on_is_not_there(browse: Any, name: str) -> None:
    ada = browse("ada")
    for view in ("", "/switch-on", "/switch-off", "/pause", "/remove", "/update", "/undo",
                 "/destroy", "/settings", "/download", "/trace", "/instrument"):
        ada.get(f"/addons/{name}{view}", status=404)


@pytest.mark.parametrize("view", ["resume", "try-again", "export"])
def test_posting_needs_a_token_and_a_known_name(browse: Any, view: str) -> None:
    ada = browse("ada")
    assert ada.post(f"/addons/hrm/{view}", status=403)
    token = ada.get("/profile").forms["form"]["csrf_token"].value
    ada.post(f"/addons/moon/{view}", {"csrf_token": token}, status=404)
    assert ada.post(f"/addons/hrm/{view}", {"csrf_token": token})


def test_a_parked_and_a_vanished_add_on_say_so(browse: Any, registry: Any) -> None:
    shelves = registry.shelves
    whole = shelves.installed
    row = ListedPlugin("moon", "2.0", "Maan", "parked", (), "Plugin 'moon' is not loaded: <oops>",
                       "4K2P", "Traceback <trace>")  # fmt: skip
    shelves.installed = whole.without("hrm", RuntimeError("x"))
    shelves.installed = type(whole)(
        shelves.installed.loaded, (row,), whole.library, whole.senders)
    shelves._shelves.clear()
    try:
        ada = browse("ada")
        page = ada.get("/addons")
        assert "Geparkeerd" in page and "4K2P" in page
        assert "&lt;oops&gt;" in ada.get("/addons/moon")
        assert "Traceback <trace>" in ada.get("/addons/moon/trace?reference=4K2P").text
        assert "Niet meer geïnstalleerd" in page and "hrm" in page
    finally:
        shelves.installed = whole
        shelves._shelves.clear()


def test_settings_are_drawn_checked_and_kept(world: Any, visit: Any) -> None:
    made(world, KEEPS)
    ada = visit("ada")
    form = ada.get("/addons/proef/settings").forms["form"]
    assert form["set_weken"].value == "3"
    form["set_weken"] = "veel"
    page = form.submit("submit", status=422)
    assert page.forms["form"]["set_weken"].value == "veel" and "Vul een getal in" in page
    page.forms["form"]["set_weken"] = "8"
    assert "instellingen zijn bewaard" in page.forms["form"].submit("submit").follow()
    kept = world.within(lambda one: settings_of(one.addons["proef"], world.plugin))
    assert kept == {"weken": 8}
    line = ada.get("/audit?verb=addon.set").html.select_one("tbody tr").text
    assert "Wijzigde de instellingen" in line


def test_a_setting_may_be_called_as_a_field_of_every_form(browse: Any) -> None:
    ada, found = browse("ada"), files()
    keys = ("key", "csrf_token", "submit", "set_key", "field")
    for key in keys:
        setting = f'[[settings]]\nkey = "{key}"\ntitle = "T"\ndefault = "x"\n'
        found["plugin.toml"] += setting.encode()
    upload(ada, zipped(found), status=303)
    form = ada.get("/addons/samen/settings").forms["form"]
    assert form["set_key"].value == "x"
    form["set_key"], form["set_csrf_token"], form["set_set_key"] = "een", "twee", "drie"
    form.submit("submit", status=303)
    form = ada.get("/addons/samen/settings").forms["form"]
    names = ("set_key", "set_csrf_token", "set_submit", "set_set_key")
    assert [form[name].value for name in names] == ["een", "twee", "x", "drie"]


def test_a_setting_of_another_kind_is_not_used(world: Any) -> None:
    made(world, KEEPS)
    world.within(lambda one: change_settings(one, "proef", {"weken": "acht"}, by="system",
                                             at=datetime.now(UTC)))  # fmt: skip
    assert world.within(lambda one: settings_of(one.addons["proef"], world.plugin)) == {"weken": 3}


def test_pausing_asks_why_and_shows_it(browse: Any) -> None:
    ada = browse("ada")
    form = ada.get("/addons/hrm/pause").forms["form"]
    assert form.submit("pause", status=422).html.select("[aria-invalid=true]")
    form["why"] = "We kijken er eerst naar."
    page = form.submit("pause").follow()
    assert "We kijken er eerst naar." in page and "We kijken er eerst naar." in ada.get("/addons")
    assert "draait weer" in page.forms[0].submit().follow()


def test_an_instrument_shows_its_questions_and_a_trial(browse: Any) -> None:
    ada = browse("ada")
    page = ada.get("/addons/hrm")
    links = page.html.select('a[href*="/instrument?"]')
    assert len(links) == 3
    for link in links:
        page = ada.get(link["href"])
        assert page.html.select("ol.stack li") and page.html.select("svg title")
    ada.get("/addons/hrm/instrument?key=nothing", status=404)
