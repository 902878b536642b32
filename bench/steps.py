"""What people do, as requests: each step takes a browser that is signed in and where to go."""

from __future__ import annotations

import random

from browser import Browser, Page, Upload
from paper import pdf

PDF = "application/pdf"
CHANCE = random.Random(2026)


def _whole(page: Page, status: int = 200) -> Page:
    if page.status != status:
        raise AssertionError(f"{page.path}: {page.status} instead of {status}")
    return page


def dashboard(browser: Browser, _target: str) -> None:
    _whole(browser.get("/week"))


def queue(browser: Browser, _target: str) -> None:
    _whole(browser.get("/queue"))


def open_page(browser: Browser, address: str) -> None:
    """An assignment, or a version: whatever stands at the address."""
    _whole(browser.get(address))


def hand_in(browser: Browser, address: str, words: list[str]) -> None:
    """The form, the form with text and a PDF of 100 KB, the receipt."""
    page = _whole(browser.get(f"{address}submit"))
    form = page.form("hand_in")
    for at, (name, value) in enumerate(form.fields):
        if name == "text" and not value:
            form.fields[at] = (name, " ".join(CHANCE.choices(words, k=80)))
    form.tick("names")
    form.tick("without")
    upload = Upload(form.files[0], "verslag.pdf", PDF, pdf(words, CHANCE))
    answer = _whole(browser.send(page, form, "hand_in", uploads=[upload]), 303)
    _whole(browser.get(answer.location))


def give_feedback(browser: Browser, address: str) -> None:
    """The version, the form with "ready, next", its release and the page after that.

    The page after "ready, next" is the version that the next step begins with.
    """
    page = _whole(browser.get(address))
    form = page.form("ready")
    for at, (name, value) in enumerate(form.fields):
        if name.startswith("note-") and not value:
            form.fields[at] = (name, "Helder. Noem nog één voorbeeld uit het team.")
    for name in dict.fromkeys(name for name, _value in form.ticks if name.startswith("choice-")):
        form.tick(name)
    form.fill("step", "Vraag een collega om mee te lezen.")
    form.tick("decision", "met")
    _whole(browser.send(page, form, "ready", "1"), 303)
    token = next(value for name, value in form.fields if name == "csrf_token")
    kind = "application/x-www-form-urlencoded"
    body = f"csrf_token={token}&release=1".encode()
    _whole(browser.get(_whole(browser.post(f"{address}release", body, kind), 303).location))
