"""A form in a real application: what a person fills in is never lost, and says what is wrong."""

from datetime import date, time

import pytest
from webtest import TestApp, Upload

from tests.web.form_app import EverythingPage, opened, row_goals, wsgi


@pytest.fixture
def app() -> TestApp:
    EverythingPage.saved.clear()
    return TestApp(wsgi())


def test_an_opened_form_shows_what_is_known(app: TestApp) -> None:
    page = app.get("/")
    assert page.forms["form"]["line"].value == "Anna"
    assert page.html.title.text == "Save"
    assert not page.html.select(".errors")


def test_a_right_form_is_saved_once_and_leads_on(app: TestApp) -> None:
    form = opened(app)
    form["day"].force_value("27-11-2026")
    form["hour"].force_value("9.30")
    form["number"] = "12"
    form["tick"] = True
    form["choice"] = "tue"
    form["answers.intentions.0.level"] = "b"
    form["secret"] = " a b "
    answer = form.submit("submit", status=303)
    assert answer.location == "http://localhost/done"
    ((key, pressed, values),) = EverythingPage.saved
    assert (key, pressed) == ("key-1", "submit")
    assert (values["day"], values["hour"]) == (date(2026, 11, 27), time(9, 30))
    assert (values["number"], values["tick"], values["choice"]) == (12, True, "tue")
    assert values["secret"] == " a b "
    assert values["answers"] == {
        "intentions": [{"goal": "Read more", "year": 2027, "level": "b"}],
        "words": [],
    }


def test_the_page_knows_which_button_was_pressed(app: TestApp) -> None:
    opened(app).submit("check", status=303)
    assert EverythingPage.saved[0][1] == "check"


def test_a_refused_form_comes_back_filled_with_the_reason_twice(app: TestApp) -> None:
    form = opened(app)
    form["line"] = "x" * 21
    form["text"] = "What I <b>typed</b>"
    form["day"].force_value("31-02-2026")
    form["choice"] = "mon"
    form["tick"] = True
    form["year"] = "soon"
    form["secret"] = "hush"
    page = form.submit("submit", status=422)
    assert page.html.title.text == "Error: Save"
    assert page.html.h1.text == "Save"
    links = {a["href"]: a.text for a in page.html.select(".errors a")}
    assert links == {
        "#f-line": "Make this shorter: at most 20 characters.",
        "#f-day": "Fill in a date, for example 27-11-2026.",
        "#f-answers-intentions-0-year": "Fill in a number, for example 12.",
    }
    for href, sentence in links.items():
        control = page.html.select_one(href)
        assert control["aria-invalid"] == "true"
        tied = [page.html.find(id=i) for i in control["aria-describedby"].split()]
        assert sentence in [element.text for element in tied]
    again = page.forms["form"]
    assert again["text"].value == "What I <b>typed</b>"
    assert again["day"].value == "31-02-2026"
    assert (again["choice"].value, again["tick"].checked) == ("mon", True)
    assert (row_goals(again), again["year"].value) == (["Read more"], "soon")
    assert again["key"].value == "key-1"
    assert "hush" not in page
    assert not EverythingPage.saved


@pytest.mark.parametrize(
    ("text", "sentence", "href"),
    [
        ("refuse", "Not today.", "#f-text"),
        ("refuse all", "Nothing can be saved.", None),
        ("invalid", "Another name.", "#f-line"),
    ],
)
def test_an_action_that_refuses_gives_the_form_back(
    app: TestApp, text: str, sentence: str, href: str | None
) -> None:
    form = opened(app)
    form["text"] = text
    page = form.submit("submit", status=422)
    (item,) = page.html.select(".errors li")
    assert item.text == sentence
    assert item.a.get("href") == href if item.a else href is None
    assert page.forms["form"]["text"].value == text


def test_rows_are_added_and_removed_without_a_script(app: TestApp) -> None:
    form = opened(app)
    form["line"] = ""
    page = form.submit("add:answers.intentions")
    assert page.status_int == 200
    assert not page.html.select(".errors")
    assert page.html.select_one("[autofocus]")["id"] == "f-answers-intentions-1-goal"
    form = page.forms["form"]
    form.set("goal", "Visit lessons", index=1)
    form = form.submit("up:answers.intentions:1").forms["form"]
    assert row_goals(form) == ["Visit lessons", "Read more"]
    page = form.submit("remove:answers.intentions:0")
    assert page.html.select_one("[autofocus]")["id"] == "f-answers-intentions"
    assert row_goals(page.forms["form"]) == ["Read more"]
    assert not EverythingPage.saved


def test_there_are_never_more_rows_than_allowed(app: TestApp) -> None:
    form = opened(app)
    for _attempt in range(2):
        form = form.submit("add:answers.intentions").forms["form"]
    assert "add:answers.intentions" not in form.fields
    assert len(row_goals(form)) == 3


def test_rows_in_which_nothing_stands_are_left_out(app: TestApp) -> None:
    form = opened(app).submit("add:answers.intentions").forms["form"]
    form = form.submit("add:answers.words").forms["form"]
    form.submit("submit", status=303)
    answers = EverythingPage.saved[0][2]["answers"]
    assert [row["goal"] for row in answers["intentions"]] == ["Read more"]
    assert answers["words"] == []


def test_files_survive_a_refusal_and_keep_their_order(app: TestApp) -> None:
    form = opened(app)
    form["text"] = "refuse"
    form["files"] = [Upload("one.pdf", b"%PDF"), Upload("two.pdf", b"%PDF")]
    page = form.submit("submit", status=422)
    assert [b.text for b in page.html.select(".files b")] == ["one.pdf", "two.pdf"]
    form = page.forms["form"].submit("down:files:0").forms["form"]
    form["files"] = [Upload("three.pdf", b"%PDF")]
    form["text"] = "now it is right"
    form.submit("submit", status=303)
    assert EverythingPage.saved[0][2]["files"] == ["two.pdf", "one.pdf", "three.pdf"]


def test_a_file_is_left_out_by_a_tick(app: TestApp) -> None:
    form = opened(app)
    form["text"] = "refuse"
    form["files"] = [Upload("one.pdf", b"%PDF"), Upload("two.pdf", b"%PDF")]
    form = form.submit("submit", status=422).forms["form"]
    form["text"] = ""
    next(f for f in form.fields["received"] if f._value == "-one.pdf").checked = True
    form.submit("submit", status=303)
    assert EverythingPage.saved[0][2]["files"] == ["two.pdf"]


def test_a_file_that_was_too_large_is_named(app: TestApp) -> None:
    form = opened(app)
    page = form.submit("submit", status=422, extra_environ={"test.too_large": "film.mp4"})
    assert page.html.select_one("#f-files-error").text.startswith("film.mp4 is too large.")
    assert not EverythingPage.saved
