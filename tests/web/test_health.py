"""What a load balancer and a monitor are told, also while a database does not answer."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from bench.server import free_port
from lms_leiderschap.web import health
from lms_leiderschap.web.health import Health
from lms_leiderschap.web.monitor import Monitor


def told(browser: Any, status: int = 200) -> Any:
    return browser.get("/health", status=status).json


@pytest.fixture(autouse=True)
def asked_anew(registry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is asked for, and nothing hangs since another test."""
    monkeypatch.setattr(health, "FRESH", 0)
    monkeypatch.setattr(registry, "health", Health(registry))


def lose_side_store(registry: Any) -> None:
    """A folder stands where the file should be."""
    registry.side.close()
    for ending in ("", "-wal", "-shm"):
        Path(f"{registry.lms.side}{ending}").unlink(missing_ok=True)
    registry.lms.side.mkdir()


def test_anybody_hears_whether_we_serve_and_nothing_of_whom(browse: Any) -> None:
    for host in ("noord.test", "10.0.0.7:6543", "nobody.test"):
        assert told(browse("", host=host)) == {
            "status": "ok", "database": "ok", "side store": "ok"}  # fmt: skip


@pytest.mark.promise("E11", "G8")
def test_a_broken_side_store_is_told_and_ends_when_it_is_there_again(
    browse: Any, registry: Any
) -> None:
    lose_side_store(registry)
    answer = browse().get("/health", status=503)
    assert answer.json["side store"] == "unavailable" and answer.json["database"] == "ok"
    assert answer.headers["Retry-After"]
    assert browse().get("/sign-in", status="*").status_int in (200, 503)
    registry.lms.side.rmdir()
    told(browse())


@pytest.mark.promise("E11", "B6")
def test_a_database_that_hangs_holds_up_neither_the_answer_nor_more_than_one_thread(
    browse: Any, registry: Any, figure: Any
) -> None:
    browse("anna").get("/", status="*")
    place = registry.databases._places["noord"]  # nobody gets a connection while this is held
    threads = threading.active_count()
    with place.lock:
        for _time in range(3):
            begun = time.monotonic()
            assert told(browse(), status=503)["database"] == "unavailable"
            figure("health with a hung database", time.monotonic() - begun, "s", at_most=2)
        assert threading.active_count() <= threads + 1
    told(browse())


@pytest.fixture
def monitor(registry: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    port = free_port()
    monkeypatch.setattr(registry, "lms", replace(registry.lms, metrics=f"127.0.0.1:{port}"))
    first, second = Monitor(registry), Monitor(registry)
    first.start()
    url = f"http://127.0.0.1:{port}"
    read(f"{url}/health")
    second.start()
    first.stop()
    yield url
    second.stop()


def test_a_monitor_that_is_stopped_while_it_takes_the_port_stops(
    registry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the host is asked for while the port is taken, which can last."""
    asked, answered = threading.Event(), threading.Event()

    def name_of(_host: str) -> str:
        asked.set()
        answered.wait(20)
        return "localhost"

    monkeypatch.setattr(socket, "getfqdn", name_of)
    monkeypatch.setattr(registry, "lms", replace(registry.lms, metrics=f"127.0.0.1:{free_port()}"))
    monitor = Monitor(registry)
    monitor.start()
    assert asked.wait(20)
    stopping = threading.Thread(target=monitor.stop, daemon=True)
    stopping.start()
    assert monitor._stop.wait(20)
    answered.set()
    stopping.join(5)
    assert not stopping.is_alive()


def read(url: str) -> tuple[int, str]:
    """Status and text; waits until somebody listens."""
    for _time in range(100):
        try:
            with urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nobody listens at {url}")


def test_the_port_of_the_figures_names_institutions_and_passes_to_the_next_process(
    browse: Any, monitor: str
) -> None:
    status, text = read(f"{monitor}/health")
    assert status == 200 and json.loads(text)["database noord"] == "ok"
    browse("anna").get("/nothing-here", status=404)
    status, text = read(f"{monitor}/metrics")
    assert 'lms_refused_total{status="404"}' in text
    assert read(f"{monitor}/else")[0] == 404
