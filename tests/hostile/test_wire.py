"""A real server before what is hardly HTTP: an answer or a closed line, and it goes on serving."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.browser import Browser
from bench.server import Server, free_port
from tests.reliability import live

HEAD = b"Host: 127.0.0.1\r\n"
FORM = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
POST = b"POST /sign-in HTTP/1.1\r\n" + FORM
UPLOAD = b"POST /profile HTTP/1.1\r\n" + HEAD + b"Content-Type: multipart/form-data; boundary=b\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
INSIDE = b"GET /smuggled HTTP/1.1\r\n" + HEAD + b"\r\n"
# Status codes of HTTP itself for what a server does not speak (RFC 9110); no error of ours.
NOT_SPOKEN = {501, 505}
BROKEN = {
    "negative length": POST + b"Content-Length: -1\r\n\r\na=b",
    "length that is no number": POST + b"Content-Length: 1e3\r\n\r\na=b",
    "length with a plus": POST + b"Content-Length: +3\r\n\r\na=b",
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 9\r\n\r\na=b",
    "length and chunks": POST + b"Content-Length: 3\r\n" + CHUNKED + b"0\r\n\r\n" + INSIDE,
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\n" + CHUNKED + b"0\r\n\r\n" + INSIDE,
    "another coding": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + INSIDE,
    "hidden coding": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + INSIDE,
    "chunk of a negative size": POST + CHUNKED + b"-1\r\na\r\n0\r\n\r\n",
    "chunk that is no number": POST + CHUNKED + b"zz\r\na\r\n0\r\n\r\n",
    "endless chunk": POST + CHUNKED + b"f" * 200 + b"\r\na",
    "chunk without its end": POST + CHUNKED + b"3\r\na=bXX0\r\n\r\n",
    "long chunk extension": POST + CHUNKED + b"3;" + b"x" * 70_000 + b"\r\na=b\r\n0\r\n\r\n",
    "cut off": POST + b"Content-Length: 900\r\n\r\na=b",
    "space before the colon": b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
    "folded header": b"GET / HTTP/1.1\r\n" + HEAD + b"X: a\r\n b\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\n" + HEAD + b"X: a\0b\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n", "two hosts": b"GET / HTTP/1.1\r\n" + HEAD * 2 + b"\r\n",
    "another address": b"GET http://evil.test/ HTTP/1.1\r\n" + HEAD + b"\r\n",
    "tunnel": b"CONNECT evil.test:443 HTTP/1.1\r\n" + HEAD + b"\r\n",
    "no version": b"GET /\r\n\r\n", "version 9": b"GET / HTTP/9.9\r\n" + HEAD + b"\r\n",
    "version 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "TLS": b"\x16\x03\x01\x02\x00" + bytes(99),
    "method of signs": b"G\xff\x00T / HTTP/1.1\r\n" + HEAD + b"\r\n",
    "noise": bytes(range(256)) * 9,
    "long line": b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + HEAD + b"X: y\r\n" * 60_000 + b"\r\n",
    "letters in the path": b"GET /\xff\xfe\xc3 HTTP/1.1\r\n" + HEAD + b"\r\n",
    "cookie of bytes": b"GET /week HTTP/1.1\r\n" + HEAD + b"Cookie: lms=\xff\x00\xfe\r\n\r\n",
}  # fmt: skip
# Here the chunks count and the length does not, as RFC 9112 (6.3) has it, and what follows is the
# next message of the line. It is a hole only behind a proxy that counts otherwise.
BOTH = {"length and chunks", "chunks twice"}
GIB = 2**30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    ini, sheets = live.make(tmp_path_factory.mktemp("wire"), 1)
    server = live.serve(ini, free_port())
    yield server, live.signed_in(server.port, [sheets[0].email])[sheets[0].email]
    server.stop()


def said(port: int, sent: bytes) -> bytes:
    """All that the server answers to these bytes, until it closes or is silent."""
    with socket.create_connection((live.HOST, port), timeout=3) as line:
        found = b""
        try:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65_536):
                found += piece
        except OSError:
            pass  # it closed the line before it heard all of it
        return found


def memory(pids: list[int]) -> float:
    """MB that these processes hold now."""
    pages = (int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return sum(pages) * 4096 / 2**20


@pytest.mark.promise("C1")
@pytest.mark.tier("nightly")
@pytest.mark.slow
def test_what_is_hardly_http_makes_no_error(server: Any, figure: Any) -> None:
    running, _cookies = server
    statuses: dict[str, list[int]] = {}
    for name, sent in BROKEN.items():
        answer = said(running.port, sent)
        statuses[name] = [int(code) for code in re.findall(rb"(?m)^HTTP/1\.[01] (\d{3}) ", answer)]
        assert b"Traceback" not in answer
        page = Browser(live.HOST, running.port)
        assert page.get("/sign-in").status == 200, name
        page.close()
    wrong = {name: found for name, found in statuses.items()
             if any(code >= 500 and code not in NOT_SPOKEN for code in found)}  # fmt: skip
    # Behind what is refused for its length or coding, nothing more is read from the line.
    smuggled = [name for name, sent in BROKEN.items()
                if name not in BOTH and sent.endswith(INSIDE) and len(statuses[name]) > 1]
    print(statuses)
    assert wrong == {}
    figure("sent", len(BROKEN), "broken messages", at_least=30)
    figure("errors of the server", len(wrong), "answers 5xx", at_most=0)
    figure("smuggled", len(smuggled), "requests", at_most=0)


@pytest.mark.promise("B7")
@pytest.mark.tier("nightly")
@pytest.mark.slow
@pytest.mark.parametrize("known", [False, True], ids=["unknown", "signed in"])
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_five_gigabytes_are_refused(server: Any, known: bool, framing: str, figure: Any) -> None:
    """Told beforehand, at once; without a length, as soon as it is more than anybody may send."""
    running, cookies = server
    pids = [running.pid, *running.children()]
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items()) if known else "x=y"
    head = UPLOAD + b"Cookie: " + cookie.encode() + b"\r\n"
    head += CHUNKED if framing == "chunks" else b"Content-Length: %d\r\n\r\n" % (5 * GIB)
    piece = b"100000\r\n" + bytes(2**20) + b"\r\n" if framing == "chunks" else bytes(2**20)
    before = most = memory(pids)
    sent, begun = 0, time.monotonic()
    with socket.create_connection((live.HOST, running.port), timeout=20) as line:
        line.sendall(head)
        try:
            while sent < 5 * GIB and time.monotonic() - begun < 60:
                line.sendall(piece)
                sent += 2**20
                most = max(most, memory(pids))
            line.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        try:
            answer = line.recv(4096)
        except OSError:
            answer = b""  # closed at once, as it may when nobody stops sending
    most = max(most, memory(pids))
    assert answer[9:12] in (b"413", b"400", b"")
    figure("read of it", sent / 2**20, "MB", at_most=200)
    figure("refused in", time.monotonic() - begun, "s", at_most=2 if framing == "length" else 30)
    figure("growth of memory", most - before, "MB", at_most=200)
    page = Browser(live.HOST, running.port)
    assert page.get("/sign-in").status == 200
    page.close()
