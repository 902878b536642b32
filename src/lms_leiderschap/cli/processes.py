"""Several processes that answer on the same sockets: gunicorn minds them, waitress answers.

gunicorn starts them, ends them, and replaces one that hangs or dies. What speaks HTTP in each is
the same `Listener` as in a server of one process, so limits, proxies and slow clients are treated
alike on every storage; gunicorn's own threads would each wait for one slow client.

The core is imported before the processes part, the application is made in each: no database and no
file of the side store is open across a fork. The settings are read once, before, and are those of
a process that replaces another one too. SIGHUP reads settings and plugins anew, when a process that
tries them gets an application; a new release of the core needs a restart.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import time
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
from lms_leiderschap.settings import Settings

SILENT = 60  # seconds without a beat after which a process is replaced
ENDING = LONGEST + 30  # seconds a process gets to end: its answers, and the mail in hand
TRYING = 20  # seconds a process gets to try other settings; systemd waits longer for a beat
PAUSE = 5  # seconds before another process is begun after one that could not be
FINE = "-"  # says the process that tried them
TOLD = (SettingError, Refusal, PluginError)  # whose sentence is all there is to say

log = logging.getLogger(__name__)


class Processes(BaseApplication):
    """All of them.

    settings of all that is served
    make     make(settings, whole) gives the application, in each process anew; SettingError when
             it cannot, and when whole and some database is not to be used
    read     gives the settings as they are by now; SettingError when none may be served with them
    answer   what a process does: (application, listener, beat), until the listener ends
    sockets  bound already; they are ours from now on
    server   lines of [server:main], for the Listener
    tell     is called with True when the first process answers, then with False every second in
             which requests get their turn somewhere
    """

    def __init__(
        self, settings: Settings, make: Callable[[Settings, bool], Any],
        read: Callable[[], Settings],
        answer: Callable[[Any, Listener, Callable[[], None]], None], sockets: Sequence[socket],
        server: Mapping[str, str], count: int, tell: Callable[[bool], None],
    ) -> None:  # fmt: skip
        self.settings, self.make, self.read, self.answer = settings, make, read, answer
        self.server, self.tell = server, tell
        self.answered = False  # whether any process ever was ready
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

    def load(self) -> Any:
        """Once some process answers, one institution does not stop the others."""
        return self.make(self.settings, not self.answered)

    def wsgi(self) -> Any:
        """The application of this process; what is wrong with the settings is one sentence.

        The first ones end all when they cannot have it. A later one ends alone, and is replaced.
        """
        try:
            return super().wsgi()
        except Exception as error:
            if self.answered:
                log.exception("a process could not begin, another one tries in %d seconds", PAUSE)
                time.sleep(PAUSE)
                raise SystemExit(1) from error
            if isinstance(error, TOLD):
                raise AppImportError(str(error)) from error
            raise

    def renewed(self) -> str:
        """Have other settings from now on; or what is wrong with them, and all is as before."""
        try:
            settings = self.read()
        except Exception as error:
            return _sentence(error)
        wrong = _tried(lambda: self.make(settings, True))
        if not wrong:
            self.settings = settings
        return wrong

    def run(self) -> None:
        """Until told to stop; then the process ends."""
        _Minder(self).run()


class _Minder(Arbiter):
    """The parent. Every second, when a process pokes it, and while it waits for processes to end,
    it looks whether any gave a beat."""

    def murder_workers(self) -> None:
        super().murder_workers()
        self._hear()

    def reap_workers(self) -> None:
        super().reap_workers()
        self._hear()

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            os.read(self.app.beats[0], 1 << 16)
            self.app.tell(not self.app.answered)
            self.app.answered = True

    def handle_hup(self) -> None:
        if wrong := self.app.renewed():
            self.log.error("not restarted: %s", wrong)
        else:
            super().handle_hup()

    def handle_usr2(self) -> None:
        self.log.error("USR2 is not for this server: use SIGHUP, or restart it.")


def _tried(make: Callable[[], object]) -> str:
    """What is wrong when a process of its own makes something: a sentence, "" when nothing is."""
    heard, said = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.write(said, _wrong(make).encode())
        finally:
            os._exit(0)
    os.close(said)
    with open(heard, "rb") as answer:
        done, _writing, _failing = select.select([answer], [], [], TRYING)
        wrong = answer.read().decode() if done else f"it took more than {TRYING} seconds."
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    if wrong == FINE:
        return ""
    return wrong or "the process that tried it ended."


def _wrong(make: Callable[[], object]) -> str:
    try:
        make()
    except BaseException as error:
        return _sentence(error)
    return FINE


def _sentence(error: BaseException) -> str:
    if isinstance(error, TOLD):
        return str(error)
    log.error("settings were tried", exc_info=error)
    return f"{type(error).__name__}: {error}"


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
