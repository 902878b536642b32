"""A form read in one go is what the standard library would have read, or is left to it."""

from __future__ import annotations

import os
from typing import Any

import pytest
from pyramid.request import Request
from webtest import TestApp

from lms_leiderschap.web.multipart import PARSED, Sent, read_ahead, read_fields

FIELDS = [("__start__", "parts:mapping"), ("text", "Regel één\r\n\r\n--x\r\nregel twee"),
          ("text", ""), ("naam met spaties", "€"), ("__end__", "parts:mapping")]


def request_of(fields: Any, files: Any = ()) -> Request:
    kind, body = TestApp(None).encode_multipart(fields, files)
    return Request.blank("/", method="POST", body=body, content_type=kind)


def plain(controls: Any) -> list[Any]:
    return [(name, value if isinstance(value, str) else
             (value.filename, value.file.read(), value.type)) for name, value in controls]


@pytest.mark.parametrize("files", [
    (), [("files", "verslag.pdf", os.urandom(5000))],
    [("files", "één.docx", b"\r\n--half"), ("files", "leeg.pdf", b""), ("more", "b.pdf", b"\r\n")],
])
def test_it_reads_what_webob_reads(files: Any) -> None:
    quick, slow = (request_of(FIELDS, files) for _turn in range(2))
    read_ahead(quick)
    assert (PARSED in quick.environ) is True
    assert plain(quick.POST.items()) == plain(slow.POST.items())
    assert len(quick.body) == quick.content_length


def head(*lines: bytes) -> bytes:
    return b"--b\r\n" + b"\r\n".join(lines) + b"\r\n\r\nvalue\r\n--b--\r\n"


NAME = b'Content-Disposition: form-data; name="a"'


def test_the_shape_that_browsers_send() -> None:
    assert read_fields(head(NAME), b"b") == [("a", "value")]
    (name, file), = read_fields(head(NAME + b'; filename="x.pdf"', b"Content-Type: a/b"), b"b")
    assert isinstance(file, Sent)
    assert (name, file.filename, file.type, file.file.read()) == ("a", "x.pdf", "a/b", b"value")


def test_a_field_in_which_no_file_was_chosen_is_no_text() -> None:
    body = head(NAME + b'; filename=""', b"Content-Type: application/octet-stream")
    body = body.replace(b"value", b"")
    request = Request.blank("/", method="POST", body=body,
                            content_type="multipart/form-data; boundary=b")
    assert read_fields(body, b"b") == list(request.POST.items()) == [("a", b"")]


@pytest.mark.parametrize("body", [
    b"", b"--b--\r\n"[:3], b"--c\r\n", head(NAME)[:-8], b"preamble\r\n" + head(NAME),
    head(NAME, b"Content-Transfer-Encoding: base64"), head(NAME, b"Content-Type: text/plain"),
    head(b"Content-Disposition: attachment"), head(NAME + b'; filename="a\\"b"'),
    head(NAME).replace(b"value", b"\xff"), head(NAME.replace(b"a", b"\xff")),
    head(NAME).replace(b"\r\n\r\n", b"\r\n"), head(NAME).replace(b"--b\r\n", b"--bb\r\n"),
])
def test_anything_else_is_left_to_others(body: bytes) -> None:
    assert read_fields(body, b"b") is None


def test_a_large_form_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms_leiderschap.web.multipart.LARGEST", 10)
    request = request_of(FIELDS)
    read_ahead(request)
    assert PARSED not in request.environ
    assert len(request.POST) == len(FIELDS)
