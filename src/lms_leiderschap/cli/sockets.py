"""The sockets that a server answers on: handed over by systemd, or opened here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from errno import EADDRNOTAVAIL, EAFNOSUPPORT
from socket import AI_PASSIVE, SOCK_STREAM, create_server, getaddrinfo, socket

ABSENT = {EADDRNOTAVAIL, EAFNOSUPPORT}
FIRST_HANDED = 3  # SD_LISTEN_FDS_START of sd_listen_fds(3)


@contextmanager
def open_sockets(host: str, port: int) -> Iterator[list[socket]]:
    """Those of a .socket unit when systemd hands us any, else `bound` ones."""
    handed = _handed_over()
    if not handed:
        with bound(host, port) as sockets:
            yield sockets
        return
    try:
        yield handed
    finally:
        for each in handed:
            each.close()


@contextmanager
def bound(host: str, port: int) -> Iterator[list[socket]]:
    """Sockets that listen on every address of a host. OSError when one is in use, or when
    there is none.

    An address that this machine names but does not have (::1 where IPv6 is off) is passed over.
    """
    with ExitStack() as stack:
        sockets: list[socket] = []
        found = getaddrinfo(host, port, type=SOCK_STREAM, flags=AI_PASSIVE)
        for family, address in dict.fromkeys((row[0], row[4]) for row in found):
            try:
                sockets.append(stack.enter_context(create_server(address[:2], family=family)))
            except OSError as error:
                if error.errno not in ABSENT:
                    raise
        if not sockets:
            raise OSError(EADDRNOTAVAIL, f"this machine has no address of {host}")
        yield sockets


def _handed_over() -> list[socket]:
    """What sd_listen_fds(3) would find; our children find nothing any more."""
    names = [os.environ.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")]
    pid, count = names[:2]
    if pid != str(os.getpid()):
        return []
    numbers = range(FIRST_HANDED, FIRST_HANDED + int(count))
    for number in numbers:
        os.set_inheritable(number, False)
    return [socket(fileno=number) for number in numbers]
