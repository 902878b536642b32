"""Whoever wants to be called je is called je on every page, seen and announced."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.pages import admin, conflict, office, participant, teacher
from tests.browser.steps import go

POLITE = re.compile(r".{0,40}\b(?:u|uw|uzelf)\b.{0,40}", re.IGNORECASE)
SIGNED_OUT = "sign in again"  # nobody is known there, so the institution says how it speaks
# Reports, briefs and hints of a part come from people and modules, and the choice itself says u.
WORDS = """
() => {
  const NOT_OURS = ".prose, .report, textarea, .hint, label:has([name=address])";
  const copy = document.body.cloneNode(true);
  for (const one of copy.querySelectorAll(NOT_OURS)) one.remove();
  const said = [...copy.querySelectorAll("*")].flatMap((one) => [...one.attributes])
    .filter(({ name }) => /^(data-|aria-label|title)/.test(name)).map(({ value }) => value);
  return [document.title, copy.textContent, ...said].join(" ").replace(/\\s+/g, " ");
}
"""


@pytest.mark.parametrize(
    ("given_name", "pages"),
    [("Anna", participant), ("Lucas", conflict), ("Pieter", teacher), ("Olga", office),
     ("Ada", admin)],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_who_wants_to_be_called_je_reads_no_u(visits: Any, given_name: str, pages: Any) -> None:
    page = visits(given_name)
    page.goto("/profile")
    page.get_by_label("je", exact=True).check()
    go(page, "Bewaar")
    found = [
        f"{name}: {words}"
        for name, page in pages(visits)
        if name != SIGNED_OUT
        for words in POLITE.findall(page.evaluate(WORDS))
    ]
    assert not found, "\n".join(found)
