"""Every way in: the pages of the application, the links between them, and the forms they draw.

Nothing is listed by hand. Pages come from the application's own register of views at one address
per kind of resource, and from following links as each role; forms come from those pages as they
were drawn, with what stood in them.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from pyramid.request import Request
from pyramid.response import Response

from bench.browser import Form, Page
from tests.conftest import browser_of

HOST = "noord.test"
ROLES = ("anna", "bram", "pieter", "olga", "ada", "")
MOST_ALIKE = 2  # pages of one name and depth that a role opens while looking for doors


class Door(NamedTuple):
    """A form as it was drawn for somebody, or a page (form None) that somebody may ask for.

    path  with its query
    """

    who: str
    path: str
    form: Form | None


class Site:
    """The application, the people before it, and a copy of its files from before the attack."""

    def __init__(self, registry: Any, places: dict[type, str], directory: Path) -> None:
        self.registry, self.places, self.kept = registry, places, directory / "kept"
        self.cookies = {who: self._signed_in(who) for who in ROLES}
        self.seen: dict[str, dict[str, bytes]] = {who: {} for who in ROLES}

    def _signed_in(self, who: str) -> str:
        browser = browser_of(self.registry, who, HOST)
        browser.get("/profile" if who else "/sign-in")
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    def ask(self, who: str, path: str, method: str = "GET", body: bytes = b"", kind: str = "",
            **environ: str) -> Response:  # fmt: skip
        """The answer to one request. `environ` overrules what a server would say of it."""
        where, _mark, query = path.partition("?")
        request = Request.blank(where or "/", base_url=f"http://{HOST}", method=method, body=body)
        request.environ |= {
            "HTTP_HOST": HOST, "QUERY_STRING": query, "HTTP_COOKIE": self.cookies[who],
            "CONTENT_TYPE": kind, **environ,
        }  # fmt: skip
        answer = request.get_response(self.registry.app)
        answer.body  # noqa: B018 -- all of it, as a server sends it
        return answer

    def is_signed_in(self, who: str) -> bool:
        """Whether the login that this role began with still holds."""
        side, key = self.registry.side, self.registry.lms.entry(HOST).key
        token = self.cookies[who].partition("lms=")[2].partition(";")[0]
        return not who or side.session(key, token, datetime.now(UTC)) is not None

    def keep(self) -> None:
        """Remember the files as they are now."""
        self._close()
        shutil.copytree(self.registry.lms.side.parent, self.kept)

    def put_back(self) -> None:
        """Undo all that was written since keep()."""
        self._close()
        live = self.registry.lms.side.parent
        shutil.rmtree(live)
        shutil.copytree(self.kept, live)

    def _close(self) -> None:
        self.registry.databases.close()
        self.registry.side.close()

    def doors(self) -> list[Door]:
        """What every role finds; each form and each page (without its query) once per role."""
        found = []
        for who in ROLES:
            known = set()
            for door in self.doors_of(who):
                names = door.form and tuple(sorted({name for name, _value in door.form.fields}))
                mark = door.path.partition("?")[0], names, door.form and tuple(door.form.buttons)
                if mark not in known:
                    known.add(mark)
                    found.append(door)
        return found

    def look(self, who: str) -> dict[str, bytes]:
        """Every page that this role finds now, by its path."""
        self.seen[who] = {}
        for _door in self.doors_of(who):
            pass
        return self.seen[who]

    def doors_of(self, who: str) -> Iterator[Door]:
        """What one role finds, page after page; `seen` keeps what each of them held."""
        waiting, seen, alike = [*self.pages("GET"), "/"], self.seen[who], Counter[str]()
        while waiting:
            path = waiting.pop()
            alike[_shape(path)] += path not in seen
            if path in seen or alike[_shape(path)] > MOST_ALIKE:
                continue
            answer = self.ask(who, path)
            seen[path] = answer.body if answer.content_type == "text/html" else b""
            if answer.status_int != 200 or answer.content_type != "text/html":
                continue
            yield Door(who, path, None)
            page = Page(path, 200, Message(), answer.body)  # type: ignore[arg-type]
            for form in page.forms():
                yield Door(who, urljoin(path, form.action), form)
            waiting += [link for link in links(path, answer.text) if link not in seen]
        token = self._token(who)
        for path in self.pages("POST"):
            yield Door(who, path, Form("", path, fields=[("csrf_token", token), ("key", "")]))

    def _token(self, who: str) -> str:
        found = re.search("lms-csrf=([^;]*)", self.cookies[who])
        return found[1] if found else ""

    def pages(self, method: str) -> list[str]:
        """Addresses of every view that takes this method, from the register of views."""
        found = []
        for item in self.registry.introspector.get_category("views"):
            view = item["introspectable"]
            methods = view["request_methods"] or ()
            place = self.places.get(view["context"])
            if method in ([methods] if isinstance(methods, str) else methods) and place is not None:
                found.append(f"{place}/{view['name']}")
        return sorted(set(found))


def _shape(path: str) -> str:
    """What pages of one kind have in common: their depth, their name, what they are asked."""
    where, _mark, query = path.partition("?")
    folder, _slash, name = where.rpartition("/")
    asked = ",".join(pair.partition("=")[0] for pair in query.split("&"))
    return f"{folder.count('/')} {name} {asked}"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def links(path: str, text: str) -> list[str]:
    """Addresses of this site that a page leads to, without their fragments."""
    reader = _Links()
    reader.feed(text)
    there = (urlsplit(urljoin(f"http://{HOST}{path}", link)) for link in reader.found)
    return [quote(url.path, safe="/%:@!$&'()*+,;=~") + (f"?{url.query}" if url.query else "")
            for url in there if url.netloc == HOST]  # fmt: skip
