"""What every page keeps to: the Content-Security-Policy, and a label for every control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from lms_leiderschap.checking.browser import Page
from lms_leiderschap.web.pipeline import CSP

UNNAMED = frozenset(("hidden", "submit", "button", "reset", "image"))


def faults_of(page: Page) -> list[str]:
    """One sentence for each thing that is wrong with a page."""
    rules = _Rules()
    rules.feed(page.text)
    found = list(rules.faults())
    if page.headers.get("Content-Security-Policy") != CSP:
        found.insert(0, "It is sent without the Content-Security-Policy.")
    return found


class _Rules(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._inline: list[str] = []
        self._ids: Counter[str] = Counter()
        self._labels: set[str] = set()
        self._controls: list[tuple[str, dict[str, str]]] = []
        self._in_label = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        self._look_for_inline(tag, at)
        if at.get("id"):
            self._ids[at["id"]] += 1
        if tag == "label":
            self._in_label += 1
            self._labels.add(at.get("for", ""))
        elif tag in ("input", "select", "textarea") and at.get("type", "") not in UNNAMED:
            self._note_control(tag, at)
        elif tag == "img" and "alt" not in at:
            self._inline.append("An image has no alt text.")

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._in_label -= 1

    def _look_for_inline(self, tag: str, at: dict[str, str]) -> None:
        if tag == "style" or "style" in at:
            self._inline.append(f"<{tag}> brings a style of its own.")
        if tag == "script" and not at.get("src"):
            self._inline.append("A script stands inside the page.")
        for name in at:
            if name.startswith("on"):
                self._inline.append(f"<{tag}> has a script in '{name}'.")
        if at.get("href", "").lower().startswith("javascript:"):
            self._inline.append(f"<{tag}> leads to a script.")

    def _note_control(self, tag: str, at: dict[str, str]) -> None:
        named = bool(at.get("aria-label") or at.get("aria-labelledby") or at.get("title"))
        if not named and not self._in_label:
            self._controls.append((tag, at))

    def faults(self) -> Iterator[str]:
        yield from dict.fromkeys(self._inline)
        for tag, at in self._controls:
            if at.get("id") not in self._labels:
                yield f"<{tag} name='{at.get('name', '')}'> has no label."
        for name, times in self._ids.items():
            if times > 1:
                yield f"{times} elements have the id '{name}'."
