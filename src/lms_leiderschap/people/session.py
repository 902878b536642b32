"""Web sessions: how one begins, is renewed and ends.

The side store is no part of the transaction. So what ends the session that a request came with
waits for the commit: a second attempt must still know who is asking.
"""

from __future__ import annotations

from pyramid.csrf import new_csrf_token
from pyramid.request import Request
from pyramid.security import forget, remember

from lms_leiderschap.people.device import device_name
from lms_leiderschap.people.known_device import remember_device
from lms_leiderschap.people.model import Person
from lms_leiderschap.web.security import cookie

Headers = list[tuple[str, str]]
OF_WHO_IS_ASKING = ("person", "web_session", "locale_name", "localizer", "fmt", "nav")


def begin_session(request: Request, person: Person, method: str) -> Headers:
    """A new session with a new CSRF token; the headers that bring it to the browser.

    method  "password", "login_link", "reset" or "invitation"
    """
    _end_own(request)
    return _begun(request, person, method)


def renew_session(request: Request, person: Person, method: str) -> Headers:
    """As begin_session; when this transaction is kept, all other sessions of the person end."""
    headers = _begun(request, person, method)
    side, institution = request.registry.side, request.entry.key
    whose, token = person.__name__, request.session_token

    def end_others(kept: bool) -> None:
        if kept:
            side.end_sessions(institution, whose, keep=token)

    request.tm.get().addAfterCommitHook(end_others)
    return headers


def end_session(request: Request) -> Headers:
    """End the session of this request; the headers that make the browser forget it."""
    _end_own(request)
    new_csrf_token(request)
    return forget(request)


def end_other_sessions(request: Request) -> None:
    """End all sessions of who is asking, but for the one in use."""
    request.registry.side.end_sessions(
        request.entry.key, request.person.__name__, keep=cookie(request).get_value()
    )


def end_all_sessions(request: Request, person: Person) -> None:
    """Forget all sessions of a person when this transaction is kept.

    What ends them is what it wrote (`Person.epoch`), in every process at once and also when
    this one is killed here.
    """
    side, institution, whose = request.registry.side, request.entry.key, person.__name__

    def end(kept: bool) -> None:
        if kept:
            side.end_sessions(institution, whose)

    request.tm.get().addAfterCommitHook(end)


def is_now(request: Request, person: Person) -> None:
    """From here on this request is one of `person`: the page it answers with is theirs."""
    for name in OF_WHO_IS_ASKING:
        request.__dict__.pop(name, None)
    request.person = person


def _begun(request: Request, person: Person, method: str) -> Headers:
    token = request.registry.side.begin_session(
        request.entry.key,
        person.__name__,
        request.arrived,
        method=method,
        device=device_name(request.user_agent or ""),
        epoch=person.epoch,
    )
    request.session_token = token
    new_csrf_token(request)
    return [*remember(request, token), *remember_device(request, person)]


def _end_own(request: Request) -> None:
    token = cookie(request).get_value()
    if token:
        request.registry.side.end_session(request.entry.key, token)
