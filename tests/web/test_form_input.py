"""Nothing that can be sent breaks a form, and everything in it can be reached and read."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from webtest import TestApp, Upload

from lms_leiderschap.web.cleaning import clean_line, clean_text
from tests.web.form_app import EverythingPage, live_parts, opened, wsgi


@pytest.fixture
def app() -> TestApp:
    EverythingPage.saved.clear()
    return TestApp(wsgi())


BROKEN = [
    [("__end__", "x:mapping")],
    [("__start__", "answers:mapping")],
    [("__start__", "answers:nonsense"), ("__end__", "answers:nonsense")],
    [("answers", "text instead of a group")],
    [("__start__", "line:mapping"), ("__end__", "line:mapping")],
    [("__start__", "line:sequence"), ("a", "1"), ("__end__", "line:sequence")],
    [("files", "text instead of a list")],
    [("add:nowhere", "")],
    [("add:files", "")],
    [("add:answers.intentions.7.level", "")],
    [("remove:answers.intentions:99", "")],
    [("remove:line:0", "")],
    [(f"n{n}", "") for n in range(5001)],
]


@pytest.mark.parametrize("controls", BROKEN, ids=lambda controls: controls[0][1] or controls[0][0])
def test_what_no_form_sends_is_a_bad_request(app: TestApp, controls: list[Any]) -> None:
    token = app.get("/").forms["form"]["csrf_token"].value
    app.post("/", [("csrf_token", token), *controls], status=400)


NASTY = [
    "\x00\x08a",
    "\ud800",
    "x" * 200_001,
    "<script>alert(1)</script>\"' onload=x",
    "${7*191}",
    "2026-13-45",
    "99.99",
    "-" * 50,
    "e\u0301",
    "\u202eabc",
]


@pytest.mark.parametrize("value", NASTY, ids=lambda value: ascii(value[:9]))
def test_nothing_typed_breaks_the_form_or_comes_back_live(app: TestApp, value: str) -> None:
    form = app.get("/").forms["form"]
    pairs = [(name, field) for name, field in form.submit_fields() if name != "files"]
    kept = ("csrf_token", "__start__", "__end__")
    sent = [(name, field if name in kept else value) for name, field in pairs]
    body = "&".join(f"{quote(n)}={quote(v, errors='surrogatepass')}" for n, v in sent)
    page = app.post("/", body.encode(), expect_errors=True)
    assert page.status_int in (303, 400, 422)
    if page.status_int == 422:
        markup = re.sub(r'"[^"]*"', '""', page.text)
        assert "<script" not in markup
        assert "\x00" not in page.text


def test_what_can_be_cleaned_is_cleaned() -> None:
    assert clean_text("a\x00\r\nb\rc\u2028d e\u0301\ud800") == "a\nb\nc\nd \u00e9"
    assert clean_line("  a \n b\t") == "a b"


def test_no_widget_writes_script_handler_or_style(app: TestApp) -> None:
    form = opened(app)
    form["files"] = [Upload("one.pdf", b"%PDF"), Upload("two.pdf", b"%PDF")]
    form["text"] = "refuse"
    form = form.submit("submit", status=422).forms["form"]
    page = form.submit("add:answers.intentions")
    form = page.forms["form"]
    form["line"] = ""
    for html in (page.text, form.submit("submit", status=422).text):
        assert live_parts(html) == []


def test_every_control_has_a_name_that_is_read_and_an_id_of_its_own(app: TestApp) -> None:
    page = opened(app).submit("add:answers.intentions").html
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for control in page.select("input, textarea, select"):
        if control.get("type") == "hidden":
            continue
        labelled = page.select_one(f'label[for="{control["id"]}"]')
        assert labelled or control.find_parent("label")
        assert "placeholder" not in control.attrs
    for group in page.select("fieldset"):
        assert group.legend.text.strip()


def test_enter_presses_the_main_button_not_a_row_button(app: TestApp) -> None:
    first = app.get("/").html.form.find("button")
    assert first["name"] == "submit"


def test_a_form_without_token_is_refused(app: TestApp) -> None:
    app.post("/", {"line": "Anna"}, status=400)


def test_a_form_in_dutch_says_it_in_dutch(app: TestApp) -> None:
    app.extra_environ["HTTP_X_LOCALE"] = "nl"
    form = opened(app)
    form["line"] = ""
    page = form.submit("submit", status=422)
    assert page.html.title.text.startswith("Fout: ")
    assert page.html.select_one(".errors h2").text == "Er ging iets mis"
    assert page.html.select_one(".errors a").text == "Vul dit in."
    assert "mag leeg blijven" in page.html.select_one('label[for="f-text"]').text
