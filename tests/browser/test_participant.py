"""A participant with a script: nothing typed is lost, whatever happens to line, login or tabs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from lms_leiderschap.demo.documents import sample_docx
from tests.browser.steps import go, sign_in

SAVED = re.compile(r"Bewaard om \d\d\.\d\d")
WORDS = "Onze doelen passen bij de visie van onze school. "
TEXT = WORDS * 9


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "doelen.docx"
    path.write_bytes(sample_docx())
    return path


def write(visits: Any, given_name: str) -> Page:
    """The report of this participant that is due soon."""
    page: Page = visits(given_name)
    go(page, "Verder schrijven")
    return page


def field(page: Page) -> Locator:
    """The text about the vision of the school, which is still empty in every draft of the demo."""
    return page.locator("#part-coherence textarea[name=text]")


def status(page: Page) -> Locator:
    return page.locator("[data-save-status]")


def confirm_and_hand_in(page: Page) -> None:
    page.get_by_label("Namen van leerlingen of collega").check()
    go(page, "Lever in")
    page.wait_for_url("**/receipt")


def test_a_report_is_written_and_handed_in_with_a_file(visits: Any, file: Path) -> None:
    page = write(visits, "Anna")
    part = page.locator("[data-part=coherence]")
    missing = page.locator("[data-missing-note]")
    expect(part).to_have_attribute("data-state", "missing")
    expect(page.locator("[data-parts-filled]")).to_have_text("2")
    expect(missing).to_contain_text("Samenhang met de visie van de school")
    field(page).press_sequentially("Onze doelen")
    expect(page.locator("#count-coherence")).to_contain_text("Kort: 2 woorden")
    expect(page.locator("[data-check=coherence]")).to_contain_text("Kort: 2 woorden")
    expect(page.locator("[data-parts-filled]")).to_have_text("3")
    expect(missing).to_be_hidden()
    field(page).fill(TEXT)
    expect(part).to_have_attribute("data-state", "filled")
    expect(page.locator("[data-check=coherence]")).to_contain_text("81 woorden")
    expect(status(page)).to_contain_text(SAVED)
    page.locator("input[type=file]").set_input_files(file)
    confirm_and_hand_in(page)
    expect(page.locator("h1")).to_contain_text("Uw verslag is bij")
    proof = page.locator(".sheet").inner_text()
    assert "Versie 1, met 3 van 3 onderdelen" in proof and "doelen.docx" in proof
    assert proof.count("SHA-256") == 1 and "UTC" in proof


@pytest.mark.promise("A4")
def test_a_lost_connection_keeps_the_text_here_and_saves_it_later(visits: Any) -> None:
    page = write(visits, "Gert-Jan")
    page.context.set_offline(True)
    field(page).fill("Getypt in de trein.")
    expect(status(page)).to_contain_text("Bewaard op dit apparaat, wacht op verbinding")
    page.context.set_offline(False)
    expect(status(page)).to_contain_text(SAVED)
    page.reload()
    expect(field(page)).to_have_value("Getypt in de trein.")


@pytest.mark.promise("A4")
def test_text_that_never_reached_the_server_is_offered_again(visits: Any) -> None:
    page = write(visits, "Gert-Jan")
    page.context.set_offline(True)
    field(page).fill("Getypt en weggelegd.")
    expect(status(page)).to_contain_text("wacht op verbinding")
    address = page.url
    page.close()
    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto(address)
    offer = again.locator("[data-journal]:visible")
    expect(offer).to_contain_text("Er staat nog tekst op dit apparaat")
    offer.get_by_role("button", name="Zet terug").click()
    expect(field(again)).to_have_value("Getypt en weggelegd.")
    expect(status(again)).to_contain_text(SAVED)


@pytest.mark.promise("A4")
def test_an_ended_login_in_the_middle_of_a_text_loses_no_word(visits: Any) -> None:
    page = write(visits, "Lucas")
    page.context.clear_cookies()
    field(page).fill(TEXT)
    expect(status(page)).to_contain_text("Uw sessie is verlopen. Uw tekst staat op dit apparaat")
    page.get_by_label("Namen van leerlingen of collega").check()
    go(page, "Lever in")
    expect(page.locator("main")).to_contain_text("Uw sessie was verlopen. Uw tekst staat er nog.")
    sign_in(page, "lucas.verhoeven")
    expect(page.locator("main .sheet", has_text=WORDS.strip())).to_be_visible()
    go(page, "Ga verder")
    page.wait_for_url("**/receipt")
    go(page, "Lees wat is ingeleverd")
    expect(page.locator("#s-coherence")).to_contain_text(TEXT.strip())


@pytest.mark.tier("nightly")
@pytest.mark.promise("A4")
def test_an_ended_login_is_told_and_the_text_comes_back(visits: Any) -> None:
    page = write(visits, "Gert-Jan")
    address = page.url
    page.context.clear_cookies()
    field(page).fill("Getypt na het einde van de sessie.")
    expect(status(page)).to_contain_text("Uw sessie is verlopen. Uw tekst staat op dit apparaat")
    page.goto(address)
    sign_in(page, "gert-jan.smit")
    offer = page.locator("[data-journal]:visible")
    expect(offer).to_contain_text("Getypt na het einde van de sessie.")
    offer.get_by_role("button", name="Zet terug").click()
    expect(status(page)).to_contain_text(SAVED)


@pytest.mark.promise("A4")
def test_an_older_tab_shows_both_texts_side_by_side(visits: Any) -> None:
    older = write(visits, "Samira")
    newer = older.context.new_page()
    newer.goto(older.url)
    field(newer).fill("Wat later werd bewaard.")
    go(newer, "Bewaar")
    expect(newer.locator(".message")).to_contain_text("Bewaard.")
    field(older).fill("Wat in de oude tab stond.")
    expect(older.locator("[data-part=coherence] [data-conflict]")).to_be_visible()
    go(older, "Bekijk beide teksten")
    part = older.locator("#part-coherence")
    expect(field(older)).to_have_value("Wat in de oude tab stond.")
    expect(part.locator(".versus")).to_contain_text("Wat later werd bewaard.")
    part.get_by_label("Houd de tekst die later is bewaard").check()
    go(older, "Bewaar")
    expect(older.locator(".message")).to_contain_text("Bewaard.")
    expect(field(older)).to_have_value("Wat later werd bewaard.")
