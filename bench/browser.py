"""A browser without a screen: one connection, cookies, and forms sent back as they were drawn."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPMessage
from select import select
from urllib.parse import urlencode, urljoin, urlsplit

Pairs = list[tuple[str, str]]


@dataclass
class Upload:
    """A file for a field of a form."""

    field: str
    name: str
    media_type: str
    content: bytes


@dataclass
class Form:
    """A form as it stands on a page: what it would send, its buttons, ticks and file fields."""

    id: str
    action: str
    enctype: str = ""
    fields: Pairs = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    ticks: Pairs = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def fill(self, name: str, value: str) -> None:
        """Type in the first field of that name that is still empty, else in the first."""
        places = [at for at, (known, _old) in enumerate(self.fields) if known == name]
        if not places:
            raise LookupError(f"no field {name!r} among {sorted({n for n, _v in self.fields})}")
        at = next((place for place in places if not self.fields[place][1]), places[0])
        self.fields[at] = (name, value)

    def tick(self, name: str, value: str | None = None) -> None:
        """Choose a checkbox or radio button."""
        for known, offered in self.ticks:
            if known == name and value in (None, offered):
                self.fields = [pair for pair in self.fields if pair[0] != name or not pair[1]]
                self.fields.append((name, offered))
                return
        raise LookupError(f"no choice {name!r} {value!r} among {self.ticks}")


class _Reader(HTMLParser):
    """Finds the forms of a page; a control may stand outside its form and name it."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside: Form | None = None
        self._loose: list[tuple[str, str, dict[str, str]]] = []
        self._text: str | None = None
        self._area: dict[str, str] = {}
        self._select: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = Form(at.get("id", ""), at.get("action", ""), at.get("enctype", ""))
            self.forms.append(self._inside)
        elif tag == "textarea":
            self._text, self._area = "", at
        elif tag == "select":
            self._select = at
        elif tag == "option" and self._select is not None and "selected" in at:
            self._put("option", at.get("value", ""), self._select)
        elif tag in ("input", "button"):
            kind = at.get("type", "submit" if tag == "button" else "text")
            self._put(kind, at.get("value", ""), at)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._text is not None:
            self._put("textarea", self._text.removeprefix("\n"), self._area)
            self._text = None

    def _put(self, kind: str, value: str, at: dict[str, str]) -> None:
        if at.get("form"):
            self._loose.append((kind, value, at))
        elif self._inside is not None:
            _add(self._inside, kind, value, at)

    def found(self) -> list[Form]:
        named = {form.id: form for form in self.forms}
        for kind, value, at in self._loose:
            if at["form"] in named:
                _add(named[at["form"]], kind, value, at)
        return self.forms


def _add(form: Form, kind: str, value: str, at: dict[str, str]) -> None:
    name = at.get("name", "")
    if not name or "disabled" in at or kind == "button":
        return
    if kind == "file":
        form.files.append(name)
    elif kind == "submit":
        form.buttons.append(name)
    elif kind in ("checkbox", "radio"):
        form.ticks.append((name, value or "on"))
        if "checked" in at:
            form.fields.append((name, value or "on"))
    else:
        form.fields.append((name, value))


@dataclass
class Page:
    """One answer."""

    path: str
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def location(self) -> str:
        return urljoin(self.path, urlsplit(self.headers.get("Location", "")).path)

    def forms(self) -> list[Form]:
        reader = _Reader()
        reader.feed(self.text)
        return reader.found()

    def form(self, button: str) -> Form:
        """The form that has a button of this name."""
        for form in self.forms():
            if button in form.buttons:
                return form
        raise LookupError(f"{self.path} ({self.status}) has no form with a button {button!r}")


class Browser:
    """One person at one server. `times` (ms) and `octets` gather what each request took."""

    def __init__(self, host: str, port: int) -> None:
        self.connection = HTTPConnection(host, port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.times: list[float] = []
        self.octets = 0

    def get(self, path: str, **headers: str) -> Page:
        return self._ask("GET", path, None, headers)

    def head(self, path: str) -> Page:
        return self._ask("HEAD", path, None, {})

    def send(self, page: Page, form: Form, button: str, value: str = "",
             uploads: Sequence[Upload] = ()) -> Page:
        """Send a form of a page with one of its buttons; redirects are not followed."""
        pairs = [*form.fields, (button, value)]
        if form.enctype == "multipart/form-data":
            mark = secrets.token_hex(16)
            body, kind = _multipart(pairs, uploads, mark), f"multipart/form-data; boundary={mark}"
        else:
            body, kind = urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        return self.post(urljoin(page.path, form.action), body, kind)

    def post(self, path: str, body: bytes, kind: str) -> Page:
        return self._ask("POST", path, body, {"Content-Type": kind})

    def sign_in(self, email: str, password: str) -> None:
        """Through the form, as a person does."""
        page = self.get("/sign-in")
        form = page.form("sign_in")
        form.fill("email", email)
        form.fill("password", password)
        answer = self.send(page, form, "sign_in")
        if answer.status != 303:
            raise AssertionError(f"{email} could not sign in: {answer.status}")

    def close(self) -> None:
        self.connection.close()

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        sent = dict(headers)
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        start = time.perf_counter()
        status, told, content = self.exchange(method, path, body, sent)
        page = Page(path, status, told, content)
        self.times.append((time.perf_counter() - start) * 1000)
        self.octets += len(page.body) + len(bytes(str(told), "utf-8"))
        for line in told.get_all("Set-Cookie", ()):
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return page

    def _leave_ended(self) -> None:
        """A connection that the server ended while nothing was asked is opened anew."""
        if self.connection.sock and select([self.connection.sock], [], [], 0)[0]:
            self.connection.close()

    def exchange(self, method: str, path: str, body: bytes | None,
                 headers: dict[str, str]) -> tuple[int, HTTPMessage, bytes]:
        """One request and its whole answer: status, headers, body."""
        self._leave_ended()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()


def _multipart(pairs: Pairs, uploads: Sequence[Upload], mark: str) -> bytes:
    head = f'--{mark}\r\nContent-Disposition: form-data; name='
    parts = [f'{head}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in pairs]
    for up in uploads:
        named = f'"{up.field}"; filename="{up.name}"\r\nContent-Type: {up.media_type}'
        parts.append(f"{head}{named}\r\n\r\n".encode() + up.content + b"\r\n")
    return b"".join(parts) + f"--{mark}--\r\n".encode()
