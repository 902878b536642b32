"""When something goes wrong: one calm sentence and a reference, never a trace.

These pages touch no database: they also appear when there is none.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from typing import Any

from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPForbidden,
    HTTPInsufficientStorage,
    HTTPNotFound,
    HTTPRedirection,
    HTTPRequestEntityTooLarge,
    HTTPServiceUnavailable,
)
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from transaction.interfaces import TransientError

from lms_leiderschap.store.storages import server_errors
from lms_leiderschap.texts import _
from lms_leiderschap.web.answering import answering_of, reference_of
from lms_leiderschap.web.cleaning import posted_controls
from lms_leiderschap.web.multipart import PARSED
from lms_leiderschap.web.security import local_path

log = logging.getLogger(__name__)
PLAIN = "lms_leiderschap.templates:web/error.pt"
WORTH_SHOWING = 40  # signs of a text that nobody types twice with pleasure
FULL = (errno.ENOSPC, errno.EDQUOT)
DISK_FULL = "53100"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
NOTHING: dict[str, Any] = {"again": (), "texts": (), "to": ""}
MARK = "lms.mark"  # in the environ: the reference under which somebody kept the error already


def error_page(request: Request, status: int, heading: str, sentence: str,
               mark: str = "") -> Response:
    """A page without anything that could go wrong again.

    mark  a reference under which more is kept than the log of this request
    """
    answering_of(request).reference = mark
    mark = reference_of(request)
    given_back = _given_back(request) if status >= 500 else NOTHING
    response = render_to_response(
        PLAIN, {"heading": heading, "sentence": sentence, "mark": mark, **given_back},
        request=request)
    response.status_int = status
    return response


def _given_back(request: Request) -> dict[str, Any]:
    """What was posted, so that no word is lost: a form that sends it again, and its long texts.

    again  names and values exactly as they came, the CSRF token too: the page gives nobody a right
           that the sender had not. Empty when files were sent with it, which nobody has now.
    A form that asks for a password holds no text that is worth showing it for.
    """
    if request.method != "POST" or PARSED not in request.environ:
        return NOTHING
    pairs = posted_controls(request)
    if any("password" in name.lower() for name, _value in pairs):
        return NOTHING
    texts = [value.splitlines() for name, value in pairs
             if name not in ("key", "csrf_token")
             and (len(value) >= WORTH_SHOWING or "\n" in value)]
    files = any(getattr(value, "filename", None) for value in request.POST.values())
    return {"again": () if files else pairs, "texts": texts, "to": local_path(request.path_qs)}


def not_found(_error: Exception, request: Request) -> Response:
    """What is not there, and what somebody may not see, look the same."""
    return error_page(request, 404, _("This page is not here"),
                      _("The address may be wrong, or the page is not for you."))


def bad_request(_error: Exception, request: Request) -> Response:
    return error_page(request, 400, _("This cannot be read"),
                      _("What arrived here is not what our form sends. Open the page again."))


def too_large(_error: Exception, request: Request) -> Response:
    return error_page(request, 413, _("This is too large"),
                      _("A file may be 25 MB at most. Make it smaller and try again."))


def busy(error: Exception, request: Request) -> Response:
    """The database is away, or too many wrote at once; trying again is safe."""
    if is_full(error):
        return no_room(error, request)
    log.warning("not served [%s]: %s", reference_of(request), error)
    response = error_page(
        request, 503, _("Just a moment"),
        _("We could not save this right now. Go back and try again: nothing is sent twice."))
    response.headers["Retry-After"] = "5"
    return response


def no_room(_error: Exception, request: Request) -> Response:
    """The disk is full, or so nearly that nothing more is begun."""
    log.critical("disk full [%s]", reference_of(request))
    return error_page(request, 507, _("There is no room to save"),
                      _("Nothing of this was saved. We are making room: try again later."))


def is_full(error: BaseException | None) -> bool:
    """Whether a full disk is behind it, in whatever storage."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return True
        if getattr(error, "pgcode", None) == DISK_FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def failed(error: Exception, request: Request) -> Response:
    """Everything nobody thought of; a storage that errs too: trying again mends no damage."""
    if is_full(error):
        return no_room(error, request)
    mark = request.environ.get(MARK, "")
    log.error("failed [%s]", mark or reference_of(request), exc_info=error)
    return error_page(request, 500, _("Something went wrong on our side, not on yours"),
                      _("What was saved before is safe. Go back and try again."), mark)


def http_error(error: HTTPException, request: Request) -> Response:
    """Redirects pass; other answers get our page with their own number."""
    if isinstance(error, HTTPRedirection) or error.status_int < 400:
        return error
    return error_page(request, error.status_int, _("This did not work"),
                      _("Go back and try again."))


def includeme(config: Any) -> None:
    """Exception views. Those for what may be tried again wait for the last attempt."""
    pages: list[tuple[Any, Any]] = [
        (HTTPNotFound, not_found), (HTTPForbidden, not_found), (HTTPBadRequest, bad_request),
        (HTTPRequestEntityTooLarge, too_large), (HTTPServiceUnavailable, busy),
        (HTTPInsufficientStorage, no_room), (sqlite3.OperationalError, busy),
        (HTTPException, http_error), (TransientError, busy),
        *((kind, busy) for kind in server_errors()), (Exception, failed)]
    for context, view in pages:
        config.add_exception_view(view, context=context, retryable_error=False)
