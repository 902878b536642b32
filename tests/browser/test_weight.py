"""How much travels: at most 180 KiB for a first visit and 30 KiB for a next page, compressed.

The size of stylesheet, script, icons and fonts is what Chromium received. Waitress sends HTML as it
is and a proxy compresses it, so a page itself counts as gzip would make it here.
"""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.steps import go

KIB = 1024
FIRST, NEXT = 180 * KIB, 30 * KIB


def weight(page: Page, address: str) -> int:
    """Bytes that travel when this page is opened with what the browser holds already."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    network.on("Network.responseReceived", lambda event: kinds.update(
        {event["requestId"]: event["type"]}))  # fmt: skip
    network.on("Network.loadingFinished", lambda event: sizes.update(
        {event["requestId"]: event["encodedDataLength"]}))  # fmt: skip
    answer = page.goto(address, wait_until="networkidle")
    network.detach()
    assert answer is not None and answer.ok
    assets = sum(size for name, size in sizes.items() if kinds.get(name) != "Document")
    return int(assets + len(gzip.compress(answer.body())))


@pytest.fixture
def addresses(visits: Any) -> dict[str, tuple[str, str]]:
    """Page to who opens it and where it is."""
    anna, pieter = visits("Anna"), visits("Pieter")
    go(anna, "Verder schrijven")
    go(pieter, "Begin bij")
    return {"sign-in": ("", "/sign-in"), "week": ("Anna", "/week"), "write": ("Anna", anna.url),
            "version": ("Pieter", pieter.url)}  # fmt: skip


def test_a_first_visit_and_a_next_page_are_light(visits: Any, addresses: Any) -> None:
    measured = {}
    for name, (who, address) in addresses.items():
        used = visits(who)
        used.goto("/demo", wait_until="networkidle")
        fresh = visits(storage_state=used.context.storage_state())
        measured[name] = weight(fresh, address), weight(used, address)
    heavy = {name: pair for name, pair in measured.items() if pair[0] > FIRST or pair[1] > NEXT}
    print({name: [round(size / KIB, 1) for size in pair] for name, pair in measured.items()})
    assert not heavy, f"bytes of a first visit and of a next page: {heavy}"
