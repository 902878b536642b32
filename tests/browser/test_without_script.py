"""The whole road without JavaScript: written, handed in, taken back, judged, released and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from lms_leiderschap.demo.documents import sample_docx
from tests.browser.steps import go

COHERENCE = "Onze doelen passen bij de visie van de school."
MESSAGE = ".message"


def hand_in(page: Page) -> None:
    """Hand in what is incomplete: first refused with the reasons, then confirmed."""
    go(page, "Lever in bij")
    expect(page.locator(".errors li")).to_have_count(2)
    page.get_by_label("Namen van leerlingen of collega").check()
    page.get_by_label("Ik lever in zonder").check()
    go(page, "Lever in bij")
    expect(page.locator("h1")).to_contain_text("Uw verslag is bij")


def test_the_whole_road_without_a_script(visits: Any, tmp_path: Path) -> None:
    niels = visits("Niels", java_script_enabled=False)
    go(niels, "Begin met schrijven")
    niels.locator("#part-coherence textarea").fill(COHERENCE)
    file = tmp_path / "doelen.docx"
    file.write_bytes(sample_docx())
    niels.locator("input[type=file]").set_input_files(file)
    go(niels, "Bewaar")
    expect(niels.locator(MESSAGE)).to_contain_text("Bewaard.")
    expect(niels.locator(".files")).to_contain_text("doelen.docx")
    go(niels, "Nog een doel")
    expect(niels.locator("#part-goals fieldset.entry")).to_have_count(2)
    niels.locator("#part-goals textarea").first.fill("Elkaar bezoeken in de les")
    hand_in(niels)
    expect(niels.locator(".sheet")).to_contain_text("doelen.docx")

    go(niels, "Haal terug")
    go(niels, "Verder schrijven")
    expect(niels.locator("#part-coherence textarea")).to_have_value(COHERENCE)
    hand_in(niels)
    expect(niels.locator(".sheet")).to_contain_text("Versie 2")

    pieter = visits("Pieter", java_script_enabled=False)
    pieter.locator("tr", has_text="Niels").locator("a").click()
    pieter.locator("#note-coherence").fill("Noem ook de ouders.")
    go(pieter, "Klaar, volgende")
    expect(pieter.locator(".errors li")).to_have_count(1)
    expect(pieter.locator("#note-coherence")).to_have_value("Noem ook de ouders.")
    pieter.locator("#step-1").fill("Bespreek dit met de ouders.")
    pieter.locator("[data-part=decision] label", has_text="voldaan").click()
    go(pieter, "Klaar, volgende")
    expect(pieter.locator(MESSAGE)).to_contain_text("Dit is het volgende verslag")
    go(pieter, "Stapel")
    go(pieter, "Vrijgeven")
    pieter.locator("main form button.button").click()
    expect(pieter.locator(MESSAGE)).to_contain_text("Vrijgegeven")

    niels.goto("/week")
    niels.locator("li", has_text="Doelen voor Integrale").locator("a", has_text="Lezen:").click()
    expect(niels.locator("main")).to_contain_text("Bespreek dit met de ouders.")
    expect(niels.locator("main")).to_contain_text("Noem ook de ouders.")
