"""The device on which somebody signed in before has tries of its own.

Whoever guesses at an account, from wherever, uses up the tries of strangers and keeps its owner
out of nothing that is known (OWASP, "Slow down online guessing attacks with device cookies").
"""

from __future__ import annotations

import hmac
import secrets

from pyramid.request import Request
from webob.cookies import CookieProfile

from lms_leiderschap.people.model import Person
from lms_leiderschap.people.tokens import sign, verify_by
from lms_leiderschap.web.security import plain_cookie

COOKIE = "lms-known"
LASTS = 180 * 86_400  # seconds
_PURPOSE = b"lms_leiderschap known device"


def remember_device(request: Request, person: Person) -> list[tuple[str, str]]:
    """The headers that make this device known as one of a person; it holds nothing but ids."""
    text = sign(_secrets(request)[0], secrets.token_urlsafe(16), person.__name__)
    return _cookie(request).get_headers(text, max_age=LASTS)


def known_device(request: Request, person: Person | None) -> str:
    """A name for this device when the person signed in on it before, else ""."""
    parts = verify_by(_secrets(request), _cookie(request).get_value() or "")
    if person is None or parts is None or parts[1:] != (person.__name__,):
        return ""
    return ".".join(parts)


def _cookie(request: Request) -> CookieProfile:
    return plain_cookie(request, COOKIE)


def _secrets(request: Request) -> list[bytes]:
    keys = request.registry.lms.signing_keys(request.entry)
    return [hmac.digest(key, _PURPOSE, "sha256") for key in keys]
