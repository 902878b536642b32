"""What a monitor sees of a real server of several processes, and what it never sees."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from bench.browser import Browser
from bench.server import Server, free_port
from tests.conftest import STORAGE
from tests.reliability import live

SECRET = "Zeer-Geheim-7"
MARK = "Zeldzaamwoord"
LEVELS = ("level = WARNING", "level = INFO")
LINES = (
    "format = %(asctime)s %(levelname)s %(name)s %(message)s",
    "class = lms_leiderschap.web.logs.JsonLines",
)


def figure_of(port: int, name: str) -> float:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


@pytest.mark.slow
@pytest.mark.tier("nightly")
@pytest.mark.promise("E8", "E10", "E11")
def test_processes_count_together_and_secrets_stand_in_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))  # as systemd makes one
    ini, _sheets = live.make(tmp_path, 2, "sqlite" if STORAGE == "file" else "")
    told = free_port()
    (tmp_path / "password").write_text(SECRET)
    lines = (
        f"lms.metrics = 127.0.0.1:{told}\nlms.mail_password_file = password\n"
        "lms.mail = smtp://lms@127.0.0.1:9\n"
    )
    text = ini.read_text("utf-8").replace("lms.mail = files:mail\n", lines)
    ini.write_text(text.replace(*LEVELS).replace(*LINES), "utf-8")
    ini.chmod(0o600)
    server = Server(ini, free_port(), workers=2)
    try:
        for _time in range(40):
            person = Browser(live.HOST, server.port)
            person.get(f"/{MARK}?{MARK}={MARK}")
            person.close()
        assert figure_of(told, 'lms_refused_total{status="404"}') == 40
        with urlopen(f"http://127.0.0.1:{told}/health", timeout=10) as answer:
            assert json.load(answer)["status"] == "ok"
        pids = [server.pid, *server.children()]
        assert len(pids) == 3
        for pid in pids:
            for name in ("cmdline", "environ"):
                assert SECRET.encode() not in Path(f"/proc/{pid}/{name}").read_bytes()
        server.kill_one()  # when it had the port, another one has it now
        _until_told(told)
    finally:
        server.stop()
    log = (tmp_path / "server.log").read_text("utf-8")
    assert SECRET not in log and MARK not in log
    assert sum('"status": 404' in line for line in log.splitlines()) == 40


def _until_told(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            figure_of(port, "lms_requests_total")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nobody took the port of the figures")
