"""A browser without a screen: it asks the application itself, and sends forms back as drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from webob import Request

Pairs = list[tuple[str, str]]


@dataclass
class Form:
    """A form as it stands on a page.

    fields   what it would send now; choices  (name, value) of every tick and radio button
    buttons  names of what sends it
    """

    id: str
    action: str
    fields: Pairs = field(default_factory=list)
    choices: Pairs = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)

    def put(self, name: str, value: str) -> None:
        """Give the first field of that name a value, or add it."""
        for place, (known, _old) in enumerate(self.fields):
            if known == name:
                self.fields[place] = (name, value)
                return
        self.fields.append((name, value))

    def values(self, name: str) -> list[str]:
        """What a tick or radio button of this name can send."""
        return [value for known, value in self.choices if known == name]


@dataclass(frozen=True)
class Page:
    """One answer."""

    path: str
    status: int
    headers: Any
    text: str

    @property
    def leads_to(self) -> str:
        """Path of where it sends the browser, "" when it does not."""
        place = urlsplit(self.headers.get("Location", ""))
        return urljoin(self.path, f"{place.path}?{place.query}" if place.query else place.path)

    def forms(self) -> list[Form]:
        reader = _Reader()
        reader.feed(self.text)
        return reader.found()

    def form(self, button: str) -> Form | None:
        """The form with a button of that name; None when there is none."""
        return next((form for form in self.forms() if button in form.buttons), None)


class Browser:
    """One person. `seen` holds every page of HTML that was shown."""

    def __init__(self, app: Any, url: str, cookies: dict[str, str]) -> None:
        self._app, self._url, self._cookies = app, url, cookies
        self.seen: list[Page] = []

    @property
    def token(self) -> str:
        """Of the session in which this person is signed in."""
        return self._cookies["lms"]

    def get(self, path: str) -> Page:
        return self._ask(path, None)

    def send(self, page: Page, form: Form, button: str) -> Page:
        """Press a button; where it leads to is another question."""
        return self._ask(urljoin(page.path, form.action), [*form.fields, (button, "1")])

    def post(self, path: str, pairs: Sequence[tuple[str, str]], page: Page) -> Page:
        """Send what a button outside any of our forms would, with the token of a page."""
        tokens = [pair for form in page.forms() for pair in form.fields if pair[0] == "csrf_token"]
        return self._ask(path, [*tokens[:1], *pairs])

    def _ask(self, path: str, posted: Pairs | None) -> Page:
        request = Request.blank(path, base_url=self._url, POST=posted)
        request.headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self._cookies.items())
        response = request.get_response(self._app)
        for line in response.headers.getall("Set-Cookie"):
            name, _equals, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        is_page = response.content_type == "text/html"
        page = Page(path, response.status_int, response.headers, response.text if is_page else "")
        if is_page and response.status_int in (200, 422):
            self.seen.append(page)
        return page


class _Reader(HTMLParser):
    """Finds the forms of a page; a control may stand outside its form and name it."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside: Form | None = None
        self._controls: list[tuple[Form | None, str, str, dict[str, str]]] = []
        self._text: list[str] | None = None
        self._area: dict[str, str] = {}
        self._select: dict[str, str] | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = Form(at.get("id", ""), at.get("action", ""))
            self.forms.append(self._inside)
        elif tag == "textarea":
            self._text, self._area = [], at
        elif tag == "select":
            self._select, self._options = at, []
        elif tag == "option":
            self._options.append((at.get("value", ""), "selected" in at))
        elif tag in ("input", "button"):
            kind = at.get("type", "submit" if tag == "button" else "text")
            self._put(kind, at.get("value", ""), at)

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "select" and self._select is not None:
            chosen = [value for value, selected in self._options if selected]
            values = [value for value, _selected in self._options]
            self._put("select", (chosen or values or [""])[0], self._select)
            self._select = None
        elif tag == "textarea" and self._text is not None:
            self._put("textarea", "".join(self._text).removeprefix("\n"), self._area)
            self._text = None

    def _put(self, kind: str, value: str, at: dict[str, str]) -> None:
        if at.get("name") and "disabled" not in at:
            self._controls.append((self._inside, kind, value, at))

    def found(self) -> list[Form]:
        named = {form.id: form for form in self.forms if form.id}
        for inside, kind, value, at in self._controls:
            form = named.get(at["form"]) if at.get("form") else inside
            if form is not None:
                _add(form, kind, value, at)
        return self.forms


def _add(form: Form, kind: str, value: str, at: dict[str, str]) -> None:
    name = at["name"]
    if kind == "submit":
        form.buttons.append(name)
    elif kind in ("checkbox", "radio"):
        form.choices.append((name, value or "on"))
        if "checked" in at:
            form.fields.append((name, value or "on"))
    elif kind not in ("file", "button", "image", "reset"):
        form.fields.append((name, value))
