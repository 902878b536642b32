"""What people do on many pages, in the words of the Dutch screens."""

from __future__ import annotations

from playwright.sync_api import Page

PASSWORD = "demo demo demo"


def go(page: Page, words: str) -> None:
    """Press the first link or button that begins with these words."""
    shown = page.locator("a:visible, button:not([aria-hidden]):visible")
    shown.filter(has_text=words).first.click()
    page.wait_for_load_state()


def work_of(page: Page, title: str) -> str:
    """Address of a piece of work, found on My week."""
    page.goto("/week")
    address = page.locator("li", has_text=title).locator("a").last.get_attribute("href")
    return str(address).partition("/versions/")[0]


def follow_mail(page: Page, subject: str) -> None:
    """Open the newest mail with this in its subject, and the link in it."""
    written = page.locator(".rows li").filter(has_text=subject)
    for _attempt in range(50):
        page.goto("/demo/mail")
        if written.count():
            break
        page.wait_for_timeout(200)
    written.first.locator("a").click()
    page.goto(str(page.locator("main .prose a").first.get_attribute("href")))


def sign_in(page: Page, name: str) -> None:
    """Fill in the form of the sign-in page; name is the first part of the address."""
    page.get_by_label("E-mailadres").fill(f"{name}@voorbeeld.example")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main form button:visible").click()
    page.wait_for_load_state()
