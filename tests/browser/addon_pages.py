"""The pages of add-ons in every state that looks different; see pages.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from tests.addon.zips import MORE, files, zipped
from tests.browser.steps import go

Seen = Iterator[tuple[str, Page]]
EDITION = "/programmes/plg-leergang/editions/zwolle"


def _choose(page: Page, data: bytes) -> None:
    chosen = {"name": "samen.zip", "mimeType": "application/zip", "buffer": data}
    page.locator("main input[type=file]").set_input_files(chosen)  # type: ignore[arg-type]
    page.locator("main form button:visible").last.click()


def panel(visits: Any) -> Seen:
    """What is installed: looked at, paused, set, switched off."""
    page = visits("Ada")
    for path in ("/addons", "/addons/professionele_cultuur", "/addons/onderzoekende_school",
                 "/addons/onderzoekende_school/settings", "/addons/hrm/switch-off",
                 "/addons/hrm/remove", "/addons/hrm/update", "/addons/hrm/pause"):  # fmt: skip
        page.goto(path)
        yield path, page
    page.locator("main form button:visible").last.click()
    yield "pause, refused", page
    page.get_by_label("Waarom").fill("We kijken er eerst naar.")
    page.locator("main form button:visible").last.click()
    page.wait_for_url("**done=paused")
    yield "paused", page
    page.goto("/addons")
    yield "add-ons, one paused", page
    for key in ("ink-positiebepaling", "performance-gap-scan"):
        page.goto(f"/addons/hrm/instrument?key={key}")
        yield f"instrument {key}", page
    page.goto("/addons/professionele_cultuur/instrument?key=cultuur-concurrerende-waarden")
    page.locator("summary").first.click()
    yield "instrument with figures", page
    office = visits("Olga")
    office.goto(f"{EDITION}/modules")
    yield "modules of an edition", office


def folder(visits: Any) -> Seen:
    """A zip: refused, taken in, switched on, added, updated, removed."""
    page = visits("Ada")
    page.goto("/add-addon")
    yield "add a zip", page
    wrong = files()
    path = "modules/samen-leren.toml"
    wrong[path] = wrong[path].replace(b"brief", b"breif")
    _choose(page, zipped(wrong))
    yield "add a zip, refused", page
    _choose(page, zipped())
    page.wait_for_url("**done=received")
    yield "received", page
    go(page, "Zet aan")
    yield "switch on", page
    page.locator("main form button:visible").last.click()
    page.wait_for_url("**done=on")
    yield "folder, on", page
    office = visits("Olga")
    office.goto(f"{EDITION}/move?module=samen-leren")
    yield "add a module", office
    office.locator("main form button:visible").last.click()
    office.wait_for_url("**/modules?moved=**")
    yield "module added", office
    newer = files(version="1.1.0")
    newer["reports/samen-leren-verslag.toml"] += MORE.encode()
    page.goto("/add-addon")
    _choose(page, zipped(newer))
    page.wait_for_url("**done=received")
    page.goto("/addons/samen/update")
    yield "update", page
    page.locator("main form button:visible").last.click()
    page.wait_for_url("**done=updated")
    page.goto("/addons/samen/undo")
    yield "undo", page
    office.goto(f"{EDITION}/move?module=samen-leren")
    yield "move an edition", office
    page.goto("/addons/samen/remove")
    page.locator("main form button:visible").last.click()
    page.wait_for_url("**done=removed")
    yield "removed", page
    page.goto("/addons/samen/destroy")
    yield "destroy", page
    page.locator("main form button:visible").last.click()
    yield "destroy, refused", page


def making(visits: Any) -> Seen:
    """A module made in the browser, from its title to its use."""
    page = visits("Ada")
    page.goto("/make-addon")
    yield "make a module", page
    page.locator("main form button:visible").last.click()
    yield "make a module, refused", page
    page.get_by_label("Titel").first.fill("Samen lezen")
    page.locator("main form button:visible").last.click()
    page.wait_for_url("**/addons/samen-lezen/edit*")
    yield "draft, empty", page
    for path in ("edit-head", "edit-module?key=samen-lezen", "add-module", "images", "publish",
                 "add-assignment?module=samen-lezen"):  # fmt: skip
        page.goto(f"/addons/samen-lezen/{path}")
        yield f"draft: {path}", page
    page.get_by_label("Titel").first.fill("Een gesprek over lezen")
    page.locator("main form button:visible").last.click()
    page.wait_for_url("**edit-assignment**")
    yield "assignment, new", page
    page.get_by_label("Titel").first.fill("")
    page.locator("main form button:visible").last.click()
    yield "assignment, refused", page
    page.goto("/addons/samen-lezen/edit")
    yield "draft with an assignment", page
    page.goto("/addons/samen-lezen/preview?module=samen-lezen&key=een-gesprek-over-lezen")
    yield "preview of an assignment", page


ADDONS = (panel, folder, making)
