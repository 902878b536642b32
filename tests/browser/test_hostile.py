"""In a real browser, on pages full of what people with bad intent kept: nothing runs, nothing is
fetched from elsewhere, and the browser has nothing to forbid."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route

from tests.architecture.conftest import places as places
from tests.browser.conftest import REPORT_VIOLATIONS
from tests.hostile.conftest import site_of
from tests.hostile.doors import HOST, ROLES, Site
from tests.hostile.filling import PAYLOADS
from tests.hostile.test_live_markup import filled

TELL = "window.xss = () => console.error('a script of somebody ran');"


@pytest.mark.promise("C2", "C3")
@pytest.mark.tier("nightly")
def test_a_browser_finds_nothing_to_forbid(
    registry: Any, places: dict[type, str], browse: Any, tmp_path: Path, chromium: Browser,
    figure: Any,
) -> None:  # fmt: skip
    site = site_of(registry, places, browse, tmp_path)
    filled(site, browse, PAYLOADS)
    heard: list[str] = []
    opened = sum(_open_all(site, who, chromium, heard) for who in ROLES)
    print("\n".join(sorted(set(heard))[:20]))
    figure("opened in Chromium", opened, "pages", at_least=200)
    figure("reports, scripts and requests elsewhere", len(heard), "times", at_most=0)


def _open_all(site: Site, who: str, chromium: Browser, heard: list[str]) -> int:
    """Every page that this role finds; how many there were."""

    def answer(route: Route) -> None:
        """Straight from the application: with its own headers, and nothing from anywhere else."""
        url = urlsplit(route.request.url)
        if url.netloc != HOST:
            heard.append(f"asked {route.request.url}")
            route.abort()
            return
        found = site.ask(who, url.path + (f"?{url.query}" if url.query else ""))
        route.fulfill(status=found.status_int, headers=dict(found.headers), body=found.body)

    context = chromium.new_context()
    context.add_init_script(REPORT_VIOLATIONS + TELL)
    context.route("**/*", answer)
    context.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    context.on("dialog", lambda dialog: heard.append(f"a window said {dialog.message}"))
    page, count = context.new_page(), 0
    for path in site.look(who):
        head = site.ask(who, path)
        if head.status_int == 200 and head.content_type == "text/html":
            page.goto(f"https://{HOST}{path}")  # over http Chromium complains of our headers
            count += 1
    context.close()
    return count
