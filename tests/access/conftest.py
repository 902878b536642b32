"""Who asks, and both institutions with something of everything in them."""

from __future__ import annotations

from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any

import pytest
from webob import Request, Response

from tests.access.world import PEOPLE, Place, changing, furnish

KEYS = ("noord", "zuid")


@pytest.fixture
def world(registry: Any, now: datetime) -> dict[str, dict[str, Place]]:
    """The places of both institutions, by the key of the institution and a name."""
    return {key: furnish(registry, key, now) for key in KEYS}


class Asker:
    """Somebody with cookies and a good CSRF token, on the host of one institution.

    sent, received  how many requests went out, and how many bytes came back
    """

    def __init__(self, registry: Any, host: str, token: str = "") -> None:
        self.app, self.host = registry.app, host
        self.sent = self.received = 0
        self.cookies = {"lms": token} if token else {}
        self.ask("GET", "/sign-in")
        self.cookies.setdefault("lms-csrf", "f" * 40)

    def ask(self, method: str, path: str, values: Any = None, **environ: str) -> Response:
        """One request; a POST carries a good CSRF token unless `values` says otherwise."""
        if method == "POST":
            values = {"csrf_token": self.cookies["lms-csrf"]} | dict(values or {})
        request = Request.blank(path, environ={"HTTP_HOST": self.host} | environ, POST=values)
        request.method = method
        request.cookies.update(self.cookies)
        answer = request.get_response(self.app)
        self.sent, self.received = self.sent + 1, self.received + len(answer.body)
        for text in answer.headers.getall("Set-Cookie"):
            for name, morsel in SimpleCookie(text).items():
                self.cookies[name] = morsel.value
        return answer


@pytest.fixture
def asker(registry: Any) -> Any:
    """asker("anna") asks as Anna of "noord"; asker("", key) as nobody; at="zuid" elsewhere."""

    def begin(who: str = "", key: str = "noord", at: str = "") -> Asker:
        return Asker(registry, f"{at or key}.test", _token(registry, key, who) if who else "")

    return begin


def _token(registry: Any, key: str, who: str) -> str:
    with changing(registry, key) as institution:
        person = institution.people[institution.emails[f"{who}@{key}.test"]]
        told = {"method": "test", "epoch": person.epoch}
        token: str = registry.side.begin_session(key, person.__name__, datetime.now(UTC), **told)
    return token


@pytest.fixture
def everybody(asker: Any, world: Any) -> dict[str, Asker]:
    """Everybody of "noord" by name, and "nobody"."""
    return {who: asker(who) for who in PEOPLE} | {"nobody": asker()}
