"""The real server as a child process, and what the system says that it used."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
INI = """[app:main]
lms.institutions = %(here)s/institutions.toml
lms.side = side.sqlite
lms.keys = keys
lms.unsigned_plugins = *
lms.mail = files:mail
lms.mail_from = lms@localhost

[server:main]
listen = 127.0.0.1:6543
threads = 4

[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = WARNING
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(asctime)s %(levelname)s %(name)s %(message)s
"""
INSTITUTIONS = """[[institutions]]
key = "meting"
url = "http://127.0.0.1"
storage = "{storage}"
"""


def write_settings(directory: Path, storage: str = "file") -> Path:
    """An ini file of its own for everything that lies in `directory`.

    storage  a rung of the ladder, "file" or "sqlite", or one with its place, "postgresql:DSN"
    """
    storage = storage if ":" in storage else f"{storage}:database"
    ini = directory / "bench.ini"
    ini.write_text(INI, "utf-8")
    (directory / "institutions.toml").write_text(INSTITUTIONS.format(storage=storage), "utf-8")
    return ini


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Server:
    """`lms serve` on loopback. Its warnings are kept in server.log beside the ini file.

    handed   a socket that listens already, passed on as systemd does
    workers  how many processes answer; with more than one, `pid` is the one that minds them
    started  seconds from starting the process until it said that it serves
    instead  another command that serves there, and says so with the same line
    """

    def __init__(self, ini: Path, port: int, workers: int = 1,
                 handed: socket.socket | None = None,
                 instead: Sequence[str | Path] = ()) -> None:  # fmt: skip
        self.port = port
        self.log = (ini.parent / "server.log").open("ab")
        begun = time.monotonic()
        command = list(instead) or [Path(sys.executable).with_name("lms"), "serve", ini, "--port",
                                    str(port), "--json", "--workers", str(workers)]
        numbers = [] if handed is None else [handed.fileno()]
        if numbers:
            hand_over = f'exec 3<&{numbers[0]}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
            command[:0] = ["bash", "-c", hand_over, "bash"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log, cwd=ini.parent, pass_fds=numbers,
            env=os.environ | {"PYTHONWARNINGS": "ignore"}, start_new_session=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the server did not start; see {self.log.name}")
        self.started = time.monotonic() - begun
        self.pid = self.process.pid
        self.jobs_thread = json.loads(line)["jobs_thread"]

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it; SIGKILL is the power cut, and takes all processes at once."""
        if how == signal.SIGKILL:
            os.killpg(self.pid, how)
        else:
            self.process.send_signal(how)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()

    def children(self) -> list[int]:
        """The processes below this one: with several workers, those that answer."""
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(word) for word in found.split()]

    def kill_one(self) -> int:
        """End one of several processes that answer, unwarned; its id."""
        pid = random.choice(self.children())
        os.kill(pid, signal.SIGKILL)
        return pid

    def cpu(self) -> tuple[float, float]:
        """Milliseconds of CPU used so far: for answers; and after them, jobs and children.

        Of several processes both are in the first: their jobs run in no thread that we know.
        """
        if self.jobs_thread is None:
            return sum(_spent(pid) for pid in self.children()) * 1000 / TICKS, 0.0
        fields = _fields(f"/proc/{self.pid}/stat")
        own, children = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
        jobs = sum(map(int, _fields(f"/proc/{self.pid}/task/{self.jobs_thread}/stat")[11:13]))
        return (own - jobs) * 1000 / TICKS, (jobs + children) * 1000 / TICKS

    def pss(self) -> float:
        """Proportional set size in MiB, of all processes."""
        pids = [self.pid] if self.jobs_thread is not None else [self.pid, *self.children()]
        return sum(_pss(pid) for pid in pids)

    def settle(self, most: float = 60) -> None:
        """Wait until the work after the answers is done: one second with hardly any CPU."""
        end, before = time.monotonic() + most, self.cpu()[1]
        while time.monotonic() < end:
            time.sleep(1.5)
            now = self.cpu()[1]
            if now - before <= 20:
                return
            before = now


def _fields(path: str) -> list[str]:
    # The second field is a name in brackets that may itself hold spaces.
    return Path(path).read_text().rpartition(")")[2].split()


def _spent(pid: int) -> int:
    return sum(map(int, _fields(f"/proc/{pid}/stat")[11:15]))


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no Pss in smaps_rollup")
