"""A TCP line that misbehaves on command, between the application and its database."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress

HOST = "127.0.0.1"
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: the other end hears of it at once


class Proxy:
    """Passes on what arrives at `port`; everything about it may be changed at any moment.

    passing  cleared, the line is half-open: both ends think that it is there, nothing arrives
    delay    seconds before each piece; slow  one byte per second
    left     bytes to the server until all lines are cut; None = never
    sought   words to the server; when they come by, `keep` says what is cut off: "nothing of it"
             (they do not arrive) or "no answer" (they do, and what the server says to that is lost)
    """

    def __init__(self, target: int) -> None:
        self.target, self.passing = target, threading.Event()
        self.passing.set()
        self.delay, self.slow = 0.0, False
        self.left: int | None = None
        self.sought, self.keep, self.count = b"", "", 0
        self.cuts = 0
        self._deaf = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at(self, words: bytes, keep: str, count: int = 1) -> None:
        """Cut all lines when a statement with these words comes by for the `count`th time."""
        self.sought, self.keep, self.count = words, keep, count

    def heal(self) -> None:
        """From now on everything passes; returns the line to what it was at first."""
        self.sought, self.left, self.delay, self.slow = b"", None, 0.0, False
        self.passing.set()

    def cut(self) -> None:
        self.cuts += 1
        self.sought, self.left = b"", None
        while self._open:
            with suppress(OSError):
                line = self._open.pop()
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                line.shutdown(socket.SHUT_RDWR)
        self._deaf.clear()

    def close(self) -> None:
        self._listener.close()
        self.passing.set()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return  # closed
            try:
                far = socket.create_connection((HOST, self.target))
            except OSError:
                near.close()
                continue
            self._open += [near, far]
            for source, sink, up in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pump, args=(source, sink, up), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                self.passing.wait()
                time.sleep(self.delay)
                if not (self._upward(piece, sink) if up else self._downward(piece, sink)):
                    self.cut()
                    break
        for end in (source, sink):
            end.close()

    def _upward(self, piece: bytes, sink: socket.socket) -> bool:
        if self.sought and self.sought in piece:
            self.count -= 1
            if self.count == 0 and self.keep == "nothing of it":
                return False
            if self.count == 0:
                self._deaf.set()
        if self.left is not None and len(piece) >= self.left:
            sink.sendall(piece[: self.left])
            return False
        self.left = None if self.left is None else self.left - len(piece)
        self._send(piece, sink)
        return True

    def _downward(self, piece: bytes, sink: socket.socket) -> bool:
        if self._deaf.is_set():
            return False
        self._send(piece, sink)
        return True

    def _send(self, piece: bytes, sink: socket.socket) -> None:
        if not self.slow:
            sink.sendall(piece)
            return
        for at in range(len(piece)):
            sink.sendall(piece[at : at + 1])
            time.sleep(1)
