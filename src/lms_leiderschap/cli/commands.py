"""The side of the server: it carries out commands that other processes hand to it."""

from __future__ import annotations

import json
import logging
import os
import selectors
import socket
import struct
import threading
from contextlib import ExitStack
from contextvars import copy_context
from typing import Any

from lms_leiderschap.cli.beside import carried_out, clear, socket_of
from lms_leiderschap.settings import InstitutionEntry

log = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds in which the other side must take or give something
ENDING = 20.0  # seconds that the end of the server waits for a command; its unit allows 60
LONGEST = 1 << 20  # bytes of a request
CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid (man 7 unix)


class CommandServer:
    """One thread that listens for all institutions in files; one command at a time.

    The socket file belongs to us alone (0600), and who connects must be the same user.
    """

    def __init__(self, registry: Any) -> None:
        self.registry = registry
        self._selector = selectors.DefaultSelector()
        self._stack = ExitStack()
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="lms-commands", daemon=True)

    def start(self) -> None:
        """Listen. The databases are open: whoever has them may clear what a crash left."""
        for end in (self._wake, self._woken):
            self._stack.enter_context(end)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        for entry in self.registry.lms.institutions:
            address = self._stack.enter_context(socket_of(entry))
            if address is not None:
                self._listen(address, entry)
        self._thread.start()

    def _listen(self, address: str, entry: InstitutionEntry) -> None:
        clear(address)
        listener = self._stack.enter_context(socket.socket(socket.AF_UNIX))
        self._stack.callback(clear, address)
        listener.bind(address)
        os.chmod(address, 0o600)
        listener.listen()
        self._selector.register(listener, selectors.EVENT_READ, entry)

    def stop(self) -> bool:
        """Finish the command at hand and take the socket files away; False for a longer one.

        That, as a pack of a large database, ends with this process: nothing is closed under it,
        and who asked for it is told that the server ended.
        """
        self._wake.send(b"x")
        self._thread.join(ENDING)
        if self._thread.is_alive():
            log.warning("stopped in the middle of a command that was handed over")
            return False
        self._selector.close()
        self._stack.close()
        return True

    def _run(self) -> None:
        while True:
            for key, _events in self._selector.select():
                if key.data is None:
                    return
                connection, _address = key.fileobj.accept()  # type: ignore[union-attr]
                with connection:
                    try:
                        self._answer(connection, key.data)
                    except Exception:
                        log.exception("a command that was handed over failed")

    def _answer(self, connection: socket.socket, entry: InstitutionEntry) -> None:
        size = CREDENTIALS.size
        found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        _pid, user, _group = CREDENTIALS.unpack(found)

        def send(kind: str, content: str | int) -> None:
            connection.sendall(json.dumps({kind: content}).encode() + b"\n")

        if user != os.geteuid():
            send("error", "Only the user that the server runs as may hand it a command.\n")
            send("exit", 1)
            return
        connection.settimeout(PATIENCE)
        with connection.makefile("rb") as source:
            request = json.loads(source.readline(LONGEST))
        try:
            code = copy_context().run(carried_out, request, self.registry, entry, send)
        except Exception:
            send("error", "It failed; the log of the server says why.\n")
            send("exit", 1)
            raise
        send("exit", code)
