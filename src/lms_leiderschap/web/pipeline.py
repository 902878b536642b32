"""The road of a request: what is checked, opened and tried again around every page."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPInsufficientStorage,
    HTTPRequestEntityTooLarge,
    HTTPServiceUnavailable,
)
from pyramid.request import Request
from pyramid.response import Response
from pyramid_retry import IBeforeRetry, is_error_retryable

from lms_leiderschap.settings import InstitutionEntry
from lms_leiderschap.store.room import lacks_room, lacks_room_to_read
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.web.answering import answering_of, note_attempt, route_of, set_policy
from lms_leiderschap.web.arrival import ARRIVED, note_arrival
from lms_leiderschap.web.multipart import MULTIPART, NO_FORM, read_form
from lms_leiderschap.web.security import cookie

Handler = Callable[[Request], Response]
COOKIES = "lms.cookies"
# Seconds; doubled with each attempt, this many times at most. Six attempts showed 1 error in 650
# presses of a button when fifty hand in or release at the same moment on a busy machine.
MEAN_WAIT, DOUBLED = 0.01, 5
LARGEST_UNKNOWN = 4 << 20  # bytes of a body without files, or of somebody who never signed in
ONLY_SIDE = ("/sign-in", "/sign-out")  # what these write is small, and lies in the side store
CSP = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       "font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; "
       "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def ingress_tween(handler: Handler, _registry: Any) -> Handler:
    """Refuse what nobody's browser sends, and set the headers."""
    def tween(request: Request) -> Response:
        request.environ.setdefault(COOKIES, request.environ.get("HTTP_COOKIE", ""))
        if entry := request.registry.lms.entry(request.host):
            answering_of(request).institution = entry.key
        response = _answer(request, handler)
        _close_copy(request)
        answering = answering_of(request)
        answering.route = route_of(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path_info.startswith("/static/") is False:
            response.headers.setdefault("Cache-Control", "no-store")
        if request.scheme == "https":
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

    return tween


def _refuse_unreadable(request: Request) -> None:
    """Raises HTTPBadRequest; what could not be read is taken away, so that a page can be drawn."""
    try:
        text = request.path_info + "".join(f"{key}{value}" for key, value in request.GET.items())
        request.host.encode("ascii")
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        request.environ["PATH_INFO"], request.environ["QUERY_STRING"] = "/", ""
        raise HTTPBadRequest from error
    if "\x00" in text:
        raise HTTPBadRequest


def _answer(request: Request, handler: Handler) -> Response:
    """The page, or the calm one for what went wrong outside the transaction."""
    try:
        _refuse_unreadable(request)
        if is_too_large(request):
            raise HTTPRequestEntityTooLarge
        _read(request)
        if _lacks_room(request):
            raise HTTPInsufficientStorage
        return handler(request)
    except Exception as error:
        if is_error_retryable(request, error):
            raise
        return request.invoke_exception_view()


def is_too_large(request: Request) -> bool:
    """Whether the body is not worth reading: only who was signed in sends us files.

    The cookie may be of a login that has ended: nothing typed is lost, and the staging looks.
    """
    size = request.content_length or 0
    if size <= LARGEST_UNKNOWN:
        return False
    known = request.content_type == MULTIPART and cookie(request).get_value()
    return not known or size > request.registry.lms.body_max


def _lacks_room(request: Request) -> bool:
    """Whether this would be written to a disk that is nearly full.

    The form was read before: the page that says so gives its text back.
    """
    if request.method in ("GET", "HEAD") or request.path_info in ONLY_SIDE:
        return False
    settings = request.registry.lms
    entry = settings.entry(request.host)
    return entry is not None and lacks_room(settings, entry, request.content_length or 0)


def _read(request: Request) -> None:
    """Have `request.POST` ready for everybody after us. Raises HTTPBadRequest."""
    if request.method in ("GET", "HEAD"):
        return
    try:
        read_form(request)
    except NO_FORM as broken:
        raise HTTPBadRequest from broken
    if not all(isinstance(token, str) for token in request.POST.getall("csrf_token")):
        del request.POST["csrf_token"]  # a file: Pyramid can only compare text


def _close_copy(request: Request) -> None:
    """For the retries a body over 10 KB was copied to a temporary file, which nobody closes."""
    again = is_error_retryable(request, getattr(request, "exception", None))
    if not again and isinstance(request.body_file_raw, io.BufferedRandom):
        request.body_file_raw.close()


def before_retry(event: Any) -> None:
    """Wait a random, growing time, and forget what the attempt left in the environ.

    WebOb keeps the parsed form there; on the next attempt its files stand at their end and would
    be stored empty. Pyramid writes a new CSRF token into the cookies of the request; the form
    still has the old one.
    """
    event.environ.pop("webob._parsed_post_vars", None)
    event.environ["HTTP_COOKIE"] = event.environ.get(COOKIES, "")
    attempt = event.environ.get("retry.attempt", 0)
    time.sleep(random.expovariate(1 / (MEAN_WAIT * 2 ** min(attempt, DOUBLED))))


def attempts_for(request: Request) -> int | None:
    """Only what writes is tried again; None means the number of the settings.

    For the next attempts the body is copied first: not that of what will be refused. This is the
    first that we see of a request, so the moment of arrival is noted here.
    """
    note_arrival(request.environ, request.registry.lms.receiving_header)
    if request.method != "POST" or is_too_large(request):
        return 1
    return 1 if lacks_room_to_read(request.content_length or 0) else None


def entry_of(request: Request) -> InstitutionEntry:
    """The institution of the host name. Raises HTTPBadRequest for a host that is not ours."""
    entry = request.registry.lms.entry(request.host)
    if entry is None:
        raise HTTPBadRequest
    return entry


def institution_root(request: Request) -> Any:
    """The root of the tree for this request: the institution, within its transaction."""
    connection = request.registry.databases.connect(request.entry, request.tm)
    request.add_finished_callback(lambda _request: connection.close())
    institution = institution_in(connection)
    if institution is None:
        raise HTTPServiceUnavailable
    request.connection = connection
    request.institution = institution
    if request.method == "POST":
        institution.outbox.was_written()  # by an earlier user of this connection
        request.tm.get().addBeforeCommitHook(wake_jobs_later, (request, institution.outbox))
    return institution


def wake_jobs_later(request: Request, outbox: Any) -> None:
    """Have the worker look at once when what this request put into the outbox is committed."""
    def wake(committed: bool) -> None:
        if committed:
            request.registry.jobs.wake()

    if outbox.was_written():
        request.tm.get().addAfterCommitHook(wake)


def includeme(config: Any) -> None:
    """The tweens from the outside in: ingress, (staging, added by people), transaction."""
    settings = config.get_settings()
    settings.setdefault("tm.manager_hook", "pyramid_tm.explicit_manager")
    settings.setdefault("tm.commit_veto", "pyramid_tm.default_commit_veto")
    settings.setdefault("tm.annotate_user", "false")
    settings.setdefault("retry.attempts", "10")
    config.include("pyramid_tm")
    config.include("pyramid_retry")
    set_policy(config, attempts_for)
    config.add_tween("lms_leiderschap.web.pipeline.ingress_tween",
                     over="pyramid_tm.tm_tween_factory")
    config.add_subscriber(before_retry, IBeforeRetry)
    config.add_subscriber(note_attempt, IBeforeRetry)
    config.set_root_factory(institution_root)
    config.add_request_method(entry_of, "entry", reify=True)
    config.add_request_method(lambda request: request.environ[ARRIVED], "arrived", property=True)
