"""A real server with the demo institution, and Chromium to look at it.

Each test file has a server of its own on a copy of one demo, so files may change what they like.
Whatever a test does, no page may write an error to the console, break off a script or try what the
Content-Security-Policy forbids: the test fails at its end.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

HERE = Path(__file__).parent
DEVELOPMENT_INI = HERE.parents[1] / "development.ini"
LMS = Path(sys.executable).with_name("lms")
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PATIENCE = 15_000
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`forbidden by ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = CHROMIUM is None and os.environ.get("CI") != "true"
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
            if absent:
                item.add_marker(pytest.mark.skip("Needs Debian's chromium: apt install chromium"))


@dataclass(frozen=True, slots=True)
class Site:
    """A running server. `mail` is where it writes what would be sent."""

    url: str
    mail: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a demo institution that nobody has touched yet."""
    directory = tmp_path_factory.mktemp("demo")
    shutil.copy(DEVELOPMENT_INI, directory / "browser.ini")
    _name_address(directory, "http://localhost")
    subprocess.run([LMS, "demo", "--ini", directory / "browser.ini"], check=True,
                   capture_output=True)  # fmt: skip
    return directory


def _name_address(directory: Path, url: str) -> None:
    """Where links in mail lead to."""
    text = f'[[institutions]]\nkey = "demo"\nurl = "{url}"\nstorage = "file:var/demo"\n'
    (directory / "institutions.toml").write_text(text)


@pytest.fixture(scope="module")
def site(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server on a fresh copy of the demo."""
    directory = tmp_path_factory.mktemp("site") / "copy"
    shutil.copytree(demo, directory)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    _name_address(directory, f"http://localhost:{port}")
    log = directory / "log"
    command = [LMS, "serve", directory / "browser.ini", "--port", str(port), "--json"]
    with log.open("w") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert server.stdout is not None
    try:
        said = server.stdout.readline()
        assert said, f"The server did not start: {log.read_text()}"
        yield Site(json.loads(said)["url"], directory / "var" / "mail")
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visits:
    """Opens browser windows on the site, each with cookies of its own, and hears their troubles.

    visits()           a Page of nobody
    visits("Anna")     a Page on which Anna signed in with one click; options are those of a
                       playwright context, such as `java_script_enabled=False`
    """

    def __init__(self, chromium: Browser, site: Site) -> None:
        self.chromium, self.site = chromium, site
        self.troubles: list[str] = []
        self._contexts: list[BrowserContext] = []

    def __call__(self, given_name: str = "", **options: Any) -> Page:
        settings = {"base_url": self.site.url, "locale": "nl-NL", "permissions": [],
                    "timezone_id": "Europe/Amsterdam",
                    "viewport": {"width": 1440, "height": 900}, **options}  # fmt: skip
        context = self.chromium.new_context(**settings)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._heard)
        context.on("weberror", lambda thrown: self.troubles.append(str(thrown.error)))
        context.on("response", self._answered)
        self._contexts.append(context)
        page = context.new_page()
        if given_name:
            enter(page, given_name)
        return page

    def _heard(self, message: Any) -> None:
        # What a refused form or a lost connection leaves there is judged by the answers.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _answered(self, response: Any) -> None:
        asked_by_person = response.request.resource_type in ("document", "fetch", "xhr")
        if response.status >= (500 if asked_by_person else 400):
            self.troubles.append(f"{response.status} {response.url}")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def enter(page: Page, given_name: str) -> None:
    """Choose an account on the start page of the demo."""
    page.goto("/demo")
    page.locator(".accounts button").filter(has_text=given_name).click()
    page.wait_for_url(lambda url: not url.endswith("/demo"))


@pytest.fixture
def visits(chromium: Browser, site: Site) -> Iterator[Visits]:
    opened = Visits(chromium, site)
    yield opened
    opened.close()
    assert not opened.troubles, "\n".join(opened.troubles)
