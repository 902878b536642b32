"""When something goes wrong: one calm sentence and a reference, never a trace.

These pages touch no database: they also appear when there is none.
"""

from __future__ import annotations

import errno
import logging
import secrets
from typing import Any

from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPForbidden,
    HTTPNotFound,
    HTTPRedirection,
    HTTPRequestEntityTooLarge,
    HTTPServiceUnavailable,
)
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from transaction.interfaces import TransientError
from ZODB.POSException import StorageError

from lms_leiderschap.texts import _

log = logging.getLogger(__name__)
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
PLAIN = "lms_leiderschap.templates:web/error.pt"
MARK = "lms.mark"  # in the environ: the reference under which somebody kept the error already


def reference() -> str:
    """Four signs that people can read out loud and that stand in the log."""
    return "".join(secrets.choice(ALPHABET) for _place in range(4))


def error_page(request: Request, status: int, heading: str, sentence: str,
               mark: str = "") -> Response:
    """A page without anything that could go wrong again."""
    response = render_to_response(
        PLAIN, {"heading": heading, "sentence": sentence, "mark": mark, "plain": True},
        request=request)
    response.status_int = status
    return response


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
    mark = reference()
    log.warning("not served %s %s: %s: %s", mark, request.path_info, type(error).__name__, error)
    response = error_page(
        request, 503, _("Just a moment"),
        _("We could not save this right now. Go back and try again: nothing is sent twice."), mark)
    response.headers["Retry-After"] = "5"
    return response


def failed(error: Exception, request: Request) -> Response:
    """Everything nobody thought of."""
    mark = request.environ.get(MARK) or reference()
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        log.critical("disk full %s %s", mark, request.path_info)
        return error_page(request, 507, _("There is no room to save"),
                          _("Your text is still on the previous page. We are making room."), mark)
    log.error("failed %s %s", mark, request.path_info, exc_info=error)
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
        (HTTPException, http_error), (TransientError, busy), (StorageError, busy),
        (Exception, failed)]
    for context, view in pages:
        config.add_exception_view(view, context=context, retryable_error=False)
