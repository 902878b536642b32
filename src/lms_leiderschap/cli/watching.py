"""Waiting for changes in a folder, and beginning a server anew after each.

The database can be open in one process only, so the old server ends before the new one begins. The
address is kept open meanwhile: a page that is asked for in between waits for the new server. A
change that does not load is found out first, in a process of its own, and leaves the old one alone.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from socket import socket
from typing import Any

from lms_leiderschap.author.source import Source
from lms_leiderschap.plugin.error import PluginError

EVERY = 0.5  # seconds
STOPPING = 10.0  # seconds until a server that does not end is ended
Seen = dict[str, tuple[int, int]]


class Watching:
    """One server at a time for what is in a folder.

    arguments  of ``lms dev``: the folder and what goes with it
    sockets    that listen; every server answers on them
    """

    def __init__(
        self, root: Path, arguments: Sequence[str], sockets: Sequence[socket], *, fresh: bool
    ) -> None:
        self.root, self.arguments, self.fresh = root, list(arguments), fresh
        self.numbers = [each.fileno() for each in sockets]
        self.server: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Until somebody stops it (Ctrl+C or SIGTERM)."""
        signal.signal(signal.SIGTERM, _stop)
        Source.find(self.root)  # PluginError when there is no plugin at all
        try:
            self._begin()
            seen = self._seen()
            while True:
                time.sleep(EVERY)
                now = self._seen()
                if now != seen:
                    seen = now
                    self._begin()
                elif self.server is not None and self.server.poll() is not None:
                    self._lost()
        except KeyboardInterrupt:
            return 0
        finally:
            self._end()

    def _begin(self) -> None:
        """Serve what is there now, when it loads."""
        if not self._loads():
            if self.server is not None:
                _tell("The page still shows what was there before.")
            else:
                _tell("Waiting for a change.")
            return
        self._end()
        words = ["--watched", *(["--fresh"] if self.fresh else [])]
        self.fresh = False
        command = self._command([*words, "--sockets", *map(str, self.numbers)])
        self.server = subprocess.Popen(  # noqa: S603 (it is us)
            command, stdin=subprocess.PIPE, pass_fds=self.numbers
        )

    def _loads(self) -> bool:
        """Whether it can be imported; what is wrong is told by the process that tried."""
        tried = self._command(["--tried"])
        done = subprocess.run(tried, stdin=subprocess.DEVNULL, check=False)  # noqa: S603 (us too)
        return done.returncode == 0

    def _command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "lms_leiderschap.cli", "dev", *self.arguments, *words]

    def _end(self) -> None:
        server, self.server = self.server, None
        if server is None:
            return
        server.terminate()
        try:
            server.wait(STOPPING)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        if server.stdin is not None:
            server.stdin.close()

    def _lost(self) -> None:
        """The server ended by itself: it said why, and the next change begins it again."""
        self._end()
        _tell("The server ended. Waiting for a change.")

    def _seen(self) -> Seen:
        """Time and size of every file; a folder that is being written may be half there."""
        seen: Seen = {}
        try:
            for path in Source.find(self.root).files():
                status = path.stat()
                seen[str(path)] = (status.st_mtime_ns, status.st_size)
        except (OSError, PluginError):
            pass
        return seen


def _stop(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def _tell(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
