"""A form read in one go is what the standard library would have read, or is left to it."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyramid.request import Request
from webtest import TestApp

from lms_leiderschap.web.multipart import (
    NO_FORM,
    PARSED,
    Sent,
    read_ahead,
    read_fields,
    read_form,
)

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


# Against WebOb's own reader, on bodies as nobody's browser sends them.


def sent(body: bytes, kind: str = "multipart/form-data; boundary=b") -> Request:
    request = Request.blank("/", method="POST", body=body)
    request.environ["CONTENT_TYPE"] = kind
    return request


def plainly(controls: Any) -> list[Any]:
    """Controls by value: a file as its name, type and bytes."""
    return [(name, value if isinstance(value, str | bytes) else
             (value.filename, value.type, value.file.read())) for name, value in controls]


def webob_reads(body: bytes, kind: str = "multipart/form-data; boundary=b") -> list[Any]:
    return plainly(sent(body, kind).POST.items())


PIECES = [
    b"--b", b"--b--", b"--b-- ", b"--b ", b"--bb", b"--B", b"--", b"\r\n", b"\n", b"\r", b" ", b"x",
    b"\r\n--b\r\n", b"\n--b\n", b"\r\n--b--\r\n", b"\n--b--", b"\xff", b"\xe2\x82\xac", b"\x00",
    b"\x1c", b"\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"a" * 1200, b"a" * 65535, b'"', b";",
    b"=", b"\\", b"%22", b"name=", b":",
]
HEADS = [
    b'Content-Disposition: form-data; name="a"', b'content-disposition: FORM-DATA; NAME="b"',
    b"Content-Disposition: form-data; name=a", b"Content-Disposition: form-data",
    b'Content-Disposition: form-data; name=""', b'Content-Disposition: form-data; name=" a "',
    b'Content-Disposition: form-data; name="a\\"b"', b'Content-Disposition: form-data; name="a;b"',
    b'Content-Disposition: form-data; name="a"; name="b"',
    b'Content-Disposition: form-data; name="a\r\n b"',
    b'Content-Disposition: attachment; name="a"', b'Content-Disposition:form-data;name="a"',
    b'; filename="f.pdf"', b'; filename=""', b'; filename="a\\\\b"', b'; filename="a\rb"',
    b"; filename*=UTF-8''f.pdf", b'; filename="a"; filename*=UTF-8\'\'b', b'; filename="f"x"',
    b"\r\nContent-Type: a/b", b"\r\nContent-Type: a/b; charset=latin-1", b"\r\nContent-Type:  a/b ",
    b"\r\nContent-Type: a/b\r\n c/d", b"\r\nContent-Type: A/B\r\nContent-Type: c/d",
    b"\r\nContent-Type: multipart/mixed; boundary=c", b"\r\nContent-Type: multipart/mixed",
    b"\r\nContent-Type: application/x-www-form-urlencoded", b"\r\nContent-Type: MULTIPART/MIXED",
    b"\r\nContent-Type: ", b"\r\nContent-Length: 1", b"\r\nContent-Transfer-Encoding: base64",
    b'\r\nContent-Disposition: form-data; name="c"', b"\nX: y", b"\r\n \r\n", b"\r\nno header",
]
bits = st.one_of(
    st.sampled_from(PIECES), st.binary(max_size=5), st.text(max_size=5).map(str.encode))
contents = st.lists(bits, max_size=6).map(b"".join)
usual = st.builds(
    lambda name, more: b'Content-Disposition: form-data; name="' + name + b'"' + more,
    contents.filter(lambda name: len(name) < 9000),
    st.sampled_from([b"", b'; filename=""', b'; filename="\xc3\xa9.pdf"',
                     b'; filename="f"\r\nContent-Type: application/pdf']))
heads = st.one_of(usual, st.lists(st.sampled_from(HEADS), min_size=1, max_size=4).map(b"".join))
parts = st.builds(lambda head, content: head + b"\r\n\r\n" + content, heads, contents)
bodies = st.one_of(
    st.lists(parts, max_size=4).map(
        lambda all: b"--b\r\n" + b"\r\n--b\r\n".join(all) + b"\r\n--b--\r\n"),
    st.builds(lambda all, first, last: first + b"\r\n--b\r\n".join(all) + last,
              st.lists(parts, max_size=3), contents, contents),
    contents)


@given(bodies)
@example(head(NAME).replace(b"value", b"one\n--b\r\n" + NAME + b"\r\n\r\ntwo"))
@example(head(NAME).replace(b"value", b"one\n--b--\r\nmore"))
@example(head(NAME + b'; filename="f"', b"Content-Type: multipart/mixed"))
@example(head(NAME + b'; filename="f"', b"Content-Type: application/x-www-form-urlencoded"))
@example(head(NAME + b'; filename="f"', b"Content-Type:   a/b "))
@example(head(NAME + b'; filename="f"'))
@example(head(NAME).replace(b"--b--", b"--b"))
def test_it_gives_what_webob_gives_or_nothing(body: bytes) -> None:
    quick = read_fields(body, b"b")
    if quick is not None:
        assert plainly(quick) == webob_reads(body)


@given(bodies)
def test_the_reader_with_limits_gives_what_webob_gives_or_refuses(body: bytes) -> None:
    """But for a form within a field, which it takes as text, and for letters WebOb cuts in two."""
    request = sent(body)
    try:
        read_form(request)
    except NO_FORM:
        return
    if b"multipart/" in body or b"urlencoded" in body or any(
            len(line) >= 1 << 16 for line in body.split(b"\n")):
        return
    assert plainly(request.POST.items()) == webob_reads(body)


@given(st.lists(st.tuples(st.text(st.characters(exclude_characters='"\\\r\n', codec="utf-8")),
                          st.text(st.characters(codec="utf-8")))))
def test_what_browsers_send_is_never_left_to_others(pairs: list[tuple[str, str]]) -> None:
    """The boundary is one that stands in no content, as browsers see to."""
    edge = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"
    body = b"".join(
        b"--%b\r\nContent-Disposition: form-data; name=\"%b\"\r\n\r\n%b\r\n"
        % (edge, name.encode(), value.encode()) for name, value in pairs)
    assert read_fields(body + b"--" + edge + b"--\r\n", edge) == (pairs if pairs else [])


@pytest.mark.parametrize("kind", [
    'multipart/form-data; boundary="b', 'multipart/form-data; boundary=b"',
    "multipart/form-data; boundary=\xe9", "multipart/form-data; boundary=b; boundary=c",
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b\\",
    "Multipart/Form-Data; boundary=b", "multipart/form-data; charset=utf-8; boundary=b",
])
def test_a_strange_content_type_is_left_to_others(kind: str) -> None:
    request = sent(head(NAME), kind)
    read_ahead(request)
    assert PARSED not in request.environ


@pytest.mark.parametrize("kind", [
    "multipart/form-data; boundary=b", 'multipart/form-data; boundary="b"',
    "multipart/form-data;boundary=b",
])
def test_a_boundary_may_stand_in_quotes(kind: str) -> None:
    request = sent(head(NAME), kind)
    read_ahead(request)
    assert plainly(request.POST.items()) == webob_reads(head(NAME), kind) == [("a", "value")]


@pytest.mark.parametrize("more", [(), (b"X: y",)])
def test_a_letter_in_a_long_line_is_not_cut_in_two(more: tuple[bytes, ...]) -> None:
    text = "x" + "\u20ac" * 30_000
    request = sent(head(NAME, *more).replace(b"value", text.encode()))
    read_form(request)
    assert request.POST["a"] == text


def test_many_long_fields_open_no_file_each() -> None:
    part = b"--b\r\n" + NAME + b"\r\nX: y\r\n\r\n" + b"x" * 1500 + b"\r\n"
    request, before = sent(part * 1500 + b"--b--\r\n"), len(os.listdir("/proc/self/fd"))
    read_form(request)
    assert len(request.POST) == 1500
    assert len(os.listdir("/proc/self/fd")) < before + 10


def test_large_texts_are_refused_and_large_files_are_not() -> None:
    value = b"x" * ((4 << 20) + 1)
    with pytest.raises(ValueError, match="more text"):
        read_form(sent(head(NAME).replace(b"value", value)))
    request = sent(head(NAME + b'; filename="f"').replace(b"value", value))
    read_form(request)
    assert plainly(request.POST.items()) == [("a", ("f", "text/plain", value))]
