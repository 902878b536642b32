"""The addresses that a server listens on."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from lms_leiderschap.cli.sockets import bound

ABSENT = "192.0.2.1"  # kept for documents (RFC 5737): no machine has it


def test_an_address_that_the_machine_does_not_have_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = socket.getaddrinfo

    def named(_host: str, *words: Any, **more: Any) -> list[Any]:
        return [row for host in (ABSENT, "127.0.0.1") for row in ask(host, *words, **more)]

    monkeypatch.setattr("lms_leiderschap.cli.sockets.getaddrinfo", named)
    with bound("localhost", 0) as sockets:
        assert [each.getsockname()[0] for each in sockets] == ["127.0.0.1"]


def test_no_address_at_all_is_an_error() -> None:
    with pytest.raises(OSError, match=ABSENT), bound(ABSENT, 0):
        pass


def test_a_port_in_use_is_an_error() -> None:
    with bound("127.0.0.1", 0) as sockets:
        port = sockets[0].getsockname()[1]
        with pytest.raises(OSError, match="in use"), bound("127.0.0.1", port):
            pass
