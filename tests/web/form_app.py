"""A small application with one form that asks everything a form can ask."""

import re
from functools import cache
from io import BufferedRandom
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import colander
from chameleon import PageTemplate
from pyramid.config import Configurator
from pyramid.csrf import CookieCSRFStoragePolicy
from pyramid.events import NewRequest
from pyramid.response import Response
from webtest import TestApp

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


@cache
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


def opened(app: TestApp) -> Any:
    form = app.get("/").forms["form"]
    form["line"] = "Anna"
    form["goal"], form["year"] = "Read more", "2027"
    return form


def live_parts(html: str) -> list[str]:
    return re.findall(r"<script|\son\w+\s*=|\sstyle\s*=|javascript:", html)


def row_goals(form: Any) -> list[str]:
    return [field.value for field in form.fields.get("goal", [])]
