"""axe-core finds nothing and nothing scrolls sideways: every page, three widths, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.addon_pages import ADDONS
from tests.browser.pages import EVERYBODY
from tests.promises import TIER

AXE = Path(__file__).with_name("axe.min.js").read_text("utf-8")
# With each commit every width and both schemes once, from the nightly tier on all of them together.
SOME = ((1440, "light"), (390, "dark"), (320, "light"))
ALL = tuple((width, scheme) for width in (1440, 390, 320) for scheme in ("light", "dark"))
STATES = SOME if TIER == "commit" else ALL
WIDEST, NARROWEST = 1440, 320
# So tall that no bar that stays in view lies by chance over what stands at the edge of a window.
HEIGHT = 4000
RUN = """
async () => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const options = { runOnly: rules, resultTypes: ["violations"], preload: false };
  const { violations } = await axe.run(document, options);
  return violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ target, any }) => `${target} ${any[0]?.message ?? ""}`).join(" | ")}`);
}
"""


def findings(page: Page) -> list[str]:
    """What axe-core finds on this page as it stands."""
    page.evaluate(AXE)
    found = []
    for width, scheme in STATES:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += [f"{width} {scheme} {finding}" for finding in page.evaluate(RUN)]
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    if wide > NARROWEST:
        found.append(f"{NARROWEST}: {wide} px wide")
    page.set_viewport_size({"width": WIDEST, "height": 900})
    return found


@pytest.mark.parametrize("pages", (*EVERYBODY, *ADDONS), ids=lambda pages: pages.__name__)
def test_everybody_can_use_every_page(visits: Any, pages: Any) -> None:
    found = [f"{name}: {finding}" for name, page in pages(visits) for finding in findings(page)]
    assert not found, "\n".join(found)
