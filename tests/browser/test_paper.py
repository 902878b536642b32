"""What is printed: receipt and feedback read as a document, without what can only be pressed."""

from __future__ import annotations

import io
from typing import Any

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.steps import go


def printed(page: Page) -> str:
    """The words on A4."""
    page.emulate_media(media="print")
    reader = PdfReader(io.BytesIO(page.pdf(format="A4")))
    return " ".join(" ".join(sheet.extract_text().split()) for sheet in reader.pages)


def test_a_receipt_is_printed_with_its_proof(visits: Any) -> None:
    page = visits("Esra")
    go(page, "Ontvangstbewijs")
    expect(page.locator("h1")).to_contain_text("Uw verslag is bij")
    paper = printed(page)
    assert "Ontvangstbewijs" in paper and "UTC" in paper and "SHA-256" in paper
    assert "Haal terug" not in paper and "Naar mijn week" not in paper


def test_feedback_is_printed_with_the_report(visits: Any) -> None:
    page = visits("Bram")
    go(page, "Bekijk de punten")
    expect(page.locator("h1")).to_have_text("Feedback op uw verslag")
    paper = printed(page)
    assert "Bram Peeters" in paper and "Volgende stap" in paper and "Aanleiding" in paper
    assert "Ik heb dit gelezen" not in paper and "Mijn week" not in paper
