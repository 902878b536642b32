"""An upload that began before the deadline is on time, though its end comes after it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from socket import create_server
from typing import Any

import pytest

from bench.browser import Browser
from lms_leiderschap.app import make_app
from lms_leiderschap.cli import settings_of
from lms_leiderschap.cli.listener import Listener
from lms_leiderschap.store.folder import find
from lms_leiderschap.submission.actions import give_date
from lms_leiderschap.web.arrival import ARRIVED, LONGEST, RECEIVING, note_arrival
from tests.reliability import live

PAUSE = 3.0  # seconds that the line rests in the middle of a form
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The registry of a server in this process, its port, and what can be handed in there."""
    ini, sheets = live.make(tmp_path_factory.mktemp("arrival"), 1)
    app = make_app(settings_of(str(ini)))
    with create_server((live.HOST, 0)) as bound:
        listener = Listener(app, [bound], {})
        thread = threading.Thread(target=listener.run)
        thread.start()
        yield app.registry, bound.getsockname()[1], sheets
        listener.end()
        thread.join()
    app.registry.databases.close()
    app.registry.side.close()


def rest_halfway(browser: Browser) -> None:
    """From now on a form is sent in halves, with a pause between them."""
    send = browser.connection.send

    def send_in_halves(data: bytes) -> None:
        if len(data) < 1000:
            return send(data)
        send(data[: len(data) // 2])
        time.sleep(PAUSE)
        send(data[len(data) // 2 :])

    browser.connection.send = send_in_halves  # type: ignore[method-assign, assignment]


def handed_in(serving: Any, sheet: live.Sheet, due: float) -> tuple[str, float]:
    """The verdict on a form of which half is sent before the last minute ends, `due` seconds from
    now; and how many seconds after that end its answer came."""
    registry, port, _sheets = serving
    path = tuple(sheet.path.strip("/").split("/"))
    browser = Browser(live.HOST, port)
    browser.cookies = live.signed_in(port, [sheet.email])[sheet.email]
    sent = live.fill_in(browser, sheet, random.Random())
    ends = datetime.now(UTC) + timedelta(seconds=due)
    live.within(registry, lambda one: give_date(
        find(one, path), ends - MINUTE, "", by="system", at=ends - 2 * MINUTE,
        notify=lambda event: None))  # fmt: skip
    rest_halfway(browser)
    answer = live.send(browser, sent)
    browser.close()
    assert answer is not None and answer.status == 303
    after = (datetime.now(UTC) - ends).total_seconds()
    [version] = live.within(registry, lambda one: [
        version.verdict for version in find(one, path).versions.values()])  # fmt: skip
    return version[0], after


@pytest.mark.slow
@pytest.mark.promise("B3")
@pytest.mark.part("clocks")
def test_an_upload_that_began_in_time_is_on_time(serving: Any, figure: Any) -> None:
    sheet, other = [each for each in serving[2] if "hrm.ink-met" in each.path
                    or "ikk-doelen-beschrijven" in each.path]  # fmt: skip
    verdict, after = handed_in(serving, sheet, PAUSE - 1)
    figure("whole form came after the deadline", after, "s", at_least=0.5)
    assert verdict == "on_time"
    assert handed_in(serving, other, -0.1)[0] == "late"


@pytest.mark.parametrize(
    ("environ", "header", "before"),
    [
        ({}, "", 0),
        ({RECEIVING: 4.5}, "", 4.5),
        ({RECEIVING: 1.0, "HTTP_X_REQUEST_TIME": "61.250"}, "X-Request-Time", 62.25),
        ({"HTTP_X_REQUEST_TIME": "61.250"}, "", 0),
        ({"HTTP_X_REQUEST_TIME": "86400"}, "X-Request-Time", LONGEST.total_seconds()),
        ({RECEIVING: 800.0, "HTTP_X_REQUEST_TIME": "800"}, "X-Request-Time", 900),
        *[({"HTTP_X_REQUEST_TIME": odd}, "X-Request-Time", 0)
          for odd in ("", "-5", "x", "nan", "-inf")],
        ({"HTTP_X_REQUEST_TIME": "inf"}, "X-Request-Time", 0),
    ],
)  # fmt: skip
def test_a_request_arrived_when_it_began(
    environ: dict[str, Any], header: str, before: float
) -> None:
    earliest = datetime.now(UTC)
    note_arrival(environ, header)
    found = environ[ARRIVED] + timedelta(seconds=before)
    assert earliest <= found <= datetime.now(UTC)
    note_arrival(environ, header)
    assert environ[ARRIVED] + timedelta(seconds=before) == found
