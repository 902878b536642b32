"""What reads what people send, one by one: the answer or its own refusal, whatever is sent."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webtest import TestApp

from lms_leiderschap.enrolment.listing import read_list
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.archive import admit, read_zip
from lms_leiderschap.submission.reading import read_file
from lms_leiderschap.submission.upload import KINDS, FileProblem, look_at
from lms_leiderschap.web.cleaning import clean_text
from lms_leiderschap.web.html import safe_html
from lms_leiderschap.web.multipart import NO_FORM, read_form
from tests.addon.zips import files, zipped
from tests.hostile.bombs import related
from tests.hostile.corpus import NASTY, encoded
from tests.hostile.test_live_markup import live
from tests.promises import TIER
from tests.submission.files import docx, pdf
from tests.web.form_app import wsgi
from tests.web.test_multipart import bodies, sent

NASTIES = st.sampled_from([text for text in NASTY if len(text) < 6000])
# Where browsers and cleaners understood the same markup differently (mutation XSS).
SOUP = (
    "<svg><style><img title='</style><img src onerror=xss()>'>", "<math><mi><!--",
    "<noscript><p t='", "</noscript><img src=x onerror=xss()>'>", "<template><script>",
    "<svg><p><style><a id='</style>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=xss()>", "<table><td>",
    "<select><option><style></option></select><script>xss()</script></style>", "<a href='\x01java",
    "script:xss()'>", "<a href=\"jav\tascript:xss()\">", "<a href='&Tab;javascript&colon;xss()'>",
    "<p title='\"><xss>'>", "<![CDATA[<xss>]]>", "<!--><xss>-->", "<?xss onclick=x?>", "</p/xss>",
    "<xmp><p title='</xmp><xss>'>", "<a xlink:href=javascript:x>", "<b/onclick=xss()>",
    "&lt;xss&gt;", "<plaintext>", "<iframe srcdoc='&lt;xss&gt;'>",
    "<object data=data:text/html,x>", "<base href=//e>",
)  # fmt: skip


PASTED = st.sampled_from(
    ["anna@x.nl", "Anna", "de Wit", "\t", ";", ",", "<", ">", "\n", "E-mail;Voornaam"])


def often(commit: int) -> Any:
    """So many examples with each commit, and far more at night; no verdict on the speed."""
    number = {"commit": commit, "nightly": commit * 50, "release": commit * 200}[TIER]
    return settings(max_examples=number, deadline=None, suppress_health_check=list(HealthCheck))


def damaged(content: bytes) -> st.SearchStrategy[bytes]:
    """A right file with pieces of it taken out, doubled, moved or changed."""
    places = st.integers(0, len(content))

    def change(cuts: list[tuple[int, int, bytes, int]]) -> bytes:
        made = content
        for start, length, other, kind in cuts:
            piece = made[start : start + length]
            instead = (other, piece * 2, b"", piece[::-1])[kind]
            made = made[:start] + instead + made[start + length :]
        return made

    cut = st.tuples(places, st.integers(0, 60), st.binary(max_size=8), st.integers(0, 3))
    return st.lists(cut, min_size=1, max_size=5).map(change)


def refuses(act: Callable[[], Any], *refusals: type[BaseException]) -> Any:
    """What it gives, None where it refused; anything else is a fault."""
    try:
        return act()
    except refusals:
        return None


@pytest.mark.promise("C1")
@often(20)
@given(st.one_of(bodies, damaged(encoded([("a", "b"), ("c", "d")]))))
def test_multipart(body: bytes) -> None:
    refuses(lambda: read_form(sent(body)), *NO_FORM)


marks = st.tuples(
    st.sampled_from(["__start__", "__end__"]),
    st.sampled_from([
        "answers:mapping", "intentions:sequence", "intention:mapping", "words:sequence", "x:rename",
        "files:sequence", "day:mapping", "y:ignore", "", ":", "::",
    ]),
)  # fmt: skip
names = st.sampled_from(
    "line text mail day hour number tick choice choices pick files goal year level word submit "
    "add:intentions remove:intentions:0 up:intentions:1 received".split())  # fmt: skip


@pytest.mark.promise("C1")
@often(20)
@given(st.lists(st.one_of(marks, st.tuples(names, NASTIES)), max_size=30))
def test_the_shape_of_a_form(controls: list[tuple[str, str]]) -> None:
    app = TestApp(wsgi())
    token = app.get("/").forms["form"]["csrf_token"].value
    body = encoded([("csrf_token", token), *controls])
    kind = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    answer = app.post("/", body, extra_environ=kind, expect_errors=True)
    assert answer.status_int in (200, 303, 400, 422)


@pytest.mark.promise("C5")
@often(30)
@given(st.one_of(damaged(docx()), damaged(pdf([["tekst"], ["meer"]])), damaged(related("http://e"))))
def test_a_look_at_a_file(content: bytes) -> None:
    kind = refuses(lambda: look_at(io.BytesIO(content), "x", tuple(KINDS)), FileProblem)
    assert kind is None or kind in KINDS.values()


@pytest.mark.promise("C5")
@pytest.mark.tier("nightly")
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(damaged(docx()), damaged(pdf([["tekst"], ["meer"]]))))
def test_the_text_of_a_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    for kind in ("docx", "pdf"):
        reading = read_file(path, KINDS[kind].media_type)
        assert reading.state in ("read", "scan", "locked", "unreadable")
        assert not [found for block in reading.blocks for found in live(block["html"])]


@pytest.mark.promise("C1")
@often(10)
@given(st.sampled_from(sorted(files())).flatmap(
    lambda path: st.tuples(st.just(path), damaged(files()[path]))))  # fmt: skip
def test_a_file_of_a_folder(changed: tuple[str, bytes]) -> None:
    path, content = changed
    refuses(lambda: Plugin.from_files(admit(files() | {path: content}).traversable()), PluginError)


@pytest.mark.promise("C1")
@often(10)
@given(st.sampled_from(["plugin.toml", "modules/samen-leren.toml"]), NASTIES, st.integers(0, 8))
def test_a_nasty_value_in_a_folder(path: str, text: str, place: int) -> None:
    lines = files()[path].decode().split("\n")
    at = place % len(lines)
    lines[at] = lines[at].partition("=")[0] + "= " + text
    content = "\n".join(lines).encode("utf-8", "surrogatepass")
    refuses(lambda: Plugin.from_files(admit(files() | {path: content}).traversable()), PluginError)


@pytest.mark.promise("C5")
@often(20)
@given(damaged(zipped()))
def test_a_zip(content: bytes) -> None:
    refuses(lambda: read_zip(content), PluginError)


@pytest.mark.promise("C1")
@often(30)
@given(st.lists(st.one_of(NASTIES, st.text(max_size=40), PASTED), max_size=12))
def test_a_pasted_list_of_people(pieces: list[str]) -> None:
    for line in read_list(clean_text("".join(pieces))):
        assert line.number and (line.doubt or line.email)


@pytest.mark.promise("C2")
@often(40)
@given(st.lists(st.one_of(st.sampled_from(SOUP), NASTIES, st.text(max_size=10)), max_size=8))
def test_no_soup_of_tags_is_live(pieces: list[str]) -> None:
    for images in (False, True):
        markup = safe_html("".join(pieces), images=images)
        # A link to elsewhere is allowed in a text, and a number is no evaluated one here.
        acting = [found for found in live(markup) if found.startswith("<")]
        assert [found for found in acting if "evil.test" not in found] == []
        assert safe_html(markup, images=images) == markup
