"""A command beside a running server that has the database in a file for itself.

Who writes hands the command to the server, over a socket file in the directory of the database:
its name and its arguments as one line of JSON. The server carries it out with the same function
and sends back, a line of JSON each, what it says and how it ended. Storages that several processes
open need none of this.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zc.lockfile import LockError

from lms_leiderschap.cli import people, plugins, upkeep
from lms_leiderschap.cli.ini import entry_named, settings_of
from lms_leiderschap.cli.words import LISTENER, ON_PURPOSE, Command, complain, say, sentence_of
from lms_leiderschap.plugin.parcel.checked import core_version
from lms_leiderschap.settings import InstitutionEntry
from lms_leiderschap.store.storages import directory_of

SOCKET = "lms.sock"
HANDED: Mapping[str, Command] = {
    "found": people.found, "erase": people.erase, "pack": upkeep.pack, "repair": upkeep.repair,
    "plugin enable": plugins.enable, "plugin disable": plugins.disable,
    "plugin upgrade": plugins.upgrade,
}  # fmt: skip


def performed(command: Command, options: argparse.Namespace) -> int:
    """How the command ended; what goes wrong on purpose is told in one sentence."""
    try:
        return command(options)
    except (*ON_PURPOSE, LockError) as error:
        complain(sentence_of(error))
    return 1


def beside(options: argparse.Namespace) -> int:
    """Have the server carry out the command, when it must; else do it here."""
    named = [name for name, command in HANDED.items() if command is options.command]
    if named:
        entry = entry_named(settings_of(options.ini), options.institution)
        with _server_of(entry) as server:
            if server is not None:
                return _handed(server, named[0], options)
    command: Command = options.command
    return command(options)


@contextmanager
def socket_of(entry: InstitutionEntry) -> Iterator[str | None]:
    """The address of the socket file of an institution; None where none is needed.

    It leads through an open directory: the address of a socket holds 108 bytes at most.
    """
    directory = directory_of(entry.storage)
    if directory is None or entry.kind != "file":
        yield None
        return
    directory.mkdir(parents=True, exist_ok=True)
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)


@contextmanager
def _server_of(entry: InstitutionEntry) -> Iterator[socket.socket | None]:
    """A connection to the server that has this database; None when there is none."""
    with socket_of(entry) as address, socket.socket(socket.AF_UNIX) as server:
        try:
            if address is None:
                raise FileNotFoundError
            server.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):  # the second: left by a crash
            yield None
            return
        yield server


def _handed(server: socket.socket, name: str, options: argparse.Namespace) -> int:
    arguments = {
        key: value for key, value in vars(options).items() if key not in ("command", "ini")
    }
    request = {"release": core_version(), "command": name, "arguments": arguments}
    server.sendall(json.dumps(request, default=str).encode() + b"\n")
    with server.makefile("r", encoding="utf-8") as answer:
        for line in answer:
            match json.loads(line):
                case {"out": text}:
                    say(*text.splitlines())
                case {"error": text}:
                    complain(text.removesuffix("\n"))
                case {"exit": int(code)}:
                    return code
    complain("The server ended before the command did. Look what became of it, and give it again.")
    return 1


def carried_out(request: Any, registry: Any, entry: InstitutionEntry, send: Any) -> int:
    """What a server does with a request: the command, with its own registry.

    send  called with what it says: ("out" or "error", text)
    """
    LISTENER.set(send)
    command = HANDED.get(request["command"])
    if request["release"] != core_version() or command is None:
        complain(f"The server runs release {core_version()}. Start it again and give the command "
                 "once more.")  # fmt: skip
        return 1
    options = argparse.Namespace(
        **request["arguments"] | {"registry": registry, "institution": entry.key}
    )
    return performed(command, options)


def clear(address: str) -> None:
    """Take away what a crash left; only for who has the database itself."""
    Path(address).unlink(missing_ok=True)
