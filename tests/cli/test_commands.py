"""The end of a server does not wait for a command that takes long."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest

from bench.server import write_settings
from lms_leiderschap.app import configure
from lms_leiderschap.cli import commands, settings_of
from lms_leiderschap.cli.beside import socket_of

MORE_THAN_A_BUFFER = 700_000  # bytes: when they are sent, somebody reads them


def test_a_command_that_is_not_done_ends_with_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "ENDING", 0.2)
    registry = configure(settings_of(str(write_settings(tmp_path, "file")))).registry
    registry.databases.open_all()
    server = commands.CommandServer(registry)
    server.start()
    with (
        closing(registry.databases), closing(registry.side),
        socket_of(registry.lms.institutions[0]) as address,
    ):  # fmt: skip
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(address)
            asking.sendall(b"x" * MORE_THAN_A_BUFFER)
            assert server.stop() is False
        monkeypatch.setattr(commands, "ENDING", 20)
        assert server.stop() is True
