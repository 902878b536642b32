"""Many people hand in at the same moment, and press the button twice."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.browser import Browser
from bench.server import free_port
from tests.reliability import live

CLIENTS, EACH = 16, 4


@pytest.mark.slow
@pytest.mark.promise("A3", "B1")
def test_sixteen_clients_hand_in_at_once(tmp_path: Path) -> None:
    ini, sheets = live.make(tmp_path, CLIENTS)
    people = sorted({sheet.email for sheet in sheets})
    server = live.serve(ini, free_port())
    try:
        cookies = live.signed_in(server.port, people)

        def hand_in(email: str) -> list[tuple[live.Sent, list[int]]]:
            own = [sheet for sheet in sheets if sheet.email == email][:EACH]
            return [_twice(server.port, cookies[email], sheet) for sheet in own]

        with ThreadPoolExecutor(CLIENTS) as threads:
            done = [entry for entries in threads.map(hand_in, people) for entry in entries]
    finally:
        server.stop()
    assert [statuses for _sent, statuses in done if set(statuses) != {303, 200}] == []
    with live.opened(ini) as registry:
        for sent, _statuses in done:
            assert live.kept(registry, sent.sheet) == [[sent.sha256]]
    assert len(done) == CLIENTS * EACH


def _twice(port: int, cookies: dict[str, str],
           sheet: live.Sheet) -> tuple[live.Sent, list[int]]:
    """Press the button twice at once, then open the receipt; what each of these answered."""
    browsers = [Browser(live.HOST, port) for _press in range(2)]
    for browser in browsers:
        browser.cookies = dict(cookies)
    sent = live.fill_in(browsers[0], sheet, random.Random(sheet.path))
    with ThreadPoolExecutor(2) as presses:
        answers = list(presses.map(lambda browser: live.send(browser, sent), browsers))
    assert all(answers)
    places = {answer.location for answer in answers if answer}
    receipts = [browsers[0].get(place) for place in places]
    for browser in browsers:
        browser.close()
    assert len(places) == 1, [(answer.status, answer.location) for answer in answers if answer]
    return sent, [page.status for page in [*answers, *receipts] if page]
