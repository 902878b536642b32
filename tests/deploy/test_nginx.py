"""nginx as deploy/nginx has it, with TLS, in front of a real server."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bench.browser import Browser, Page, Upload
from bench.server import free_port
from tests.reliability import live

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "leren.uw-school.nl"
FRAME = """daemon off; pid {here}/nginx.pid; error_log {here}/error.log; {user}
events {{ worker_connections 1024; }}
http {{ include {here}/lms.conf; include {here}/lms-upstream.conf;
proxy_temp_path {here}/proxy; fastcgi_temp_path {here}/f;
uwsgi_temp_path {here}/u; scgi_temp_path {here}/s; }}
"""
INI = """lms.receiving_header = X-Request-Time
lms.request_id_header = X-Request-Id
"""
CLASS = 200
HALF = f"POST /sign-in HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 9\r\n\r\nhalf"
PROXY = """trusted_proxy = 127.0.0.1
trusted_proxy_headers = x-forwarded-for x-forwarded-host x-forwarded-proto
"""

pytestmark = [pytest.mark.tier("nightly"), pytest.mark.slow]


class _Connection(HTTPSConnection):
    """To this machine, whatever the name."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.sock = ssl.create_default_context(cafile=self.authority).wrap_socket(
            plain, server_hostname=NAME)

    authority = ""


class Person(Browser):
    """A browser that comes in through nginx, with the headers that browsers send."""

    def __init__(self, port: int, authority: Path) -> None:
        super().__init__(NAME, port)
        self.connection = _Connection(NAME, port)
        self.connection.authority = str(authority)
        self.origin = f"https://{NAME}:{port}"
        self.spoofed: dict[str, str] = {}

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        sent = {**headers, **self.spoofed, "Origin": self.origin}
        return super()._ask(method, path, body, sent)


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(made.public_bytes(Encoding.PEM))
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "privkey.pem").write_bytes(plain)


def write_conf(here: Path, port: int, plain: int, behind: int) -> None:
    """The example with other places and ports, and nothing else changed."""
    text = (DEPLOY / "nginx/lms.conf").read_text("utf-8")
    text = re.sub(r".*listen \[::\].*\n", "", text)
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}")
    text = text.replace("listen 80", f"listen 127.0.0.1:{plain}")
    text = text.replace(f"/etc/letsencrypt/live/{NAME}", str(here))
    text = text.replace("/etc/nginx/lms-pages/", f"{here}/pages/")
    text = re.sub(r"/var/(cache|lib|log)/nginx", str(here), text)
    (here / "lms.conf").write_text(text, "utf-8")
    text = (DEPLOY / "nginx/lms-upstream.conf").read_text("utf-8")
    text = text.replace("server 127.0.0.1:6543", f"server 127.0.0.1:{behind}")
    (here / "lms-upstream.conf").write_text(text, "utf-8")
    user = "user root;" if os.getuid() == 0 else ""  # the folders of tests are for their owner
    (here / "nginx.conf").write_text(FRAME.format(here=here, user=user), "utf-8")


@pytest.fixture
def nginx() -> str:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    return program


class Site:
    """The example as it runs: people come in at `port`."""

    def __init__(self, here: Path, port: int, sheets: list[live.Sheet], log: Path) -> None:
        self.here, self.port, self.sheets, self.log = here, port, sheets, log

    def person(self) -> Person:
        return Person(self.port, self.here / "fullchain.pem")


@pytest.fixture
def site(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = tmp_path_factory.mktemp("nginx")
    port, plain, behind = free_port(), free_port(), free_port()
    certificate(here)
    shutil.copytree(DEPLOY / "nginx/pages", here / "pages")
    write_conf(here, port, plain, behind)
    conf = here / "nginx.conf"
    tried = subprocess.run([nginx, "-t", "-c", conf], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr, tried.stderr
    directory = tmp_path_factory.mktemp("lms")
    ini, sheets = live.make(directory, 2)
    text = ini.read_text("utf-8").replace("[app:main]\n", f"[app:main]\n{INI}")
    text = text.replace("threads = 4", f"threads = 4\n{PROXY}")
    text = text.replace("level = WARNING", "level = INFO").replace(
        "format = %(asctime)s %(levelname)s %(name)s %(message)s",
        "class = lms_leiderschap.web.logs.JsonLines")  # fmt: skip
    ini.write_text(text, "utf-8")
    server = live.serve(ini, behind)
    process = subprocess.Popen([nginx, "-c", conf])
    try:
        _wait_for(port)
        yield Site(here, port, sheets, directory / "server.log")
    finally:
        process.terminate()
        process.wait(20)
        server.stop()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not listen")


@pytest.mark.promise("B7", "E10", "G3")
def test_people_come_in_through_nginx(site: Site, figure: Any) -> None:
    anna = site.person()
    sheet = site.sheets[0]
    anna.sign_in(sheet.email, live.PASSWORD)
    assert "__Host-lms" in anna.cookies
    _hands_in(anna, sheet)
    _is_refused_what_is_too_large(anna, figure)
    _finds_files_for_ever(anna)
    _finds_its_request_in_both_logs(site, anna)
    _cannot_say_who_it_is(site)
    _a_class_behind_one_address_is_served(site)
    _other_names_get_nothing(site)
    anna.close()


def _hands_in(anna: Person, sheet: live.Sheet) -> None:
    sent = live.fill_in(anna, sheet, random.Random(4))
    answer = live.send(anna, sent)
    assert answer is not None and answer.status == 303 and answer.location.endswith("/receipt")
    assert anna.get(answer.location).status == 200


def _is_refused_what_is_too_large(anna: Person, figure: Any) -> None:
    """Far too large, by its length alone, and a little too large."""
    begun = time.monotonic()
    anna.connection.putrequest("POST", "/profile")
    anna.connection.putheader("Content-Length", str(5 << 30))
    anna.connection.endheaders()
    answer = anna.connection.getresponse()
    body = answer.read().decode()
    figure("5 GB refused by nginx", time.monotonic() - begun, "s", at_most=2)
    assert answer.status == 413 and "Dit is te groot" in body and "nginx" not in body
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    anna.connection.close()
    page = anna.get("/profile")
    form = next(form for form in page.forms() if "submit" in form.buttons)
    form.enctype = "multipart/form-data"
    large = Upload("files", "groot.pdf", "application/pdf", b"%PDF-1.4\n" + bytes(111 << 20))
    refused = anna.send(page, form, "submit", uploads=[large])
    assert refused.status == 413 and "25 MB" in refused.text and "waitress" not in refused.text
    anna.connection.close()


def _finds_files_for_ever(anna: Person) -> None:
    page = anna.get("/")
    page = anna.get(page.location) if page.status == 303 else page
    found = re.search(r'href="(/static/lms\.[0-9a-f]+\.css)"', page.text)
    assert found is not None
    for _time in range(2):
        answer = anna.get(found[1], **{"Accept-Encoding": "br"})
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "br"
    assert "Content-Encoding" not in anna.get(found[1], **{"Accept-Encoding": "identity"}).headers


def _finds_its_request_in_both_logs(site: Site, anna: Person) -> None:
    anna.spoofed = {"X-Request-Id": "spoofed-by-somebody"}
    answer = anna.get("/nothing-here")
    anna.spoofed = {}
    given = answer.headers["X-Request-Id"]
    assert given != "spoofed-by-somebody" and given in site.log.read_text("utf-8")
    lines = (site.here / "lms.log").read_text("utf-8").splitlines()
    assert json.loads(lines[-1])["request"] == given


def _cannot_say_who_it_is(site: Site) -> None:
    """Eleven tries from one address are too many, whatever address each of them claims."""
    found = []
    for number in range(11):
        thief = site.person()
        made_up = f"203.0.113.{number}"
        thief.spoofed = {"X-Forwarded-For": made_up, "Forwarded": f"for={made_up}",
                         "X-Real-Ip": made_up, "X-Forwarded-Proto": "http",
                         "X-Forwarded-Host": "evil.example"}  # fmt: skip
        page = thief.get("/sign-in")
        assert "evil.example" not in page.text
        form = page.form("sign_in")
        form.fill("email", f"nobody{number}@school.nl")
        form.fill("password", "verkeerd wachtwoord")
        found.append(thief.send(page, form, "sign_in").status)
        thief.close()
    assert found == [422] * 10 + [429]


def _a_class_behind_one_address_is_served(site: Site) -> None:
    """Each request of HTTP/2 counts against the limit: two for each of a hundred people."""
    slow = []
    try:
        for _request in range(CLASS):
            plain = socket.create_connection(("127.0.0.1", site.port), 20)
            context = ssl.create_default_context(cafile=str(site.here / "fullchain.pem"))
            slow.append(context.wrap_socket(plain, server_hostname=NAME))
            slow[-1].sendall(HALF.encode())
        last = site.person()
        assert last.get("/sign-in").status == 200
        last.close()
    finally:
        for connection in slow:
            connection.close()


def _other_names_get_nothing(site: Site) -> None:
    context = ssl.create_default_context(cafile=str(site.here / "fullchain.pem"))
    with (
        socket.create_connection(("127.0.0.1", site.port), 5) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain, server_hostname="else.uw-school.nl")
