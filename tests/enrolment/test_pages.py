"""The office adds people to an edition, one or a list, and chooses who teaches it."""

from typing import Any

import pytest

EDITION = "/programmes/plg-leergang/editions/2026/"
LIST = """Naam\tE-mail
Nina Vos <nina@x.nl>
Mol, Tess, tess@x.nl
geen adres
nina@x.nl
kapot@adres
anna@noord.test
pieter@noord.test
los@x.nl
olga@noord.test
"""


@pytest.fixture
def olga(browse: Any) -> Any:
    return browse("olga")


def look(olga: Any, text: str = LIST) -> Any:
    form = olga.get(EDITION + "add-many").forms["form"]
    form["people"] = text
    return form.submit("look")


def test_one_person_is_added_and_the_same_form_twice_gives_the_same_page(olga: Any) -> None:
    form = olga.get(EDITION + "add").forms["form"]
    form["email"], form["given_name"], form["family_name"] = "nina@x.nl", "Nina", "Vos"
    first = form.submit("add")
    again = form.submit("add")
    assert first.location == again.location
    page = first.follow()
    assert "Deze deelnemer doet mee." in page and "uitgenodigd, nog niet ingelogd" in page
    assert len(olga.get(EDITION + "people").html.select("tbody tr")) == 3


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("nieuw@x.nl", "Dit adres is nog onbekend."),
        ("geen adres", "Vul een e-mailadres in"),
        ("pieter@noord.test", "docent van deze uitvoering"),
    ],
)
def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(
    olga: Any, email: str, sentence: str
) -> None:
    form = olga.get(EDITION + "add").forms["form"]
    form["email"] = email
    page = form.submit("add", status=422)
    assert sentence in page.html.select_one(".field .error").text
    assert sentence in page.html.select_one(".errors").text
    assert page.forms["form"]["email"].value == email


def test_a_list_is_shown_as_understood_and_nothing_is_saved(olga: Any) -> None:
    page = look(olga)
    out, to_add = (table.text for table in page.html.select("table"))
    for word in (
        "Hier staat geen e-mailadres.",
        "Hetzelfde adres staat op regel 2.",
        "Dit is geen e-mailadres.",
        "Doet al mee",
        "Is docent",
        "Zet de naam erbij.",
    ):
        assert word in out
    for word in ("Nina", "Vos", "Tess", "Mol", "Olga", "heeft een account"):
        assert word in to_add
    assert len(olga.get(EDITION + "people").html.select("tbody tr")) == 2


def test_a_confirmed_list_is_added_once_however_often_it_is_sent(olga: Any) -> None:
    form = look(olga).forms["form"]
    first, again = form.submit("add"), form.submit("add")
    assert first.status_int == 303 and first.location == again.location
    assert "doen mee" not in first.follow() and "meedoen: 4" in first.follow()
    page = olga.get(EDITION + "people")
    assert len(page.html.select("tbody tr")) == 5
    assert page.text.index("Tess Mol") < page.text.index("Nina Vos") < page.text.index("de Wit")


def test_a_list_that_was_changed_after_the_preview_is_shown_first(olga: Any) -> None:
    form = look(olga).forms["form"]
    form["people"] = "Ander Mens <ander@x.nl>"
    page = form.submit("add")
    assert page.status_int == 200 and "ander@x.nl" in page.html.select_one("table").text
    page = page.forms["form"].submit("add").follow()
    assert "Ander Mens" in page and "Nina" not in page


def test_a_list_without_anybody_to_add_has_no_button_to_add(olga: Any) -> None:
    page = look(olga, "zomaar tekst")
    assert "Uit deze lijst is niemand toe te voegen." in page
    assert not page.html.select("button[name=add]")


@pytest.mark.parametrize(
    "text", ["", " \n ", "\n".join(f"A <a{n}@x.nl>" for n in range(301)), "x" * 100_001]
)
def test_an_empty_and_a_far_too_long_list_are_refused_with_a_reason(olga: Any, text: str) -> None:
    form = olga.get(EDITION + "add-many").forms["form"]
    form["people"] = text
    page = form.submit("look", status=422)
    assert page.html.select(".field .error")


def test_what_was_pasted_is_text_and_never_markup(olga: Any) -> None:
    page = look(olga, '<script>alert(1)</script>\n"><img src=x> <n@x.nl>')
    assert "<script>alert" not in page and "<img" not in page


def test_a_teacher_is_added_and_taken_with_a_reason(olga: Any, browse: Any) -> None:
    form = olga.get(EDITION + "add-teacher").forms["form"]
    form["email"] = "olga@noord.test"
    assert form.submit("add", status=422).html.select("#form .error")
    form["why"] = "vervanging"
    page = form.submit("add").follow()
    assert "De docent is toegevoegd." in page and "Olga Maas" in page
    form = page.click(href="take-teacher", index=1).forms["form"]
    form["why"] = "klaar"
    assert "Olga Maas" not in form.submit("take").follow().html.select_one("table").text
    assert "vervanging" in browse("ada").get("/audit?verb=teacher.given")


def test_taking_the_role_from_nobody_is_not_found(olga: Any) -> None:
    olga.get(EDITION + "take-teacher?person=nobody", status=404)
    olga.get(EDITION + "take-teacher", status=404)


@pytest.mark.parametrize("who", ["anna", "pieter"])
@pytest.mark.parametrize("view", ["add", "add-many", "teachers", "add-teacher", "take-teacher"])
def test_participants_and_teachers_find_none_of_these_pages(
    browse: Any, who: str, view: str
) -> None:
    browse(who).get(EDITION + view, status=404)
