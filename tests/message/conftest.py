"""A mail server of our own, and hands on the outbox of "noord"."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from pyramid.i18n import Localizer, make_localizer

from lms_leiderschap.message.actions import MAIL, mail_in
from lms_leiderschap.message.carrier import Smtp
from lms_leiderschap.message.delivery import Sender
from lms_leiderschap.web.catalogues import catalogues, compiled, compiled_path
from lms_leiderschap.web.jobs import Jobs


class Postman:
    """What the server does with mail: `answers` are given first, one per recipient; then 250."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.data_answers: list[str] = []
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self._lock = threading.Lock()

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.data_answers:
            return self.data_answers.pop(0)
        with self._lock:
            self.mails.append(message_from_bytes(envelope.content, EmailMessage, policy=SMTP))
            self.recipients.append(envelope.rcpt_tos)
        return "250 OK"


class Server:
    """A real SMTP server on this machine; it can be stopped and started again on its port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.postman = Postman()
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self.postman, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


@pytest.fixture
def server(free_port: int) -> Iterator[Server]:
    server = Server(free_port)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


@pytest.fixture
def make_jobs(registry: Any, free_port: int) -> Callable[[], Jobs]:
    """A worker that sends mail to the port of the server, and does nothing else."""

    def make() -> Jobs:
        jobs = Jobs(registry)
        jobs.deliveries[MAIL] = Sender(Smtp(urlsplit(f"smtp://127.0.0.1:{free_port}")))
        return jobs

    return make


@pytest.fixture
def noord(registry: Any) -> Callable[[Callable[[Any], Any]], Any]:
    """noord(act) calls act(institution) in a transaction of its own and commits."""
    return lambda act: registry.jobs.within(registry.lms.institutions[0], act)


@pytest.fixture
def waiting(noord: Any) -> Callable[[], list[dict[str, Any]]]:
    """The entries of mail that have not left."""
    return lambda: noord(lambda institution: [item for _number, item in mail_in(institution)])


@pytest.fixture
def written(registry: Any) -> Callable[[], list[EmailMessage]]:
    """Send all that is due to files; the mails, oldest first."""

    def read() -> list[EmailMessage]:
        folder = Path(registry.lms.mail.removeprefix("files:")) / "noord"
        return [
            message_from_bytes(path.read_bytes(), EmailMessage, policy=SMTP)
            for path in sorted(folder.glob("*.eml"))
        ]

    return read


@pytest.fixture(scope="session")
def speak(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Localizer]:
    """The localizer of a locale, of the texts as they are in version control now."""
    folder = tmp_path_factory.mktemp("locale")
    for language, texts in catalogues().items():
        path = compiled_path(language, folder)
        path.parent.mkdir(parents=True)
        path.write_bytes(compiled(texts, language))
    return lambda locale: make_localizer(locale, [str(folder)])
