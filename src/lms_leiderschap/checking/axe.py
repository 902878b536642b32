"""The pages of a plugin in a browser, looked at by axe-core."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.staying import pages_of
from lms_leiderschap.checking.subject import Subject
from lms_leiderschap.errors import SettingError

WIDTHS = (1440, 320)
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run")
RUN = """
async () => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" ")}`);
}
"""


class Looking:
    """Opens pages in Chromium. SettingError when something for it is not on this machine.

    axe  the file axe.min.js
    """

    def __init__(self, axe: Path | None) -> None:
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise SettingError(
                "To look in a browser playwright is needed: pip install playwright."
            ) from None
        self.chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        if self.chromium is None:
            raise SettingError("To look in a browser chromium is needed, and there is none here.")
        if axe is None or not axe.is_file():
            raise SettingError("Say where axe-core is: --axe axe.min.js (npm pack axe-core).")
        self.axe, self._begin = axe.read_text("utf-8"), sync_playwright

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Every page that was shown while it was used, wide and narrow."""
        server = _served(subject.site.app)
        try:
            with self._begin() as playwright:
                browser = playwright.chromium.launch(executable_path=self.chromium, args=FLAGS)
                for part in ("participant", "teacher", "admin"):
                    yield from self._of(subject, browser, part, server.effective_port)
                browser.close()
        finally:
            server.close()

    def _of(self, subject: Subject, browser: Any, part: str, port: int) -> Iterator[Finding]:
        own = subject.site.browser(part)
        url = f"http://localhost:{port}"
        context = browser.new_context(base_url=url)
        context.add_cookies([{"name": "lms", "value": own.token, "url": url}])
        page = context.new_page()
        for path in _paths(subject, part):
            page.goto(path)
            page.evaluate(self.axe)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 2000})
                for sentence in page.evaluate(RUN):
                    yield Finding(f"{path} at {width} px: {sentence}",
                                  "see the rule at dequeuniversity.com.", *subject.head)
        context.close()


def _paths(subject: Subject, part: str) -> list[str]:
    subject.use  # noqa: B018 (there is something to look at only when it was used)
    if part == "admin":
        return ["/addons", f"/addons/{subject.plugin.name}"]
    return pages_of(subject.site)[part]


def _served(app: Any) -> Any:
    from waitress.server import create_server

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(app, host="localhost", port=0, ident=None)
    threading.Thread(target=server.run, daemon=True).start()
    return server
