"""Roles that hold for the whole institution are given and taken with a reason, by admins only."""

from datetime import datetime
from typing import Any

import pytest

from lms_leiderschap.errors import Refusal
from lms_leiderschap.people.actions import erase, give_role, invite_to_role, take_role
from lms_leiderschap.people.events import LinkAsked
from lms_leiderschap.permissions import Role


def test_a_known_person_keeps_their_name_and_gets_no_invitation(
    tree: Any, people: Any, heard: list[Any], now: datetime
) -> None:
    person = invite_to_role(
        tree,
        "BRAM@noord.test ",
        "",
        "",
        Role.OFFICE,
        by="x",
        why="nodig",
        at=now,
        notify=heard.append,
    )
    assert person is people["bram"] and person.has_role(Role.OFFICE)
    assert heard == [] and tree.audit.newest(1)[0]["why"] == "nodig"


def test_somebody_new_is_made_and_invited_once(tree: Any, heard: list[Any], now: datetime) -> None:
    for _time in range(2):
        person = invite_to_role(
            tree,
            "nina@noord.test",
            "Nina",
            "Vos",
            Role.OFFICE,
            by="x",
            why="",
            at=now,
            notify=heard.append,
        )
    assert [type(event) for event in heard] == [LinkAsked]
    assert tree.staff[person.__name__] == ("office",)


def test_somebody_new_needs_a_name(tree: Any, heard: list[Any], now: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        invite_to_role(
            tree,
            "nina@noord.test",
            "",
            "",
            Role.OFFICE,
            by="x",
            why="",
            at=now,
            notify=heard.append,
        )
    assert refused.value.field == "given_name" and "nina@noord.test" not in tree.emails


def test_the_last_admin_stays(tree: Any, people: Any, now: datetime) -> None:
    with pytest.raises(Refusal):
        take_role(people["ada"], Role.ADMIN, by="x", why="", at=now)
    give_role(people["olga"], Role.ADMIN, by="x", why="", at=now)
    take_role(people["ada"], Role.ADMIN, by="x", why="", at=now)
    assert tree.staff == {people["olga"].__name__: ("office", "admin")}


def test_an_erased_person_is_no_longer_listed(
    tree: Any, people: Any, heard: list[Any], now: datetime
) -> None:
    erase(people["olga"], by="x", why="", at=now, notify=heard.append)
    assert people["olga"].__name__ not in tree.staff


def test_the_list_names_who_runs_the_institution(browse: Any) -> None:
    page = browse("ada").get("/roles")
    assert "Olga Maas" in page and "Ada Kok" in page and "Anna" not in page


def test_a_role_is_given_and_taken_on_the_pages(browse: Any) -> None:
    ada = browse("ada")
    form = ada.get("/give-role").forms["form"]
    form["email"], form["role"], form["why"] = "bram@noord.test", "office", "vervangt Olga"
    page = form.submit("give").follow()
    assert "Bram Peeters" in page and browse("bram").get("/editions").status_int == 200
    form = page.click(href="role=office", index=0).forms["form"]
    form["why"] = "weer terug"
    assert "teruggenomen" in form.submit("take").follow()
    assert "vervangt Olga" in ada.get("/audit") and "weer terug" in ada.get("/audit")


def test_a_refused_form_comes_back_filled_with_the_reason_at_the_field(browse: Any) -> None:
    form = browse("ada").get("/give-role").forms["form"]
    form["email"], form["role"] = "nieuw@noord.test", "admin"
    page = form.submit("give", status=422)
    assert page.forms["form"]["email"].value == "nieuw@noord.test"
    form = page.forms["form"]
    form["why"] = "nodig"
    page = form.submit("give", status=422)
    assert "Dit adres is nog onbekend" in page.html.select_one(".field .error").text


def test_taking_the_last_admin_says_why_not(browse: Any) -> None:
    ada = browse("ada")
    form = ada.get("/roles").click(href="role=admin").forms["form"]
    form["why"] = "klaar"
    page = form.submit("take", status=422)
    assert "niemand" in page.html.select_one(".errors").text
    assert ada.get("/roles").status_int == 200


@pytest.mark.parametrize("who", ["anna", "pieter", "olga"])
@pytest.mark.parametrize("page", ["/roles", "/give-role", "/take-role", "/audit", "/addons"])
def test_nobody_but_an_admin_sees_these_pages(browse: Any, who: str, page: str) -> None:
    browse(who).get(page, status=404)


@pytest.mark.parametrize("query", ["", "?person=x&role=office", "?role=admin", "?person=&role="])
def test_taking_from_nobody_is_not_found(browse: Any, query: str) -> None:
    browse("ada").get(f"/take-role{query}", status=404)
