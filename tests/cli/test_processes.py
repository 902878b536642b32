"""Several processes that answer: on which storages, and what becomes of them when one dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import transaction
from persistent import Persistent

from bench.browser import Browser
from bench.server import Server, free_port, write_settings
from lms_leiderschap.cli import settings_of
from lms_leiderschap.demo.bulk import fill_bulk
from lms_leiderschap.store.evolving import EVOLVED, latest
from lms_leiderschap.store.root import INSTITUTION, Databases, institution_in
from tests.reliability.live import HOST, opened

SLOW = 500

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ini(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = write_settings(tmp_path_factory.mktemp("processes"), "sqlite")
    with opened(found) as registry:
        fill_bulk(registry, 1, 0)
    return found


@pytest.fixture(scope="module")
def server(ini: Path) -> Iterator[Server]:
    server = Server(ini, free_port(), workers=2)
    yield server
    server.stop()


def get(server: Server) -> Any:
    browser = Browser(HOST, server.port)
    page = browser.get("/sign-in")
    browser.close()
    return page


def wait(until: Callable[[], bool]) -> float:
    begun = time.monotonic()
    while not until():
        assert time.monotonic() < begun + 60
        time.sleep(0.05)
    return time.monotonic() - begun


def all_answer(server: Server) -> bool:
    """Whether both processes have the threads that answer; they begin before the first request."""
    return [len(os.listdir(f"/proc/{pid}/task")) > 4 for pid in server.children()] == [True, True]


def test_a_file_is_for_one_process(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("lms"), "serve", write_settings(tmp_path),
               "--workers", "2"]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The storage file: of meting can be open in one process only")
    assert ended.stderr.count("\n") == 1


@pytest.mark.promise("E11")
def test_a_process_that_dies_is_replaced_and_the_others_answer_meanwhile(
    server: Server, figure: Any
) -> None:
    wait(lambda: all_answer(server))
    gone = server.kill_one()
    begun = time.monotonic()
    assert get(server).status == 200
    figure("a page after one of two processes was killed", time.monotonic() - begun, "s", at_most=3)
    wait(lambda: len(server.children()) == 2 and gone not in server.children())


def test_nobody_learns_what_serves(server: Server) -> None:
    assert get(server).headers["Server"] is None


@pytest.mark.promise("B7")
def test_five_gigabytes_are_refused_unread(server: Server, figure: Any) -> None:
    begun = time.monotonic()
    with socket.create_connection((HOST, server.port), timeout=30) as client:
        client.sendall(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       b"Content-Type: multipart/form-data; boundary=x\r\n"
                       b"Content-Length: 5368709120\r\n\r\n--x\r\n")  # fmt: skip
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")
    figure("5 GB refused", time.monotonic() - begun, "s", at_most=2)


def test_a_proxy_is_trusted_from_its_own_address_only(server: Server) -> None:
    browser = Browser(HOST, server.port)
    sent = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.test"}
    page = browser.get("/sign-in", **sent)
    browser.close()
    assert page.status == 200
    assert page.headers["Strict-Transport-Security"] is None


@pytest.mark.promise("B5")
@pytest.mark.tier("nightly")
def test_slow_clients_hold_up_nobody(server: Server, figure: Any) -> None:
    """Without a web server in front: each sends a byte of its request a second."""
    before = _p95(server)
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection((HOST, server.port)))
                for _client in range(SLOW)]  # fmt: skip
        stack.enter_context(_trickling(slow))
        time.sleep(2)
        meanwhile = _p95(server)
    figure("slow clients", SLOW, "clients", at_least=500)
    figure("p95 of others without them", before, "s")
    figure("p95 of others beside them", meanwhile / before, "times", at_most=2)


@contextmanager
def _trickling(clients: list[socket.socket]) -> Iterator[None]:
    stop = threading.Event()
    text = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n\r\n" + b"x" * 99

    def run() -> None:
        for at in range(len(text)):
            for client in clients:
                client.send(text[at:at + 1])
            if stop.wait(1):
                return

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join()


def _p95(server: Server) -> float:
    times = []
    for _page in range(100):
        begun = time.monotonic()
        assert get(server).status == 200
        times.append(time.monotonic() - begun)
    return sorted(times)[94]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Path, Server]]:
    """A server of its own, of which the settings may be spoilt; institutions.toml and it."""
    ini = write_settings(tmp_path, "sqlite")
    with opened(ini) as registry:
        fill_bulk(registry, 1, 0)
    server = Server(ini, free_port(), workers=2)
    yield tmp_path / "institutions.toml", server
    server.stop()


def replaced(server: Server) -> None:
    """Have one of the two processes end, and wait until another one answers in its place."""
    gone = server.kill_one()
    wait(lambda: server.process.poll() is not None
         or (len(server.children()) == 2 and gone not in server.children() and all_answer(server)))


@pytest.mark.promise("E11")
@pytest.mark.tier("nightly")
def test_settings_that_are_being_saved_end_nobody(two: tuple[Path, Server]) -> None:
    institutions, server = two
    institutions.write_text(institutions.read_text()[:25])
    replaced(server)
    assert get(server).status == 200
    _refused(server, "not restarted: ")
    assert get(server).status == 200


@pytest.mark.promise("E11")
@pytest.mark.tier("nightly")
def test_an_institution_that_cannot_be_loaded_ends_no_other(two: tuple[Path, Server]) -> None:
    """Neither when the server is to be renewed with it, nor when it becomes so while it runs."""
    institutions, server = two
    good = institutions.read_text() + 'hosts = ["127.0.0.1"]\n'
    added = good.replace("meting", "nieuw").replace("127.0.0.1", "nieuw.test")
    institutions.write_text(good + added.replace("sqlite:database", "sqlite:new"))
    _of_a_newer_release(institutions.with_name("bench.ini"), "nieuw")
    _refused(server, "not restarted: The database of nieuw is of a newer release")
    institutions.write_text(good)
    _of_a_newer_release(institutions.with_name("bench.ini"), "meting")
    replaced(server)
    assert server.process.poll() is None


def _refused(server: Server, sentence: str) -> None:
    """SIGHUP changes nothing: the same two processes answer, and the log says why."""
    before, log = server.children(), Path(server.log.name)
    server.process.send_signal(signal.SIGHUP)
    wait(lambda: sentence in log.read_text("utf-8"))
    assert server.process.poll() is None
    assert server.children() == before


def _of_a_newer_release(ini: Path, key: str) -> None:
    settings = settings_of(str(ini))
    databases = Databases(settings, any_release=True)
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    entry = next(entry for entry in settings.institutions if entry.key == key)
    connection = databases.connect(entry, manager)
    if institution_in(connection) is None:
        connection.root()[INSTITUTION] = Persistent()
    connection.root()[EVOLVED] = latest() + 1
    manager.commit()
    connection.close()
    databases.close()


# The last one, after which nothing is left.
def test_processes_end_when_nobody_minds_them(server: Server) -> None:
    wait(lambda: all_answer(server))
    children = server.children()
    assert get(server).status == 200
    os.kill(server.pid, signal.SIGKILL)
    server.process.wait()
    wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
