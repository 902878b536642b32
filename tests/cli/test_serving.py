"""The safe start: a server that imports no plugin, whatever is wrong with one."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bench.browser import Browser
from tests.cli.test_plugins import Installed

TOP = Path(__file__).parents[2]
LMS = [sys.executable, "-m", "lms_leiderschap.cli"]

pytestmark = pytest.mark.slow


def test_it_starts_without_importing_a_plugin_that_ends_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    installed = Installed(tmp_path)
    mark = tmp_path / "imported"
    installed.write(more=f"open({str(mark)!r}, 'w').close()\nimport os\nos._exit(7)")
    shutil.copy(TOP / "development.ini", tmp_path / "live.ini")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    words = ["serve", str(tmp_path / "live.ini"), "--port", str(port), "--json"]
    paths = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ended = subprocess.run([*LMS, *words], env=paths, capture_output=True, check=False)
    assert ended.returncode == 7 and mark.exists()
    mark.unlink()
    server = subprocess.Popen([*LMS, *words, "--without-plugins"], env=paths, text=True,
                              stdout=subprocess.PIPE)  # fmt: skip
    assert server.stdout is not None
    try:
        assert json.loads(server.stdout.readline())["pid"] == server.pid
        browser = Browser("localhost", port)
        assert browser.get("/sign-in").status == 200
        browser.close()
    finally:
        server.terminate()
        server.wait(20)
        server.stdout.close()
    assert not mark.exists()
