"""From the queue to the reader: quick for the teacher, hidden from the participant until then."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.steps import go

SECRET = "Leg de spreiding naast de uitspraken van de bovenbouw."
REMARK = "Wat zou de bovenbouw hier zelf van zeggen?"


def open_report(page: Page, name: str) -> None:
    page.goto("/queue")
    page.locator("tr", has_text=name).locator("a").click()
    expect(page.locator("h1")).to_contain_text(name)


def assess(page: Page, step: str, decision: str = "voldaan") -> None:
    """Fill in what a teacher must fill in."""
    page.locator("#assessment > summary").click()
    page.locator("#step-1").fill(step)
    page.locator("[data-part=decision] label", has_text=decision).click()


def pages_that_could_tell(page: Page, version: str) -> str:
    """All that the participant can open about a version, as text."""
    work = version.partition("/versions/")[0]
    answers = [page.request.get(path) for path in (
        "/week", "/thread", work, f"{version}/receipt", f"{version}/read", f"{version}/feedback",
        "/demo/mail", version,
    )]  # fmt: skip
    return "\n".join(answer.text() for answer in answers)


def test_feedback_is_written_released_and_read(visits: Any) -> None:
    teacher, dirk = visits("Pieter"), visits("Dirk")
    open_report(teacher, "Dirk")
    version = teacher.url.partition("localhost")[2].partition("/")[2]
    version = "/" + version.partition("?")[0]
    saved = teacher.locator("[data-save-status]")

    teacher.locator("#note-findings").fill(SECRET)
    expect(saved).to_contain_text(re.compile(r"Bewaard om \d\d\.\d\d"))
    teacher.locator("#s-findings .margin a").first.click()
    teacher.get_by_label("Vraag").check()
    teacher.locator("main textarea").fill(REMARK)
    go(teacher, "Bewaar opmerking")
    expect(teacher.locator("#s-findings .remark")).to_contain_text(REMARK)
    expect(teacher.locator("#note-findings")).to_have_value(SECRET)

    assess(teacher, "Bespreek de spreiding apart.")
    teacher.locator("[data-part=choice-analysis] label").first.click()
    expect(teacher.locator("[data-part=choice-analysis] .level")).not_to_be_empty()
    assert SECRET not in pages_that_could_tell(dirk, version)
    go(teacher, "Klaar, volgende")
    expect(teacher.locator(".message")).to_contain_text("Dit is het volgende verslag")
    expect(teacher.locator("h1")).not_to_contain_text("Dirk")

    told = pages_that_could_tell(dirk, version)
    assert not [text for text in (SECRET, REMARK, "spreiding apart") if text in told]
    teacher.goto("/queue")
    go(teacher, "Vrijgeven")
    row = teacher.locator("tr", has_text="Dirk")
    assert row.locator("input[type=checkbox]").is_checked()
    for other in teacher.locator("tbody tr").filter(has_not_text="Dirk").all():
        other.locator("input[type=checkbox]").uncheck()
    teacher.locator("main form button.button").click()
    expect(teacher.locator(".message")).to_contain_text("Vrijgegeven: 1")

    dirk.goto("/week")
    go(dirk, "Lezen:")
    expect(dirk.locator("h1")).to_have_text("Feedback op uw verslag")
    for text in (SECRET, REMARK, "Bespreek de spreiding apart."):
        expect(dirk.locator("main")).to_contain_text(text)
    go(dirk, "Ik heb dit gelezen")
    expect(dirk.locator(".message")).to_be_visible()
    dirk.goto("/week")
    expect(dirk.locator(".band", has_text="Nieuw voor u")).to_have_count(0)


def test_one_key_finishes_a_report_and_opens_the_next(visits: Any) -> None:
    page = visits("Marieke")
    open_report(page, "Roos")
    assess(page, "Nodig een collega uit om mee te lezen.")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator(".message")).to_contain_text("Dit is het volgende verslag")


def test_a_report_without_a_next_step_is_not_finished(visits: Any) -> None:
    page = visits("Marieke")
    open_report(page, "Hanneke")
    page.locator("#note-goals").fill("Scherp geformuleerd.")
    go(page, "Klaar, volgende")
    expect(page.locator(".errors")).to_be_focused()
    page.locator(".errors a").first.click()
    expect(page.locator("#step-1")).to_be_focused()
    expect(page.locator("#note-goals")).to_have_value("Scherp geformuleerd.")
