"""A file that somebody handed in is bytes to keep: never a page, never a path, never a header."""

from __future__ import annotations

import os
import re
from email.message import Message
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webtest import Upload

from lms_leiderschap.submission.upload import KINDS, clean_name
from lms_leiderschap.web.assets import asset_url
from lms_leiderschap.web.pipeline import HEADERS
from lms_leiderschap.web.saving import disposition
from tests.submission.files import archive, docx, pdf
from tests.submission.test_pages import FREE, Desk, hand_in, listed

TEXT = pdf([["Tabel 3, lesbezoeken"]])
HTML = b"<html><script>alert(1)</script></html>"
PDF, DOCX = KINDS["pdf"].media_type, KINDS["docx"].media_type
# What is something else as well. The server says what it is, and never what it looks like.
TAKEN = {
    "a page before a pdf": (HTML + TEXT, "x.pdf", PDF),
    "a pdf before a page": (TEXT + HTML + b"%%EOF", "x.html", PDF),
    "a pdf called svg": (TEXT, "x.svg", PDF),
    "a pdf with two endings": (TEXT, "x.php.pdf.exe", PDF),
    "a pdf that is a zip": (TEXT + archive({"x.html": HTML}) + b"startxref\n0\n%%EOF", "x", PDF),
    "a docx with a page in it": (docx(more={"index.html": HTML}.items()), "x.htm", DOCX),
}  # fmt: skip
REFUSED = {
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "x.pdf"),
    "xhtml": (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "x.docx"),
    "html": (HTML, "verslag.pdf"), "gif": (b"GIF89a/*" + HTML, "x.pdf"),
    "program": (b"MZ" + bytes(200), "x.pdf"), "script": (b"#!/bin/sh\n", "x.docx"),
    "jar": (archive({"META-INF/MANIFEST.MF": "x"}), "x.docx"),
    "flash": (b"FWS\x06" + bytes(60), "x.pdf"), "nothing": (b"", "x.pdf"),
}  # fmt: skip
NAMES = (
    "../../../../tmp/lms-was-here.pdf", "/etc/cron.d/lms.pdf", "C:\\Windows\\x.pdf", "..", ".", "",
    "a\r\nX-Evil: 1.pdf", "a\nb.pdf", "a\x00.exe.pdf", "\u202efdp.exe", "\u2066x\u2069.pdf",
    "CON.pdf", "NUL", "aux.docx", ".htaccess", "web.config", "n" * 4000 + ".pdf", "é" * 300,
    "👩‍👩‍👧.pdf", "x;filename=evil.html", "x%22; filename=evil.html", "${7*191}.pdf", "~",
    "<script>alert(1)</script>.pdf", "%2e%2e%2fx.pdf", "a/b/../c.pdf", "x.pdf/", "İ.PDF",
)


@pytest.fixture
def desk(browse: Any) -> Desk:
    return Desk(browse("anna"), FREE)


def sent(desk: Desk, name: str, content: bytes, status: int = 303) -> Any:
    form = desk.form()
    form["text"] = "Met bijlage."
    form["files"] = [Upload(name, content, "text/html")]
    return form.submit("save", status=status)


def handed_out(desk: Desk) -> tuple[str, Any]:
    """The name on the receipt after handing in, and the answer that holds the bytes."""
    receipt = hand_in(desk.form(), status=303).follow()
    link = receipt.html.select_one(".facts a[href*=files]")
    return link.text, desk.browser.get(link["href"])


def is_inert(answer: Any, kind: str) -> None:
    assert answer.content_type == kind
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    for name, value in HEADERS.items():
        assert name == "Content-Security-Policy" or answer.headers[name] == value
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.promise("C3", "C4")
@pytest.mark.parametrize("what", TAKEN)
def test_what_is_two_things_is_served_as_one(desk: Desk, what: str) -> None:
    content, name, kind = TAKEN[what]
    sent(desk, name, content)
    shown, answer = handed_out(desk)
    is_inert(answer, kind)
    assert answer.body == content
    assert shown.endswith(next(k.endings[0] for k in KINDS.values() if k.media_type == kind))


@pytest.mark.promise("C4")
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_document_is_refused(desk: Desk, what: str) -> None:
    content, name = REFUSED[what]
    assert listed(sent(desk, name, content, status=422)) == []


@pytest.mark.promise("C4")
def test_a_name_is_text_and_no_path(desk: Desk, registry: Any, tier: str, figure: Any) -> None:
    """The name on the screen is the name in the header; on the disk it is nowhere."""
    came_back = 0
    for name in NAMES[:: 3 if tier == "commit" else 1]:
        page = sent(desk, name.replace('"', ""), TEXT).follow()
        shown = listed(page)[-1:]
        if not name:  # a file without a name is none
            continue
        assert shown and len(shown[0]) <= 200 and clean_name(shown[0]) == shown[0]
        came_back += 1
    _shown, answer = handed_out(desk)
    is_inert(answer, PDF)
    live = registry.lms.side.parent
    kept = [name for _where, folders, files in os.walk(live) for name in (*folders, *files)]
    named = [name for name in kept if re.search(r"evil|here|htaccess|\.pdf|\.docx|n{9}", name)]
    named += [name for name in os.listdir("/tmp") if "lms-was-here" in name]  # noqa: S108
    figure("names that came back as text", came_back, "names", at_least=8)
    figure("paths made of a name", len(named), "paths", at_most=0)


@pytest.mark.promise("C4", "C10")
@given(st.one_of(st.text(max_size=300), st.sampled_from(NAMES)))
def test_any_name_is_one_header_that_says_it(name: str) -> None:
    called = clean_name(name)
    header = disposition(called)
    assert header.isascii() and header.isprintable()
    assert unquote(header.rpartition("''")[2]) == called
    message = Message()
    message["Content-Disposition"] = header
    plain = message.get_param("filename", header="content-disposition")
    assert isinstance(plain, str) and not set(plain) & set('/\\"')
    assert len(header) < 3000


@pytest.mark.promise("C3")
@pytest.mark.parametrize("path", ["lms.css", "/static/nothing.js", "/nothing-here", "/week"])
def test_every_answer_has_the_headers(browse: Any, path: str) -> None:
    path = path if path.startswith("/") else asset_url(path)
    answer = browse().get(path, expect_errors=True)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
