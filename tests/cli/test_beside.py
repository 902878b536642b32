"""Commands beside a running server: who reads looks along, who writes is served by it."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.browser import Browser
from bench.server import Server, free_port, write_settings
from lms_leiderschap.cli import main
from lms_leiderschap.demo.bulk import participant_email
from lms_leiderschap.plugin.parcel.checked import core_version

LMS = [sys.executable, "-W", "ignore", "-m", "lms_leiderschap.cli"]
pytestmark = [pytest.mark.slow, pytest.mark.promise("G5")]


@pytest.fixture(scope="module")
def ini(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small institution in a file, in a directory whose name is longer than a socket's may be."""
    directory = tmp_path_factory.mktemp("long" * 20)
    path = write_settings(directory, "file")
    assert main(["demo", "--ini", str(path), "--participants", "3"]) == 0
    return path


@pytest.fixture(scope="module")
def server(ini: Path) -> Iterator[Server]:
    server = Server(ini, free_port())
    yield server
    server.stop()


def lms(ini: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*LMS, *words, "--ini", str(ini)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_killed_server_leaves_a_socket_that_is_in_nobodys_way(ini: Path) -> None:
    server = Server(ini, free_port())
    server.stop(signal.SIGKILL)
    path = ini.parent / "database" / "lms.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert lms(ini, "pack").returncode == 0
    again = Server(ini, free_port())
    assert lms(ini, "pack").returncode == 0
    again.stop()
    assert not path.exists()
    assert lms(ini, "pack").returncode == 0


def test_reading_and_writing_beside_a_server(ini: Path, server: Server) -> None:
    email = participant_email(3)
    exported = lms(ini, "export", email)
    assert json.loads(exported.stdout)["person"]["email"] == email, exported.stderr
    erased = lms(ini, "erase", email, "--why", "op eigen verzoek")
    assert (erased.returncode, erased.stderr) == (0, "")
    again = lms(ini, "erase", email, "--why", "nog eens")
    assert again.returncode == 1 and email in again.stderr
    assert email in lms(ini, "export", email).stderr
    packed = lms(ini, "pack", "--minutes", "0", "--json")
    assert json.loads(packed.stdout)["wrong"] == [], packed.stderr
    browser = Browser("127.0.0.1", server.port)
    assert browser.get("/sign-in").status == 200
    browser.close()


def test_plugins_beside_a_server(ini: Path, server: Server) -> None:
    assert lms(ini, "plugin", "disable", "hrm").returncode == 0
    rows = {row["name"]: row for row in json.loads(lms(ini, "plugin", "list", "--json").stdout)}
    assert rows["hrm"]["state"] == "off"
    assert "hrm is on" in lms(ini, "plugin", "enable", "hrm").stdout
    unknown = lms(ini, "plugin", "enable", "onbekend")
    assert unknown.returncode == 1 and "onbekend" in unknown.stderr


def test_what_has_to_be_alone_says_so(ini: Path, server: Server) -> None:
    refused = lms(ini, "demo")
    assert refused.returncode == 1 and "has this database open" in refused.stderr


def test_only_its_own_release_and_its_own_words_are_carried_out(ini: Path, server: Server) -> None:
    for release, command, said in (("0.0.0", "pack", "Start it again"),
                                   (core_version(), "serve", "Start it again"),
                                   (core_version(), "pack", "log of the server")):
        answers = _asked(ini, {"release": release, "command": command, "arguments": {}})
        assert said in answers[0]["error"] and answers[-1] == {"exit": 1}


def test_nonsense_on_the_socket_harms_nobody(ini: Path, server: Server) -> None:
    for nonsense in (b"", b"{", b"\x80\x04N.\n", b"[]\n", b"x" * 100_000):
        _send(ini, nonsense)
    assert lms(ini, "pack").returncode == 0


def test_another_user_is_refused(ini: Path, server: Server) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    asked = (
        f"import os, socket; os.chdir({str(ini.parent / 'database')!r}); os.seteuid(65534); "
        "socket.socket(socket.AF_UNIX).connect('lms.sock')"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True,
                          check=False)
    assert "PermissionError" in done.stderr


def _asked(ini: Path, request: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _send(ini, json.dumps(request).encode() + b"\n")]


def _send(ini: Path, content: bytes) -> list[bytes]:
    handle = os.open(ini.parent / "database", os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(f"/proc/self/fd/{handle}/lms.sock")
            client.sendall(content)
            client.shutdown(socket.SHUT_WR)
            return client.makefile("rb").readlines()
    finally:
        os.close(handle)
