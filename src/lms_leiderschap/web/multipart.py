"""Forms with files, read in one go when they look as browsers send them (RFC 7578).

The reader of the standard library parses the head of every field as if it were a mail; for a report
of fifty fields that is a fifth of the whole hand-in. What is unusual in any way is left to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO

from pyramid.request import Request
from webob.multidict import MultiDict

LARGEST = 4 << 20  # bytes of a form that is held in memory
PARSED = "webob._parsed_post_vars"  # where WebOb keeps what it has read

_BOUNDARY = re.compile(r'multipart/form-data; ?boundary="?([^\s";,]{1,70})"?')
_HEAD = re.compile(
    rb'content-disposition: form-data; name="([^"\\\r\n]*)"'
    rb'(?:; filename="([^"\\\r\n]*)")?(?:\r\ncontent-type: ([^\r\n;]+))?', re.IGNORECASE)


@dataclass(slots=True)
class Sent:
    """A file of a form, with the names that WebOb gives to what it reads."""

    name: str
    filename: str
    type: str
    file: BytesIO


def read_ahead(request: Request) -> None:
    """Have `request.POST` ready; does nothing for a form that is large or unusual."""
    found = _BOUNDARY.fullmatch(request.headers.get("Content-Type", ""))
    if not found or PARSED in request.environ or not 0 < (request.content_length or 0) <= LARGEST:
        return
    fields = read_fields(request.body, found[1].encode())
    if fields is not None:
        request.environ[PARSED] = (MultiDict(fields), request.body_file_raw)


def read_fields(body: bytes, boundary: bytes) -> list[tuple[str, str | bytes | Sent]] | None:
    """Names and values in their order; None when any of it is not as expected.

    A field for files in which none was chosen is b"", as WebOb has it: it is no text.
    """
    first, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if first or not pieces or pieces.pop().rstrip() != b"--":
        return None
    fields: list[tuple[str, str | bytes | Sent]] = []
    for piece in pieces:
        head, blank, content = piece.partition(b"\r\n\r\n")
        parts = _HEAD.fullmatch(head, 2) if head.startswith(b"\r\n") and blank else None
        if parts is None or (parts[2] is None and parts[3] is not None):
            return None
        try:
            name, filename = parts[1].decode(), (parts[2] or b"").decode()
            value = content.decode() if parts[2] is None else content
        except UnicodeDecodeError:
            return None
        kind = (parts[3] or b"").decode("latin-1")
        fields.append((name, Sent(name, filename, kind, BytesIO(content)) if filename else value))
    return fields
