"""The whole road with a keyboard: every place is reached, seen and not covered."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

MOST_TABS = 250
FOCUS = """
() => {
  const el = document.activeElement;
  const labels = [...(el.labels ?? [])];
  const words = labels.map((label) => label.textContent).join(" ")
    || el.getAttribute("aria-label") || el.textContent;
  // The calendar button within a date field: Chromium draws a ring of its own around it.
  const within = el.matches("input[type=date]:not(:focus)");
  const ringed = within || [el, ...labels].some((one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const [box] = el.getClientRects();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const open = hit && (el.contains(hit) || hit.contains(el));
  return { words: words.replace(/\\s+/g, " ").trim(), ringed, open, body: el === document.body };
}
"""


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus is called like this; all on the way must be seen."""
    passed = []
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["body"]:
            continue
        assert focus["ringed"], f"No focus ring on {focus['words']!r}"
        assert focus["open"], f"Something covers {focus['words']!r}"
        if words in focus["words"]:
            return
        passed.append(focus["words"])
    raise AssertionError(f"Tab never came to {words!r}, but to {passed}")


def press(page: Page, words: str, key: str = "Enter") -> None:
    tab_to(page, words)
    page.keyboard.press(key)


def choose_account(page: Page, name: str) -> None:
    page.goto("/demo")
    press(page, name)
    expect(page.locator(".me a[href='/profile'] .name")).to_have_text(name.partition(" ")[0])


def test_the_link_to_the_content_comes_first_and_works(visits: Any) -> None:
    page = visits("Anna")
    press(page, "Naar de inhoud")
    expect(page.locator("#content")).to_be_focused()
    press(page, "Verder schrijven")
    expect(page.locator("h1")).to_contain_text("Doelen")


def test_the_whole_road_by_keyboard(visits: Any) -> None:
    page = visits(reduced_motion="reduce")
    choose_account(page, "Anna de Wit")
    press(page, "Verder schrijven")
    expect(page.locator("h1")).to_contain_text("Doelen voor")
    tab_to(page, "Samenhang met de visie van de school")
    while page.evaluate("document.activeElement.tagName") != "TEXTAREA":
        tab_to(page, "Samenhang met de visie van de school")
    page.keyboard.type("Onze doelen passen bij de visie van de school.")
    press(page, "Lever in bij")
    expect(page.locator(".errors")).to_be_focused()
    press(page, "Namen van leerlingen", "Space")
    press(page, "Lever in bij")
    expect(page.locator("h1")).to_contain_text("Uw verslag is bij")

    choose_account(page, "Pieter van Rijn")
    press(page, "Anna de Wit")
    expect(page.locator("h1")).to_contain_text("Anna de Wit")
    tab_to(page, "Feedback bij dit onderdeel")
    page.keyboard.type("Helder verband.")
    press(page, "Beoordelen")
    tab_to(page, "Volgende stap 1")
    page.keyboard.type("Leg dit aan de ouders voor.")
    press(page, "voldaan", "Space")
    press(page, "Klaar, volgende")
    expect(page.locator(".message")).to_contain_text("Dit is het volgende verslag")
    press(page, "Stapel")
    expect(page.locator("h1")).to_have_text("Stapel")
    press(page, "Vrijgeven")
    expect(page.locator("h1")).to_have_text("Vrijgeven")
    press(page, "vrij")
    expect(page.locator(".message")).to_contain_text("Vrijgegeven")

    choose_account(page, "Anna de Wit")
    press(page, "Lezen: Doelen voor")
    expect(page.locator("main")).to_contain_text("Leg dit aan de ouders voor.")
    press(page, "Ik heb dit gelezen")
    expect(page.locator(".message")).to_be_visible()
