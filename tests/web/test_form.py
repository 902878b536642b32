"""Forms in a real application: what a person fills in is never lost, and says what is wrong."""

import re
from collections.abc import Iterator
from datetime import date, time
from io import BufferedRandom
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import colander
import pytest
from chameleon import PageTemplate
from pyramid.config import Configurator
from pyramid.csrf import CookieCSRFStoragePolicy
from pyramid.events import NewRequest
from pyramid.response import Response
from webtest import TestApp, Upload

from lms_leiderschap.errors import Refusal
from lms_leiderschap.texts import _
from lms_leiderschap.web.cleaning import clean_line, clean_text
from lms_leiderschap.web.fields import (
    ChoiceField,
    ChoicesField,
    DateField,
    EmailField,
    FilesField,
    HiddenField,
    LineField,
    NumberField,
    PasswordField,
    SelectField,
    TextField,
    TickField,
    TimeField,
)
from lms_leiderschap.web.form import Button, FormPage
from lms_leiderschap.web.formats import Formats
from lms_leiderschap.web.groups import FormSchema, GroupField, RowsField

DAYS = [("mon", "Monday"), ("tue", "Tuesday", "with lunch")]


class Intention(GroupField):
    title = "Intention"
    goal = TextField(title="Goal", rows=2)
    year = NumberField(title="Year", minimum=2026, maximum=2040)
    level = ChoiceField(title="Level", choices=[("a", "A"), ("b", "B")], missing="")


class Intentions(RowsField):
    ordered = True
    at_most = 3
    intention = Intention()


class Words(RowsField):
    shown = 0
    word = LineField(title="Word")


class Answers(GroupField):
    title = "Answers"
    intentions = Intentions(title="Intentions", description="At least one.")
    words = Words(title="Words")


class Everything(FormSchema):
    line = LineField(title="Name", longest=20, autocomplete="name", data={"data-x": "1"})
    text = TextField(title="Reason", description="Who reads this", missing="")
    mail = EmailField(title="E-mail", missing="")
    secret = PasswordField(title="Password", missing="")
    hidden = HiddenField()
    day = DateField(title="Day", missing=None)
    hour = TimeField(title="Hour", missing=None)
    number = NumberField(title="Number", missing=None)
    tick = TickField(title="I agree")
    choice = ChoiceField(title="Choice", choices=DAYS, missing="")
    choices = ChoicesField(title="Choices", choices=DAYS, missing=())
    pick = SelectField(title="Pick", choices=DAYS, missing="")
    files = FilesField(title="Files", missing=())
    answers = Answers()


class EverythingPage(FormPage):
    title = _("Save")
    buttons = (Button("submit", "Send"), Button("check", "Check", "second"))
    saved: list[Any] = []

    def schema(self) -> colander.SchemaNode:
        return Everything().bind()

    def values(self) -> dict[str, Any]:
        return {"line": "Anna"}

    def save(self, values: dict[str, Any]) -> str | Response:
        if values["text"] == "refuse":
            raise Refusal("Not today.", "text")
        if values["text"] == "refuse all":
            raise Refusal("Nothing can be saved.")
        if values["text"] == "invalid":
            wrong = colander.Invalid(self.form.schema)
            wrong["line"] = "Another name."
            raise wrong
        EverythingPage.saved.append((self.key, self.pressed, values))
        return "/done"


PAGE = PageTemplate(
    """<html lang="en"><head><title>${title}</title></head>
<body>${form.summary}<h1>${heading}</h1>${form.render()}</body></html>"""
)


def stage(event: NewRequest) -> None:
    """Stands in for the staging of uploads: a file's id is its name."""
    staged: dict[str, list[Any]] = {}
    if event.request.method == "POST":
        for name, value in event.request.POST.items():
            if getattr(value, "filename", None):
                staged.setdefault(name, []).append(stored(value.filename))
                value.file.close()
    event.request.environ["lms.staged"] = staged
    event.request.add_finished_callback(close_body)
    if "test.too_large" in event.request.environ:
        large = event.request.environ["test.too_large"]
        event.request.environ["lms.too_large"] = {"files": [large]}


def close_body(request: Any) -> None:
    """WebOb keeps a long body in a temporary file and leaves it to the garbage collector."""
    body = request.environ["wsgi.input"]
    if isinstance(body, BufferedRandom):
        body.close()


def stored(name: str) -> Any:
    return SimpleNamespace(id=name, name=name, media_type="application/pdf", size=3, sha256="")


@pytest.fixture(scope="module")
def wsgi() -> Any:
    with Configurator(settings={}) as config:
        config.add_translation_dirs("lms_leiderschap:locale")
        config.set_locale_negotiator(lambda request: request.headers.get("X-Locale", "en"))
        config.set_csrf_storage_policy(CookieCSRFStoragePolicy())
        config.set_default_csrf_options(require_csrf=True)
        config.add_subscriber(stage, NewRequest)
        config.add_renderer("page", lambda info: lambda value, system: PAGE(**value))
        config.add_request_method(lambda request: "key-1", "new_form_key")
        config.add_request_method(lambda request, id: stored(id), "staged_file")
        formats = Formats(ZoneInfo("Europe/Amsterdam"), "en")
        config.add_request_method(lambda request: formats, "fmt", reify=True)
        config.add_route("form", "/")
        config.add_view(EverythingPage, route_name="form", renderer="page")
    return config.make_wsgi_app()


@pytest.fixture
def app(wsgi: Any) -> Iterator[TestApp]:
    EverythingPage.saved.clear()
    yield TestApp(wsgi)


def opened(app: TestApp) -> Any:
    form = app.get("/").forms["form"]
    form["line"] = "Anna"
    form["goal"], form["year"] = "Read more", "2027"
    return form


def live_parts(html: str) -> list[str]:
    return re.findall(r"<script|\son\w+\s*=|\sstyle\s*=|javascript:", html)


def row_goals(form: Any) -> list[str]:
    return [field.value for field in form.fields.get("goal", [])]


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
