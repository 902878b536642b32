"""What every template can use, and in which language the page speaks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo

from pyramid.events import BeforeRender
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound
from pyramid.renderers import get_renderer
from pyramid.request import Request

from lms_leiderschap.web.formats import Formats
from lms_leiderschap.web.templates import template_at, translate_in

HOME_ZONE = ZoneInfo("Europe/Amsterdam")
TEMPLATES = "lms_leiderschap.templates"
THEME_COOKIE = "lms-theme"
THEMES = ("light", "dark")
LOCALES = ("nl", "nl_je", "en")


def add_globals(event: BeforeRender) -> None:
    """Names for all templates; a page's own values go before them."""
    request = event.get("request")
    event.setdefault("layout", _layout())
    if request is not None:
        event.setdefault("translate", translate_in(request.localizer))
        event.setdefault("fmt", request.fmt)
        event.setdefault("theme", theme_of(request))
        event.setdefault("language", "en" if request.locale_name == "en" else "nl")


@cache
def _layout() -> Any:
    with as_file(files(TEMPLATES) / "web" / "layout.pt") as path:
        return template_at(str(path))


def theme_of(request: Request) -> str | None:
    """ "light" or "dark" when that was chosen; None follows the device."""
    chosen = request.cookies.get(THEME_COOKIE)
    return chosen if chosen in THEMES else None


def locale_of(request: Request) -> str:
    """The person's own choice, else how the programme speaks, else the institution.

    Somebody who is not known yet is addressed as the browser asks.
    """
    institution = getattr(request, "institution", None)
    if institution is None or "tm.active" not in request.environ:
        return "en" if _asks_english(request) else "nl"
    person = request.person
    if person is None and _asks_english(request):
        return "en"
    return locale_for(person, _address_here(request), institution.address)


def locale_for(person: Any, *addresses: str) -> str:
    """The language of a person, addressed as they chose, else as the first that says so.

    person     anybody with `language` and `address`, or None
    addresses  "u", "je" or "" of the programme and the institution, in that order
    """
    if person is not None and person.language == "en":
        return "en"
    own = person.address if person is not None else ""
    return "nl_je" if next(filter(None, (own, *addresses)), "") == "je" else "nl"


def _asks_english(request: Request) -> bool:
    best = request.accept_language.lookup(("nl", "en"), default="nl") if (
        request.accept_language) else "nl"
    return bool(best == "en")


def _address_here(request: Request) -> str:
    """How the programme of this page speaks; "" for a page of no single programme.

    Who may not see a page must not hear how its programme speaks: that would say it is there.
    """
    if isinstance(request.exception, HTTPNotFound | HTTPForbidden):
        return ""
    at = getattr(request, "context", None)
    while at is not None:
        if hasattr(at, "promise_days"):
            return str(at.address)
        at = getattr(at, "edition", None) or getattr(at, "__parent__", None)
    return ""


def formats_of(request: Request) -> Formats:
    """Dates and numbers as people here write them."""
    institution = getattr(request, "institution", None)
    readable = institution is not None and "tm.active" in request.environ
    zone: ZoneInfo = institution.tz if institution is not None and readable else HOME_ZONE
    return Formats(zone, "en" if request.locale_name == "en" else "nl")


def compile_templates(registry: Any) -> None:
    """Compile every template now, in one thread, before the first request.

    Python 3.11 and 3.12 can fail with "AST constructor recursion depth mismatch" when two threads
    compile at the same time (python/cpython#106905); a first visitor also need not wait.
    """
    root = files(TEMPLATES)
    for name in sorted(_templates_below(root, "")):
        get_renderer(f"{TEMPLATES}:{name}", registry=registry).implementation().cook_check()


def _templates_below(folder: Traversable, way: str) -> Iterator[str]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from _templates_below(path, f"{way}{path.name}/")
        elif path.name.endswith(".pt"):
            yield f"{way}{path.name}"


def includeme(config: Any) -> None:
    config.include("lms_leiderschap.web.templates")
    config.add_translation_dirs("lms_leiderschap:locale")
    config.set_locale_negotiator(locale_of)
    config.add_subscriber(add_globals, BeforeRender)
    config.add_request_method(formats_of, "fmt", reify=True)
