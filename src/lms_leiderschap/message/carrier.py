"""How a mail leaves: into a directory (development) or to a mail server."""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC
from email.message import EmailMessage
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import Settings

TIMEOUT = 20.0
LONGEST_WHY = 200
SAME_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail.

    state  "sent"; "later" (try again); "down" (nobody there: try everything later);
           "refused" (for good); "unsure" (it may have arrived)
    why    reason the server gave, shortened
    """

    state: Literal["sent", "later", "down", "refused", "unsure"]
    why: str = ""


class Carrier(Protocol):
    """repeatable  whether carrying the same mail twice leaves one mail."""

    repeatable: bool

    def carry(self, institution: str, number: int, message: EmailMessage) -> Outcome:
        """Bring one mail away; `number` and `institution` (key) say which."""
        ...


def carrier_for(settings: Settings) -> Carrier:
    """The carrier that the setting lms.mail names. Raises SettingError."""
    kind, _colon, place = settings.mail.partition(":")
    if kind == "files":
        return Files(Path(place))
    return Smtp(urlsplit(settings.mail))


class Files:
    """One .eml file per mail, in a directory per institution, named by its time and number."""

    repeatable = True

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def carry(self, institution: str, number: int, message: EmailMessage) -> Outcome:
        at = message["Date"].datetime.astimezone(UTC)
        path = self.directory / institution / f"{at:%Y%m%dT%H%M%S.%f}-{number:016x}.eml"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, message.as_bytes())
        except OSError as error:
            return Outcome("down", _short(str(error)))
        return Outcome("sent")


def _write(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, path)
    directory = os.open(path.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


class Smtp:
    """A mail server: smtp://[user:password@]host[:port], or smtps:// for TLS from the start.

    Each mail has a connection of its own. Whether the server took a mail is known step by step, so
    that only what was certainly not taken is tried again.
    """

    repeatable = False

    def __init__(self, url: SplitResult) -> None:
        try:
            self.host, port = url.hostname or "", url.port
        except ValueError as error:
            raise SettingError("lms.mail: the port must be a number.") from error
        if not self.host:
            raise SettingError("lms.mail must name a host, as in smtp://localhost.")
        self.tls = url.scheme == "smtps"
        self.port = port or (465 if self.tls else 25)
        self.user, self.password = unquote(url.username or ""), unquote(url.password or "")

    def carry(self, institution: str, number: int, message: EmailMessage) -> Outcome:
        try:
            client = self._connect()
        except OSError as error:  # also every SMTPException
            return Outcome("down", _short(str(error)))
        with contextlib.closing(client):
            outcome = _hand_over(client, message)
            with contextlib.suppress(OSError):
                client.quit()
        return outcome

    def _connect(self) -> smtplib.SMTP:
        if self.tls:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT, context=self._trust()
            )
        else:
            client = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            self._open(client)
        except BaseException:
            client.close()
            raise
        return client

    def _open(self, client: smtplib.SMTP) -> None:
        client.ehlo_or_helo_if_needed()
        if not self.tls and client.has_extn("starttls"):
            client.starttls(context=self._trust())
            client.ehlo()
        elif not self.tls and self.user and self.host not in SAME_MACHINE:
            raise OSError("The server offers no encryption, so no password is sent to it.")
        if self.user:
            client.login(self.user, self.password)

    def _trust(self) -> ssl.SSLContext:
        """A server that gets a password must prove who it is.

        Between mail servers any encryption is better than none, and own certificates are common.
        """
        context = ssl.create_default_context()
        if not self.user and not self.tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _hand_over(client: smtplib.SMTP, message: EmailMessage) -> Outcome:
    sender = message["From"].addresses[0].addr_spec
    to = message["To"].addresses[0].addr_spec
    try:
        for step in (
            lambda: client.mail(sender),
            lambda: client.rcpt(to),
            lambda: client.docmd("DATA"),
        ):
            code, reply = step()
            if not 200 <= code < 400:
                return Outcome("refused" if code >= 500 else "later", _reason(code, reply))
    except OSError as error:
        return Outcome("later", _short(str(error)))
    try:
        client.send(re.sub(rb"(?m)^\.", b"..", message.as_bytes()) + b".\r\n")
        code, reply = client.getreply()
    except OSError as error:  # the server may have taken it and the answer was lost
        return Outcome("unsure", _short(str(error)))
    if code // 100 == 2:
        return Outcome("sent")
    states: dict[int, Literal["later", "refused"]] = {4: "later", 5: "refused"}
    return Outcome(states.get(code // 100, "unsure"), _reason(code, reply))


def _reason(code: int, reply: bytes) -> str:
    return _short(f"{code} {reply.decode('utf-8', 'replace')}")


def _short(text: str) -> str:
    return " ".join(text.split())[:LONGEST_WHY]
