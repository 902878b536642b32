"""The line to PostgreSQL is cut, or goes dead, while somebody hands in or gives feedback."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from lms_leiderschap.feedback.model import released
from lms_leiderschap.store.folder import find
from tests.reliability.on_postgresql import NOTE, PDF, Site, assessed, filled_in, versions

COMMIT = b"lock_and_choose_tid_and_move"  # RelStorage: from here on a transaction may be there
SECONDS = 5
ONCE = [[hashlib.sha256(PDF).hexdigest()]]


def send_twice(site: Site, form: Any, button: str) -> tuple[int, str]:
    """What the first answer was, while the line may go, and where the second one leads."""
    begun = time.monotonic()
    first = form.submit(button, expect_errors=True)
    assert time.monotonic() - begun < SECONDS
    site.proxy.heal()
    second = form.submit(button, status=303)
    assert first.status_int in (303, 503)
    if first.status_int == 303:
        assert second.location == first.location
    else:
        assert first.headers["Retry-After"]
    return first.status_int, second.location


@pytest.mark.promise("B6", "A1", "A3")
@pytest.mark.parametrize("count", [1, 2], ids=["the upload", "the hand-in"])
@pytest.mark.parametrize("keep", ["nothing of it", "no answer"])
def test_a_commit_that_nobody_hears_of_is_one_hand_in(
    site: Site, keep: str, count: int, figure: Callable[..., None]
) -> None:
    form, address = filled_in(site)
    site.proxy.cuts = 0
    site.proxy.cut_at(COMMIT, keep, count)
    first, receipt = send_twice(site, form, "hand_in")
    assert site.proxy.cuts == 1 and first == 503
    figure("hand-ins", len(versions(site, address)), "versions", at_most=1, at_least=1)
    assert versions(site, address) == ONCE
    assert hashlib.sha256(PDF).hexdigest()[:4] in site.browse("anna").get(receipt)


@pytest.mark.promise("B6", "A9")
@pytest.mark.parametrize("keep", ["nothing of it", "no answer"])
def test_a_commit_that_nobody_hears_of_is_one_feedback(site: Site, keep: str) -> None:
    form, address = assessed(site)
    site.proxy.cut_at(COMMIT, keep)
    assert send_twice(site, form, "ready")[0] == 503
    release = site.browse("pieter").get(address).forms[0]
    site.proxy.cut_at(COMMIT, keep)
    assert send_twice(site, release, "release")[0] == 503

    def look(institution: Any) -> list[dict[str, str]]:
        version = find(institution, tuple(address.strip("/").split("/")))
        assert len(version.feedback) == 1
        return [dict(each.notes) for each in released(version)]

    [notes] = site.within(look)
    assert notes == {"situation": NOTE}
    assert site.browse("anna").get(f"{address}feedback").status_int == 200


@pytest.mark.promise("B6", "A1", "A3")
def test_cut_at_any_byte_is_one_hand_in(
    site: Site, tier: str, figure: Callable[..., None]
) -> None:
    cuts = {"commit": 4, "nightly": 40, "release": 200}[tier]
    doubled = lost = unheard = 0
    for _cut in range(cuts):
        site.again()
        form, address = filled_in(site)
        # All of a hand-in is two uploads of the file as text, to staging and from there.
        site.proxy.left = random.randrange(2 * 2 * len(PDF) + 20_000)
        first, _receipt = send_twice(site, form, "hand_in")
        unheard += first == 503
        found = versions(site, address)
        lost, doubled = lost + (found == []), doubled + (len(found) > 1)
        assert found == ONCE
    figure("cuts", cuts, "hand-ins", at_least=cuts)
    figure("answered with 503", unheard, "of those")
    figure("lost", lost, "of those", at_most=0)
    figure("doubled", doubled, "of those", at_most=0)


@pytest.mark.promise("B6")
def test_a_line_that_is_dead_is_a_page_in_five_seconds(
    site: Site, figure: Callable[..., None]
) -> None:
    form, address = filled_in(site)
    anna, bram = site.browse("anna"), site.browse("bram")
    site.proxy.passing.clear()
    begun = time.monotonic()
    calm = form.submit("hand_in", status=503)
    figure("503 on a line gone dead", time.monotonic() - begun, "s", at_most=SECONDS)
    assert calm.headers["Retry-After"]
    begun = time.monotonic()
    bram.get("/week", status=503)
    figure("503 after that", time.monotonic() - begun, "s", at_most=SECONDS)
    site.proxy.heal()
    healed, begun = False, time.monotonic()
    while not healed:
        healed = anna.get("/week", expect_errors=True).status_int == 200
        assert time.monotonic() - begun < 10
        time.sleep(0.1)  # as often as that somebody asks
    figure("healthy after it is back", time.monotonic() - begun, "s", at_most=10)
    form.submit("hand_in", status=303)
    assert versions(site, address) == ONCE
