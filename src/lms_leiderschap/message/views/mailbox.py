"""The mail of a demo or of development, which is written to files: to be read here.

Only with the demo setting is this module looked at. Anybody may read: whoever follows a link out
of a mail here is not signed in yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.texts import _

SHOWN = 100
NAME = re.compile(r"[0-9T.]+-[0-9a-f]{16}\.eml")
LINK = re.compile(r"(https?://\S+)")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was written to a file. `name` is that of the file."""

    name: str
    subject: str
    to: str
    at: datetime


def files(request: Request) -> list[Path]:
    """The mail files of this institution, newest first; none when mail goes to a server."""
    kind, _colon, place = request.registry.lms.mail.partition(":")
    if kind != "files":
        return []
    found = (Path(place) / request.entry.key).glob("*.eml")
    return sorted((path for path in found if NAME.fullmatch(path.name)), reverse=True)


@view_config(
    context=Institution,
    name="demo",
    path_info="^/demo/mail/?$",
    permission=NO_PERMISSION_REQUIRED,
    request_method="GET",
    renderer="lms_leiderschap.templates:message/mailbox.pt",
)
def mailbox_page(_institution: Institution, request: Request) -> dict[str, Any]:
    found = files(request)
    return {
        "title": request.localizer.translate(_("Mail of this demo")),
        "mails": [_head(path.name, _read(path)) for path in found[:SHOWN]],
    }


@view_config(
    context=Institution,
    name="demo",
    path_info="^/demo/mail/[^/]+$",
    permission=NO_PERMISSION_REQUIRED,
    request_method="GET",
    renderer="lms_leiderschap.templates:message/mail.pt",
)
def mail_page(_institution: Institution, request: Request) -> dict[str, Any]:
    """One mail; the addresses in its text are links."""
    found = {path.name: path for path in files(request)}
    path = found.get(request.subpath[-1])
    if path is None:
        raise HTTPNotFound
    message = _read(path)
    mail = _head(path.name, message)
    text = message.get_content().replace("\r\n", "\n").strip()
    return {
        "title": mail.subject,
        "mail": mail,
        "sender": str(message["From"]),
        "paragraphs": [
            [_pieces(line) for line in paragraph.split("\n")] for paragraph in text.split("\n\n")
        ],
    }


def _pieces(line: str) -> list[tuple[str, bool]]:
    """(text, whether it is an address) of one line."""
    return [(piece, place % 2 == 1) for place, piece in enumerate(LINK.split(line)) if piece]


def _read(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), EmailMessage, policy=SMTP)


def _head(name: str, message: EmailMessage) -> Mail:
    return Mail(name, str(message["Subject"]).strip(), str(message["To"]), message["Date"].datetime)
