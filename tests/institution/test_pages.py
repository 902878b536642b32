"""The log says in words who did what, and admits when it was tampered with."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import lms_leiderschap
from lms_leiderschap.institution.actions import record
from lms_leiderschap.institution.trail import VERBS, chosen_lines, names_of, resources_on


@pytest.fixture
def change(registry: Any) -> Any:
    """change(act) lets `act` do something to "noord" and commits it."""
    return lambda act: registry.jobs.within(registry.lms.institutions[0], act)


def test_the_log_tells_who_did_what_to_whom(browse: Any) -> None:
    ada = browse("ada")
    form = ada.get("/give-role").forms["form"]
    form["email"], form["role"], form["why"] = "bram@noord.test", "office", "<b>druk</b>"
    form.submit("give")
    row = ada.get("/audit").html.select("tbody tr")[0].get_text(" ")
    for word in ("Ada Kok", "Gaf een rol", "Bram Peeters", "<b>druk</b>", "nog niet verzegeld"):
        assert word in row


def test_the_log_leads_to_pages_the_reader_may_open(browse: Any) -> None:
    ada = browse("ada")
    page = ada.get("/audit?verb=enrolment.made")
    rows = page.html.select("tbody tr")
    assert len(rows) == 2 and "Najaar 2026" in rows[0].text
    assert ada.get(rows[0].a["href"]).status_int == 200


def test_the_log_is_filtered_by_person(browse: Any) -> None:
    ada = browse("ada")
    assert "Geen regel voldoet" in ada.get("/audit?name=olga")
    ada.get("/audit?name=%00", status=400)
    assert "Geen regel voldoet" in ada.get("/audit?name=<script>")


def test_a_verb_nobody_knows_shows_as_it_is_and_an_erased_person_as_erased(
    browse: Any, change: Any, now: datetime
) -> None:
    change(lambda institution: record(institution, "moon.painted", by="gone", at=now))
    row = browse("ada").get("/audit").html.select("tbody tr")[0].text
    assert "moon.painted" in row and "verwijderd" in row


def test_the_chain_is_checked_on_request_only(browse: Any, change: Any) -> None:
    change(lambda institution: institution.audit.seal())
    ada = browse("ada")
    assert "De keten" not in ada.get("/audit") and "verzegeld" in ada.get("/audit")
    assert "De keten klopt:" in ada.get("/audit?check=1")

    def tamper(institution: Any) -> None:
        line = dict(institution.audit.sealed[3])
        institution.audit.sealed[3] = line | {"why": "anders"}

    change(tamper)
    assert "klopt niet vanaf regel 3" in ada.get("/audit?check=1")


def test_every_verb_of_the_actions_has_words() -> None:
    source = Path(lms_leiderschap.__file__).parent
    used = {
        verb
        for path in source.rglob("actions.py")
        for verb in re.findall(r'record\([^)]*?"([a-z]+\.[a-z_]+)"', path.read_text())
    }
    assert used - set(VERBS) == set()


def test_names_come_from_what_still_exists(tree: Any, enrolment: Any) -> None:
    path = "/".join(
        [
            "programmes",
            "plg-leergang",
            "editions",
            "2026",
            "enrolments",
            enrolment.__name__,
            "work",
            "gone",
            "versions",
            "1",
        ]
    )
    found = resources_on(tree, path)
    assert found[0] is enrolment.work
    assert names_of(found).startswith("Anna de Wit, Najaar 2026")
    assert resources_on(tree, "") == [] and names_of([]) == ""


def test_filtered_lines_are_as_many_as_asked(tree: Any) -> None:
    assert len(chosen_lines(tree, 3, verb="person.registered")) == 3
    assert chosen_lines(tree, 3, verb="nothing") == []


@pytest.mark.parametrize("who", ["anna", "bram", "pieter", "olga", ""])
def test_who_is_no_admin_finds_no_log(browse: Any, who: str) -> None:
    assert browse(who).get("/audit", status="*").status_int in (303, 404)
