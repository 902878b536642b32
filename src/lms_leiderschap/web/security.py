"""Who is asking, and what they may do here."""

from __future__ import annotations

import re
from typing import Any

from pyramid.authorization import ACLHelper, Authenticated, Everyone
from pyramid.csrf import CookieCSRFStoragePolicy
from pyramid.request import Request
from webob.cookies import CookieProfile

from lms_leiderschap.permissions import principal_of

COOKIE = "lms"
CSRF_COOKIE = "lms-csrf"
_ACL = ACLHelper()
# Browsers read "//" and "/\\" as the start of a host name, and drop tabs and line ends first.
_LOCAL = re.compile(r"/(?![/\\])[!-~]{0,2000}")
HOME = "/"


def cookie(request: Request) -> CookieProfile:
    """The cookie that holds the token of a web session, and nothing else."""
    return plain_cookie(request, COOKIE)


def plain_cookie(request: Request, name: str) -> CookieProfile:
    """A cookie with a text that says what it is worth by itself; no script can read it."""
    secure = request.scheme == "https"
    return CookieProfile(("__Host-" if secure else "") + name, secure=secure, httponly=True,
                         samesite="Lax", path="/", serializer=_Token()).bind(request)


class CsrfStorage:
    """The CSRF token in a cookie; over https one that only https, and only this host, can set."""

    def __init__(self) -> None:
        self._plain = CookieCSRFStoragePolicy(
            cookie_name=CSRF_COOKIE, httponly=True, samesite="Lax")
        self._secure = CookieCSRFStoragePolicy(
            cookie_name="__Host-" + CSRF_COOKIE, secure=True, httponly=True, samesite="Lax")

    def _storage(self, request: Request) -> CookieCSRFStoragePolicy:
        return self._secure if request.scheme == "https" else self._plain

    def new_csrf_token(self, request: Request) -> str:
        return str(self._storage(request).new_csrf_token(request))

    def get_csrf_token(self, request: Request) -> str:
        return str(self._storage(request).get_csrf_token(request))

    def check_csrf_token(self, request: Request, supplied_token: str) -> bool:
        return bool(self._storage(request).check_csrf_token(request, supplied_token))


class _Token:
    """Tokens are random or signed text: there is nothing in them to encode."""

    def dumps(self, token: str) -> bytes:
        return token.encode("ascii")

    def loads(self, data: bytes) -> str:
        try:
            return data.decode("ascii")
        except UnicodeDecodeError as error:
            raise ValueError from error


class SecurityPolicy:
    """A person is known by the token in their cookie; what they may do stands in the tree."""

    def identity(self, request: Request) -> Any:
        """The Person who is signed in, or None."""
        return request.person

    def authenticated_userid(self, request: Request) -> str | None:
        person = request.person
        return person.__name__ if person is not None else None

    def permits(self, request: Request, context: Any, permission: str) -> Any:
        return _ACL.permits(context, principals(request.person), permission)

    def remember(self, request: Request, userid: str, **_kw: Any) -> list[tuple[str, str]]:
        """`userid` is the token of a session that was just begun."""
        return cookie(request).get_headers(userid)

    def forget(self, request: Request, **_kw: Any) -> list[tuple[str, str]]:
        return cookie(request).get_headers("", max_age=0)


def principals(person: Any) -> list[str]:
    """The names under which access rules may know somebody."""
    if person is None:
        return [Everyone]
    roles = [f"role:{role}" for role in person.roles]
    return [Everyone, Authenticated, principal_of(person.__name__), *roles]


def session_of(request: Request) -> Any:
    """The web session of the cookie, as the side store knows it; None when there is none."""
    token = cookie(request).get_value()
    if not token:
        return None
    return request.registry.side.session(request.entry.key, token, request.arrived)


def person_of(request: Request) -> Any:
    """The signed-in Person; None also for one who was blocked, erased or signed out since.

    Read with each request, as roles are: what was taken away is gone at the next one.
    """
    session = request.web_session
    if session is None:
        return None
    person = request.institution.people.get(session.person)
    return person if person is not None and session.counts(person, request.arrived) else None


def local_path(address: str) -> str:
    """The address when it leads to a page of this site, else the start page."""
    return address if _LOCAL.fullmatch(address) else HOME


class Allowed:
    """View predicate `allowed`: among views of one name, the one for who has this permission."""

    def __init__(self, permission: str, _config: Any) -> None:
        self.permission = permission

    def text(self) -> str:
        return f"allowed = {self.permission}"

    phash = text

    def __call__(self, context: Any, request: Request) -> bool:
        return bool(request.has_permission(self.permission, context))


def includeme(config: Any) -> None:
    config.add_view_predicate("allowed", Allowed)
    config.set_security_policy(SecurityPolicy())
    config.set_default_csrf_options(require_csrf=True, check_origin=True)
    config.set_csrf_storage_policy(CsrfStorage())
    config.add_request_method(session_of, "web_session", reify=True)
    config.add_request_method(person_of, "person", reify=True)
