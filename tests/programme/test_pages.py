"""The first page of an edition, and the list of add-ons."""

from typing import Any

import pytest

from lms_leiderschap.plugin.loader import ListedPlugin, Plugins

EDITION = "/programmes/plg-leergang/editions/2026/"


@pytest.mark.parametrize("who", ["pieter", "olga", "ada"])
def test_teachers_and_office_see_the_modules_with_their_dates(browse: Any, who: str) -> None:
    page = browse(who).get(EDITION)
    assert "Human Resource Management" in page and "Zwolle" in page
    assert "Pieter Bos" in page and "Marieke Smit" in page


def test_a_teacher_finds_no_links_of_the_office(browse: Any) -> None:
    page = browse("pieter").get(EDITION)
    assert "/queue" in page and not page.html.select(".tabs a")
    assert len(browse("olga").get(EDITION).html.select(".tabs a")) == 5


@pytest.mark.parametrize("who", ["anna", "bram"])
def test_a_participant_finds_no_edition_page(browse: Any, who: str) -> None:
    browse(who).get(EDITION, status=404)


def test_the_add_ons_are_listed_with_what_they_bring_and_where(browse: Any) -> None:
    rows = browse("ada").get("/addons").html.select(".addons > li")
    assert len(rows) == 4
    for row in rows:
        assert "Aan" in row.text and "Levert:" in row.text and "Najaar 2026" in row.text


def test_an_add_on_that_is_not_on_is_switched_on_once(browse: Any, registry: Any) -> None:
    registry.jobs.within(
        registry.lms.institutions[0], lambda institution: institution.plugins.pop("hrm")
    )
    ada = browse("ada")
    page = ada.get("/addons")
    assert "Geïnstalleerd, niet aan" in page
    assert "staat aan" in page.forms[0].submit().follow()
    assert page.forms[0].submit().status_int == 303
    assert len(ada.get("/audit?verb=addon.switched_on").html.select("tbody tr")) == 5


def test_an_unknown_add_on_cannot_be_switched_on_nor_by_somebody_else(browse: Any) -> None:
    for who, name in (("ada", ""), ("ada", "moon"), ("olga", "hrm"), ("anna", "hrm")):
        browser = browse(who)
        token = browser.get("/profile").forms["form"]["csrf_token"].value
        browser.post("/switch-on", {"csrf_token": token, "addon": name}, status=404)


def test_a_parked_and_a_vanished_add_on_say_so(browse: Any, registry: Any) -> None:
    whole = registry.plugins
    loaded = {name: plugin for name, plugin in whole.loaded.items() if name != "hrm"}
    registry.plugins = Plugins(
        loaded,
        (
            ListedPlugin(
                "moon", "2.0", "Maan", "parked", (), "Plugin 'moon' is not loaded: <oops>", "4K2P"
            ),
        ),
        whole.library,
    )
    try:
        page = browse("ada").get("/addons")
    finally:
        registry.plugins = whole
    assert "Geparkeerd" in page and "4K2P" in page and "&lt;oops&gt;" in page
    assert "Niet meer geïnstalleerd" in page and "hrm" in page
