"""A server that is alive says so, and one that is not does not; how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import AF_UNIX, SOCK_DGRAM, create_server, socket
from types import SimpleNamespace
from typing import Any

import pytest

from lms_leiderschap.cli.listener import BEAT, Listener
from lms_leiderschap.cli.systemd import Systemd

HOST, THREADS = "127.0.0.1", 2


class App:
    """Answers when it is let; `registry` is what a Listener asks of ours."""

    registry = SimpleNamespace(lms=SimpleNamespace(body_max=1000))

    def __init__(self) -> None:
        self.asked, self.let = threading.Semaphore(0), threading.Event()

    def __call__(self, _environ: Any, start: Callable[..., Any]) -> list[bytes]:
        self.asked.release()
        self.let.wait(60)
        start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
        return [b"done"]


@contextmanager
def running(app: App) -> Iterator[tuple[Listener, int, list[float]]]:
    """The listener, its port, and the moments of its beats."""
    beats: list[float] = []
    with create_server((HOST, 0)) as bound:
        port = bound.getsockname()[1]
        listener = Listener(app, [bound], {"threads": str(THREADS)})
        thread = threading.Thread(target=listener.run,
                                  args=(lambda: beats.append(time.monotonic()),))  # fmt: skip
        thread.start()
        try:
            yield listener, port, beats
        finally:
            app.let.set()
            if thread.is_alive():
                _end(listener)
            thread.join(30)
            assert not thread.is_alive()


def _end(listener: Listener) -> None:
    try:
        listener.end()
    except SystemExit:
        pass  # it was ending already


def ask(port: int, answers: list[Any]) -> threading.Thread:
    def run() -> None:
        connection = HTTPConnection(HOST, port, timeout=60)
        connection.request("GET", "/")
        answer = connection.getresponse()
        answers.append((answer.status, answer.headers["Connection"], answer.read()))
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.promise("E11")
def test_a_beat_comes_only_while_requests_get_their_turn() -> None:
    app, answers = App(), []
    with running(app) as (_listener, port, beats):
        wait(lambda: len(beats) >= 2)
        threads = [ask(port, answers) for _thread in range(THREADS)]
        for _thread in threads:
            assert app.asked.acquire(timeout=30)
        stuck = time.monotonic()
        time.sleep(3 * BEAT)
        assert not [beat for beat in beats if beat > stuck]
        app.let.set()
        wait(lambda: beats[-1] > stuck)
        for thread in threads:
            thread.join()


class Toiling(App):
    """Takes its time for each answer; `turns` are the moments at which it began."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[float] = []

    def __call__(self, environ: Any, start: Callable[..., Any]) -> list[bytes]:
        self.turns.append(time.monotonic())
        time.sleep(BEAT / 2)
        return super().__call__(environ, start)


@pytest.mark.promise("E11")
@pytest.mark.tier("nightly")
def test_a_beat_does_not_wait_for_all_that_wait() -> None:
    app, answers = Toiling(), []
    app.let.set()
    with running(app) as (_listener, port, beats):
        wait(lambda: bool(beats))
        threads = [ask(port, answers) for _request in range(10 * THREADS)]
        for thread in threads:
            thread.join()
    assert [beat for beat in beats if app.turns[THREADS] < beat < app.turns[-1]]


@pytest.mark.promise("E11")
def test_what_was_asked_is_answered_before_it_ends() -> None:
    app, answers = App(), []
    with running(app) as (listener, port, _beats):
        thread = ask(port, answers)
        assert app.asked.acquire(timeout=30)
        listener.end()
        time.sleep(1)
        app.let.set()
        thread.join()
    assert answers == [(200, "close", b"done")]


def test_one_who_connects_while_it_ends_waits_for_the_next() -> None:
    app, answers = App(), []
    app.let.set()
    with create_server((HOST, 0)) as bound:
        port = bound.getsockname()[1]
        listener = Listener(app, [bound.dup()], {})
        listener.end()
        thread = ask(port, answers)
        listener.run()
        assert answers == []
        following = Listener(app, [bound], {})
        other = threading.Thread(target=following.run)
        other.start()
        thread.join(30)
        following.end()
        other.join(30)
    assert answers == [(200, None, b"done")]


def test_systemd_hears_what_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket(AF_UNIX, SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        systemd = Systemd()
        systemd.tell("READY=1")
        assert manager.recv(100) == b"READY=1"
    systemd.tell("WATCHDOG=1")  # nobody there any more
    Systemd().tell("READY=1")  # the address is ours alone
