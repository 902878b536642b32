"""A server that is restarted refuses nobody, cuts off no answer and loses nothing."""

from __future__ import annotations

import random
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.browser import Browser
from bench.server import Server, free_port
from tests.reliability import live

CLIENTS = 3
BETWEEN = 4  # hand-ins of one of them between two restarts
RESTARTS = {"commit": 2, "nightly": 5, "release": 20}
PEOPLE = {"commit": 100, "nightly": 200, "release": 600}

pytestmark = pytest.mark.slow


class Client(threading.Thread):
    """Hands in one piece of work after another, without a second try."""

    def __init__(self, port: int, sheets: list[live.Sheet], cookies: dict[str, Any]) -> None:
        super().__init__()
        self.port, self.todo, self.cookies = port, sheets, cookies
        self.acknowledged: list[live.Sent] = []
        self.failed: list[str] = []
        self.ended = threading.Event()

    def run(self) -> None:
        chance, browser = random.Random(self.port), Browser(live.HOST, self.port)
        while self.todo and not self.ended.wait(0.05):
            sheet = self.todo.pop()
            browser.cookies = dict(self.cookies[sheet.email])
            try:
                sent = live.fill_in(browser, sheet, chance)
            except (OSError, LookupError, live.HTTPException) as error:
                self.failed.append(repr(error))
                browser.close()
                continue
            answer = live.send(browser, sent)
            if answer is not None and answer.status == 303:
                self.acknowledged.append(sent)
            else:
                self.failed.append(str(answer and answer.status))
        browser.close()

    def heard_more(self) -> None:
        """Wait until some more is acknowledged."""
        enough, end = len(self.acknowledged) + BETWEEN, time.monotonic() + 120
        while len(self.acknowledged) < enough:
            assert time.monotonic() < end, f"nobody gets a receipt any more: {self.failed}"
            assert self.todo, "there was too little to hand in"
            time.sleep(0.02)


@pytest.mark.promise("E11", "A1", "G9")
def test_a_service_with_a_socket_unit_is_restarted(tmp_path: Path, tier: str, figure: Any) -> None:
    """The old process ends, the new one answers who connected in between."""
    with socket.create_server((live.HOST, 0)) as listening:
        port = listening.getsockname()[1]
        ini, sheets = live.make(tmp_path, PEOPLE[tier])
        servers = [Server(ini, port, live.WORKERS, listening)]

        def restart() -> None:
            servers[-1].stop(signal.SIGTERM)
            servers.append(Server(ini, port, live.WORKERS, listening))

        try:
            clients = _hand_in_meanwhile(sheets, port, restart, RESTARTS[tier])
        finally:
            servers[-1].stop(signal.SIGTERM)
    assert [server.process.returncode for server in servers] == [0] * len(servers)
    _check(ini, clients, figure)


@pytest.mark.promise("E11", "A1", "G9")
@pytest.mark.skipif(live.WORKERS == 1, reason="one process has nobody who restarts it")
def test_several_processes_are_renewed_one_by_one(tmp_path: Path, tier: str, figure: Any) -> None:
    """SIGHUP: new processes begin, old ones end."""
    ini, sheets = live.make(tmp_path, PEOPLE[tier])
    server = Server(ini, free_port(), live.WORKERS)

    def renew() -> None:
        old = set(server.children())
        server.process.send_signal(signal.SIGHUP)
        _wait(lambda: len(server.children()) == live.WORKERS and not old & set(server.children()))

    try:
        clients = _hand_in_meanwhile(sheets, server.port, renew, RESTARTS[tier])
    finally:
        server.stop(signal.SIGTERM)
    assert server.process.returncode == 0
    _check(ini, clients, figure)


def _hand_in_meanwhile(sheets: list[live.Sheet], port: int,
                       restart: Callable[[], None], times: int) -> list[Client]:  # fmt: skip
    people = sorted({sheet.email for sheet in sheets})
    cookies = live.signed_in(port, people)
    # Nobody sits at two machines: uploads of one person at the same moment meet in one folder.
    clients = [Client(port, [sheet for sheet in sheets if sheet.email in people[number::CLIENTS]],
                      cookies) for number in range(CLIENTS)]  # fmt: skip
    for client in clients:
        client.start()
    try:
        for _restart in range(times):
            clients[0].heard_more()
            restart()
        clients[0].heard_more()
    finally:
        for client in clients:
            client.ended.set()
        for client in clients:
            client.join()
    return clients


def _check(ini: Path, clients: list[Client], figure: Any) -> None:
    failed = [each for client in clients for each in client.failed]
    acknowledged = [sent for client in clients for sent in client.acknowledged]
    assert failed == []
    with live.opened(ini) as registry:
        lost = [sent for sent in acknowledged
                if live.kept(registry, sent.sheet) != [[sent.sha256]]]
    figure("hand-ins while restarting", len(acknowledged), "hand-ins", at_least=BETWEEN)
    figure("failed requests", len(failed), "requests", at_most=0)
    figure("lost hand-ins", len(lost), "hand-ins", at_most=0)


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not until():
        assert time.monotonic() < end
        time.sleep(0.1)
