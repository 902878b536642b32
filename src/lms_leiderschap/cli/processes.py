"""Several processes that answer on the same sockets: gunicorn minds them, waitress answers.

gunicorn starts them, ends them, and replaces one that hangs or dies. What speaks HTTP in each is
the same `Listener` as in a server of one process, so limits, proxies and slow clients are treated
alike on every storage; gunicorn's own threads would each wait for one slow client.

The core is imported before the processes part, the application is made in each: no database and no
file of the side store is open across a fork. SIGHUP reads settings and plugins anew; a new release
of the core needs a restart.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from socket import socket
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from lms_leiderschap.cli.listener import LONGEST, Listener
from lms_leiderschap.errors import Refusal, SettingError
from lms_leiderschap.plugin.error import PluginError

SILENT = 60  # seconds without a beat after which a process is replaced
ENDING = LONGEST + 30  # seconds a process gets to end: its answers, and the mail in hand


class Processes(BaseApplication):
    """All of them.

    make     gives the application, in each process anew; SettingError when it cannot
    check    raises SettingError when `make` would
    answer   what a process does: (application, listener, beat), until the listener ends
    sockets  bound already; they are ours from now on
    server   lines of [server:main], for the Listener
    tell     is called with True when the first process answers, then with False every second in
             which requests get their turn somewhere
    """

    def __init__(
        self, make: Callable[[], Any], check: Callable[[], object],
        answer: Callable[[Any, Listener, Callable[[], None]], None], sockets: Sequence[socket],
        server: Mapping[str, str], count: int, tell: Callable[[bool], None],
    ) -> None:  # fmt: skip
        self.load, self.check, self.answer = make, check, answer
        self.server, self.tell = server, tell
        self.beats = os.pipe()
        for end in self.beats:
            os.set_blocking(end, False)
        self._lines = {
            "bind": [f"fd://{each.detach()}" for each in sockets], "workers": count,
            "worker_class": _Process, "logger_class": _Log, "timeout": SILENT,
            "graceful_timeout": int(ENDING), "control_socket_disable": True,
        }  # fmt: skip
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._lines.items():
            self.cfg.set(name, value)

    def wsgi(self) -> Any:
        """The application of this process; what is wrong with the settings is one sentence."""
        try:
            return super().wsgi()
        except (SettingError, Refusal, PluginError) as error:
            raise AppImportError(str(error)) from error

    def run(self) -> None:
        """Until told to stop; then the process ends."""
        _Minder(self).run()


class _Minder(Arbiter):
    """The parent. Every second, when a process pokes it, and while it waits for processes to end,
    it looks whether any gave a beat."""

    _told = False

    def murder_workers(self) -> None:
        super().murder_workers()
        self._hear()

    def reap_workers(self) -> None:
        super().reap_workers()
        self._hear()

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            os.read(self.app.beats[0], 1 << 16)
            self.app.tell(not self._told)
            self._told = True

    def handle_hup(self) -> None:
        try:
            self.app.check()
        except SettingError as error:
            self.log.error("not restarted: %s", error)
        else:
            super().handle_hup()

    def handle_usr2(self) -> None:
        self.log.error("USR2 is not for this server: use SIGHUP, or restart it.")


class _Process(Worker):
    """A child."""

    alive: bool
    _listener: Listener | None = None

    def run(self) -> None:
        self._listener = Listener(self.wsgi, [each.sock for each in self.sockets], self.app.server)
        if not self.alive:
            self._listener.end()
        self._give_beat()
        os.kill(self.ppid, signal.SIGCHLD)  # wakes the parent, which looks for beats then
        self.app.answer(self.wsgi, self._listener, self._give_beat)

    def handle_exit(self, _signal: int, _frame: Any) -> None:
        if self.alive and self._listener is not None:
            self._listener.end()
        self.alive = False

    handle_quit = handle_exit

    def _give_beat(self) -> None:
        self.notify()
        with suppress(BlockingIOError):
            os.write(self.app.beats[1], b".")
        if os.getppid() != self.ppid:
            self.handle_exit(signal.SIGTERM, None)  # nobody minds us any more


class _Log(Logger):
    """What gunicorn logs goes where everything goes."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.error_log.propagate = True
