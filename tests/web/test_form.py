"""Forms in a real application: what a person fills in is never lost, and says what is wrong."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
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
            if hasattr(value, "filename"):
                staged.setdefault(name, []).append(stored(value.filename))
    event.request.environ["lms.staged"] = staged


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


def test_an_opened_form_shows_what_is_known(app: TestApp) -> None:
    page = app.get("/")
    print(page)
    assert page.forms["form"]["line"].value == "Anna"
