"""Posted forms, read once and within limits before anything looks at them.

The reader of the standard library (WebOb's) parses the head of every field as if it were a mail;
for a report of fifty fields that is a fifth of the whole hand-in. So a form that looks as browsers
send it (RFC 7578) is read in one go, and gives exactly what WebOb would give. What is unusual in
any way is left to WebOb's reader, which knows no limits of its own: those stand here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any

from pyramid.request import Request
from webob.compat import cgi_FieldStorage
from webob.multidict import MultiDict

from lms_leiderschap.web.cleaning import MOST_CONTROLS

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
LARGEST = 4 << 20  # bytes of a form that is held in memory, and of all texts of any form
LONGEST_LINE, MOST_LINES = 8192, 32  # of the head of one field
PARSED = "webob._parsed_post_vars"  # where WebOb keeps what it has read
# What WebOb raises for a broken form; AttributeError for a file without name in base64, TypeError
# for a body of which an empty Content-Type says nothing.
NO_FORM = (ValueError, LookupError, AttributeError, TypeError)

_WORD = r"[!#-+\--:<-\[\]-~]{1,70}"  # what may stand there without another meaning
_BOUNDARY = re.compile(rf'multipart/form-data; ?boundary=(?:({_WORD})|"({_WORD})")')
_HEAD = re.compile(
    rb'content-disposition: form-data; name="([^"\\\r\n]*)"'
    rb'(?:; filename="([^"\\\r\n]*)"'
    rb"(?:\r\ncontent-type: (?!multipart/|application/x-www-form)([a-z0-9.+/_-]+))?)?",
    re.IGNORECASE)


@dataclass(slots=True)
class Sent:
    """A file of a form, with the names that WebOb gives to what it reads."""

    name: str
    filename: str
    type: str
    file: BytesIO


class _Lines:
    """A body of which only the contents may be long: heads of fields are few and short."""

    def __init__(self, file: Any) -> None:
        self.read, self._file = file.read, file
        self._heads = self._lines = 0

    def readline(self, size: int = -1) -> bytes:
        """Contents are asked for by size; a longer one splits no letter in two."""
        if size >= 0:
            return bytes(self._file.readline(LARGEST))
        line = bytes(self._file.readline(LONGEST_LINE))
        self._lines = self._lines + 1 if line.strip() else 0
        self._heads += not self._lines
        if self._lines > MOST_LINES or self._heads > MOST_CONTROLS or len(line) == LONGEST_LINE:
            raise ValueError("the heads of this form are too many or too long")
        return line


class _Form(cgi_FieldStorage):
    """As WebOb reads it, but no field is a form itself, and not every field opens a file."""

    def make_file(self) -> Any:
        if self._binary_file:
            return SpooledTemporaryFile(1 << 20)
        return SpooledTemporaryFile(1 << 20, "w+", encoding=self.encoding, newline="\n")

    def read_urlencoded(self) -> None:
        if self.outerboundary:
            self.read_single()
        else:
            super().read_urlencoded()

    def read_multi(self, *more: Any) -> None:
        if self.outerboundary:
            self.read_single()
        else:
            super().read_multi(*more)


def read_form(request: Request) -> None:
    """Have `request.POST` ready. Raises one of NO_FORM for what no form of ours sends."""
    kind = request.content_type
    if kind not in ("", URLENCODED, MULTIPART) or (not kind and request.method != "POST"):
        return
    if request.charset != "UTF-8":
        raise ValueError("forms are sent in UTF-8")
    read_ahead(request)
    if PARSED not in request.environ:
        request.make_body_seekable()
        request.environ[PARSED] = (_read_any(request), request.body_file_raw)


def read_ahead(request: Request) -> None:
    """Have `request.POST` ready; does nothing for a form that is large or unusual."""
    found = _BOUNDARY.fullmatch(request.headers.get("Content-Type", ""))
    if not found or PARSED in request.environ or not 0 < (request.content_length or 0) <= LARGEST:
        return
    fields = read_fields(request.body, (found[1] or found[2]).encode())
    if fields is not None:
        request.environ[PARSED] = (MultiDict(fields), request.body_file_raw)


def read_fields(body: bytes, boundary: bytes) -> list[tuple[str, str | bytes | Sent]] | None:
    """Names and values in their order; None when any of it is not as expected.

    A field for files in which none was chosen is b"", as WebOb has it: it is no text.
    """
    body = b"\r\n" + body
    edges = body.count(b"\n--" + boundary)  # also those after a bare line feed, which WebOb takes
    if edges > MOST_CONTROLS or edges != body.count(b"\r\n--" + boundary):
        return None
    first, *pieces = body.split(b"\r\n--" + boundary)
    if first or not pieces or pieces.pop().rstrip() != b"--":
        return None
    fields = [_field(piece) for piece in pieces]
    return None if None in fields else fields  # type: ignore[return-value]


def _field(piece: bytes) -> tuple[str, str | bytes | Sent] | None:
    head, blank, content = piece.partition(b"\r\n\r\n")
    parts = _HEAD.fullmatch(head, 2) if head.startswith(b"\r\n") and blank else None
    if parts is None:
        return None
    try:
        name, filename = parts[1].decode(), (parts[2] or b"").decode()
        value = content.decode() if parts[2] is None else content
    except UnicodeDecodeError:
        return None
    kind = (parts[3] or b"text/plain").decode()
    return name, Sent(name, filename, kind, BytesIO(content)) if filename else value


def _read_any(request: Request) -> MultiDict:
    environ = {"CONTENT_LENGTH": "0", **request.environ, "QUERY_STRING": ""}
    form = _Form(_Lines(request.body_file), environ=environ, keep_blank_values=True,
                 encoding="utf8", max_num_fields=MOST_CONTROLS)
    texts = 0
    for field in form.list or ():
        charset = field.type_options.get("charset", "utf-8")
        if field.name is None or charset.lower() not in ("utf-8", "utf8"):
            raise ValueError("a field without a name, or in letters of its own")
        if field.file is not None and not field.filename:
            field.file.seek(0, 2)
            texts += field.file.tell()
    if texts > LARGEST:
        raise ValueError("more text than anybody writes")
    return MultiDict.from_fieldstorage(form)
