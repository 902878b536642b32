"""The pages for what goes wrong, as people meet them: usable by everybody, and no word is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.server import free_port
from lms_leiderschap.demo.documents import sample_docx
from lms_leiderschap.demo.make import PASSWORD
from tests.browser.conftest import LMS
from tests.browser.steps import work_of
from tests.browser.test_accessibility import findings

TEXT = "Wat ik op mijn school zag en hoorde, en wat ik daarvan vind."
ANNA = "anna.dewit@voorbeeld.example"


@pytest.fixture
def full(demo: Path, tmp_path: Path, chromium: Browser) -> Iterator[Page]:
    """A page at a server that wants more room to stay free than any disk has."""
    directory = tmp_path / "copy"
    shutil.copytree(demo, directory)
    ini = directory / "browser.ini"
    reserve = f"[app:main]\nlms.disk_reserve = {2**62}"
    ini.write_text(ini.read_text("utf-8").replace("[app:main]", reserve, 1), "utf-8")
    command = [LMS, "serve", ini, "--port", str(free_port()), "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    url = json.loads(server.stdout.readline())["url"]
    context = chromium.new_context(base_url=url, locale="nl-NL")
    yield context.new_page()
    context.close()
    server.terminate()
    server.wait(20)
    server.stdout.close()


def open_work(page: Page) -> None:
    """Anna signs in and opens the form for a piece of work."""
    page.goto("/sign-in")
    page.get_by_label("E-mailadres").fill(ANNA)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.locator("main form button:visible").first.click()
    page.wait_for_url("**/week")
    page.goto(f"{work_of(page, 'Conceptueel kader')}/submit")


@pytest.mark.tier("nightly")
@pytest.mark.promise("A10", "E10")
def test_everybody_can_use_the_pages_for_errors(full: Page) -> None:
    found = []
    for path in ("/nergens", "/sign-in?%ff"):
        full.goto(path)
        assert full.get_by_text("Kenmerk").is_visible()
        found += [f"{path}: {finding}" for finding in findings(full)]
    open_work(full)
    full.locator("textarea").first.fill(TEXT)
    full.locator("button[name='save']").last.click()
    full.get_by_text("Er is geen ruimte om te bewaren").wait_for()
    assert full.locator(".prose").get_by_text(TEXT).first.is_visible()
    assert full.get_by_role("button", name="Probeer opnieuw").is_visible()
    found += [f"507: {finding}" for finding in findings(full)]
    assert not found, "\n".join(found)


@pytest.mark.tier("nightly")
@pytest.mark.promise("A4", "A10")
def test_what_a_script_sends_to_a_full_disk_is_told_and_stays(full: Page, tmp_path: Path) -> None:
    file = tmp_path / "kader.docx"
    file.write_bytes(sample_docx())
    open_work(full)
    full.locator("textarea").first.fill(TEXT)
    line = full.locator("[data-save-status]")
    expect(line).to_contain_text("Bewaard op dit apparaat. De server heeft nu geen ruimte")
    full.locator("input[type=file]").set_input_files(file)
    full.locator("button[name='save']").last.click()
    told = full.locator("[data-progress]")
    expect(told).to_contain_text("Er is geen ruimte om te bewaren. Hiervan is niets bewaard.")
    expect(full.locator("textarea").first).to_have_value(TEXT)
    assert full.locator("input[type=file]").evaluate("field => field.files[0].name") == file.name
