"""The first page of an edition."""

from typing import Any

import pytest

EDITION = "/programmes/plg-leergang/editions/2026/"


@pytest.mark.parametrize("who", ["pieter", "olga", "ada"])
def test_teachers_and_office_see_the_modules_with_their_dates(browse: Any, who: str) -> None:
    page = browse(who).get(EDITION)
    assert "Human Resource Management" in page and "Zwolle" in page
    assert "Pieter Bos" in page and "Marieke Smit" in page


def test_a_teacher_finds_no_links_of_the_office(browse: Any) -> None:
    page = browse("pieter").get(EDITION)
    assert "/queue" in page and not page.html.select(".tabs a")
    assert len(browse("olga").get(EDITION).html.select(".tabs a")) == 6


@pytest.mark.parametrize("who", ["anna", "bram"])
def test_a_participant_finds_no_edition_page(browse: Any, who: str) -> None:
    browse(who).get(EDITION, status=404)
