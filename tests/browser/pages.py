"""Every page of the demo in every state that looks different, by who sees it.

Each function takes the fixture `visits` and yields the name of a page when it stands on the screen,
with the Page itself. What comes after the yield leads to the next state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from tests.browser.steps import follow_mail, go, sign_in, work_of

Seen = Iterator[tuple[str, Page]]
EDITION = "/programmes/plg-leergang/editions/zwolle"
UNKNOWN = "niemand@voorbeeld.example"


def anybody(visits: Any) -> Seen:
    page = visits()
    for path in ("/demo", "/demo/mail", "/controle", "/controle?proof=x", "/sign-in",
                 "/sign-in-link", "/forgot-password"):
        page.goto(path)
        yield path, page
    page.get_by_label("E-mailadres").fill("geen adres")
    page.locator("main form button:visible").click()
    yield "forgot password, refused", page
    page.get_by_label("E-mailadres").fill(UNKNOWN)
    page.locator("main form button:visible").click()
    page.wait_for_url("**/link-sent")
    yield "link sent", page
    page.goto("/sign-in")
    page.get_by_label("E-mailadres").fill(UNKNOWN)
    page.get_by_label("Wachtwoord").fill("verkeerd wachtwoord")
    page.locator("main form button:visible").click()
    yield "sign in, refused", page
    page.goto("/nergens")
    yield "not found", page
    page.goto("/link/reset/bestaat-niet")
    yield "link that no longer works", page


def links(visits: Any) -> Seen:
    """What the three kinds of mail lead to."""
    page = visits()
    for path, subject in (("/sign-in-link", "loggen"), ("/forgot-password", "achtwoord")):
        page.goto(path)
        page.get_by_label("E-mailadres").fill("anna.dewit@voorbeeld.example")
        page.locator("main form button:visible").click()
        follow_mail(page, subject)
        yield f"link of {path}", page
    page.get_by_label("Nieuw wachtwoord").first.fill("kort")
    page.locator("main form button:visible").click()
    yield "new password, refused", page
    office = visits("Olga")
    office.goto(f"{EDITION}/add")
    office.get_by_label("E-mailadres").fill("nieuw@voorbeeld.example")
    office.get_by_label("Voornaam").fill("Noor")
    office.get_by_label("Achternaam").fill("Nieuw")
    office.locator("main form button:visible").click()
    follow_mail(page, "itnodiging")
    yield "invitation", page


def participant(visits: Any) -> Seen:
    """Anna writes, has feedback to read and prepares; her two tabs meet."""
    page = visits("Anna")
    yield "my week", page
    for address in ("/thread", "/profile", "/sessions", "/change-password"):
        page.goto(address)
        yield address, page
    page.get_by_label("Huidig wachtwoord").fill("is het niet")
    page.locator("main form button:visible").click()
    yield "change password, refused", page
    page.goto(work_of(page, "Conceptueel kader"))
    yield "assignment, open", page
    page.goto("/week")
    for summary in page.locator("summary").all():
        summary.click()
    yield "my week, unfolded", page
    page.locator("li", has_text="Doelen meenemen").locator("a").last.click()
    yield "preparation", page
    page.get_by_label("Notitie").fill("Meegenomen naar de studiedag.")
    go(page, "Gedaan")
    yield "preparation, done", page
    page.goto("/week")
    go(page, "Lezen:")
    yield "feedback", page
    page.goto("/week")
    go(page, "Verder schrijven")
    yield "write, half", page
    for summary in page.locator(".parts summary").all()[:2]:
        summary.click()
    yield "write, all parts open", page
    go(page, "Lever in")
    yield "write, refused", page
    go(page, "bekijk het voorbeeld")
    yield "preview", page


def conflict(visits: Any) -> Seen:
    """Two tabs with one draft, then a login that ended, then no way in."""
    page = visits("Lucas")
    go(page, "Verder schrijven")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("textarea[name=text]").last.fill("In de andere tab stond dit al.")
    go(other, "Bewaar")
    page.locator("textarea[name=text]").last.fill("In deze tab schreef ik iets anders.")
    page.locator("[data-conflict]:visible").wait_for()
    yield "write, changed elsewhere", page
    go(page, "Bekijk beide teksten")
    yield "write, both texts", page
    go(page, "Lever in")
    yield "write, both texts refused", page
    page.context.clear_cookies()
    go(page, "Bewaar")
    yield "sign in again", page
    sign_in(page, "lucas.verhoeven")
    yield "your text is still here", page
    page.goto(f"{EDITION}/people")
    yield "not for you", page


def more_participants(visits: Any) -> Seen:
    """Work that came back, that waits with a file, that was never begun, that is too late."""
    page = visits("Bram")
    yield "my week, returned", page
    go(page, "Bekijk de punten")
    yield "feedback, returned", page
    go(page, "Begin versie 2")
    yield "write version 2", page
    page.goto(page.url.partition("/submit")[0])
    yield "assignment, returned", page
    page = visits("Esra")
    go(page, "Ontvangstbewijs")
    yield "receipt", page
    go(page, "Lees wat is ingeleverd")
    yield "own version, with a file", page
    page = visits("Hanneke")
    go(page, "Ontvangstbewijs")
    receipt = page.url
    go(page, "Haal terug")
    page.locator("h1", has_text="Doelen").wait_for()
    yield "assignment, taken back", page
    page.goto(receipt)
    yield "receipt, taken back", page
    page = visits("Niels")
    page.goto(work_of(page, "Conceptueel kader") + "/submit")
    yield "write, empty", page
    page = visits("Jeroen")
    yield "my week, late", page
    page.goto(work_of(page, "INK-positiebepaling met medewerkers"))
    yield "assignment, late", page


def teacher(visits: Any) -> Seen:
    page = visits("Pieter")
    for address in ("/queue", "/queue?show=ready", "/queue?show=released", "/release"):
        page.goto(address)
        yield address, page
    page.goto("/queue")
    go(page, "Begin bij")
    yield "version", page
    page.locator("summary", has_text="Beoordelen").click()
    yield "version, assessing", page
    page.locator("main textarea").first.fill("Dit is helder.")
    go(page, "Klaar, volgende")
    yield "version, refused", page
    page.goto(page.url)
    go(page, "Opmerking")
    yield "remark", page
    page.locator("main form button:visible").last.click()
    yield "remark, refused", page
    page.get_by_label("Vraag").check()
    page.locator("main textarea").fill("Hoe weet u dat?")
    page.locator("main form button:visible").last.click()
    page.wait_for_url("**kept**")
    yield "version, with a remark", page
    for row, name in (("Chantal", "version 2"), ("Esra", "version with a file")):
        page.goto("/queue")
        page.locator("tr", has_text=row).locator("a").click()
        yield name, page
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("main textarea").first.fill("In de andere tab stond dit al.")
    go(other, "Bewaar")
    other.locator(".message").wait_for()
    page.locator("main textarea").first.fill("In deze tab schreef ik iets anders.")
    go(page, "Bewaar")
    page.locator(".versus").wait_for()
    yield "version, both texts", page
    page.goto("/queue?show=ready")
    page.locator("tbody a").first.click()
    yield "version, ready", page
    page.goto("/queue?show=released")
    page.locator("tbody a").first.click()
    yield "version, released", page


def office(visits: Any) -> Seen:
    page = visits("Olga")
    for path in ("", "/people", "/teachers", "/dates", "/overdue", "/people?q=niemand"):
        page.goto(EDITION + path)
        yield f"edition {path}", page
    for path in ("/editions", "/mail"):
        page.goto(path)
        yield path, page
    for path in ("/add", "/add-teacher", "/add-many"):
        page.goto(EDITION + path)
        yield f"edition {path}", page
        page.locator("main form button:visible").first.click()
        yield f"edition {path}, refused", page
    page.locator("main textarea").fill("Noor Nieuw, noor@voorbeeld.example\nzonder adres")
    page.locator("main form button:visible").first.click()
    yield "add many, preview", page
    page.goto(f"{EDITION}/teachers")
    go(page, "Terugnemen")
    yield "take teacher", page
    page.goto(f"{EDITION}/dates")
    page.locator("tbody a").first.click()
    yield "move", page
    page.locator("main textarea").fill("")
    page.locator("main form button:visible").first.click()
    yield "move, refused", page
    page.goto(f"{EDITION}/people?q=Peter")
    page.locator("tbody a").first.click()
    yield "manage", page
    page.get_by_role("link", name="Uitloggen of blokkeren").click()
    yield "access", page
    page.go_back()
    page.locator("tr", has_text="Doelen voor Integrale").locator("a").click()
    yield "give date", page
    page.locator("main form button:visible").first.click()
    yield "give date, refused", page


def admin(visits: Any) -> Seen:
    page = visits("Ada")
    for path in ("/addons", "/audit", "/audit?check=1", "/roles", "/give-role"):
        page.goto(path)
        yield path, page
    page.locator("main form button:visible").first.click()
    yield "give role, refused", page
    page.goto("/roles")
    go(page, "Terugnemen")
    yield "take role", page


EVERYBODY = (
    anybody, links, participant, conflict, more_participants, teacher, office, admin,
)  # fmt: skip
