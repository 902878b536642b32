"""Around all attempts at one request: its id, its line in the log, its figures, and the last page.

This is Pyramid's execution policy: nothing of a request happens outside of it.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid_retry import RetryableExecutionPolicy

from lms_leiderschap.web.health import is_health, tell_health
from lms_leiderschap.web.logs import ACCESS, Answering, current

log = logging.getLogger(__name__)
access = logging.getLogger(ACCESS)
# Without what is read wrongly: 0 and O, 1 and I and L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS, SPOKEN = 16, 4  # of an id, and of them those that people read out loud
HEADER = "X-Request-Id"
ANSWERING = "lms.answering"
STATIC = "/static/"
LAST = (
    "<!DOCTYPE html>\n<html lang=\"nl\"><head><title>Er ging iets mis</title></head><body>"
    "<h1>Er ging iets mis aan onze kant</h1><p>Wat eerder is bewaard, is veilig. Ga terug en "
    "probeer het opnieuw.</p><p lang=\"en\">Something went wrong on our side. What was saved "
    "before is safe. Go back and try again.</p><p>Kenmerk {reference}</p></body></html>\n"
)
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
Policy = Callable[[dict[str, Any], Any], Response]


def new_id() -> str:
    """A random id of which the first signs can be read out loud."""
    number, signs = secrets.randbits(128), ""  # one question to the system, not one per sign
    for _place in range(SIGNS):
        number, sign = divmod(number, len(ALPHABET))
        signs += ALPHABET[sign]
    return signs


def reference_of(request: Request) -> str:
    """The first signs of the id of this request: on an error page, and found back in the log."""
    answering = answering_of(request)
    answering.reference = answering.reference or answering.id[:SPOKEN].upper()
    return answering.reference


def answering_of(request: Request) -> Answering:
    """What the log will say of this request."""
    found: Answering = request.environ.setdefault(ANSWERING, Answering(new_id()))
    return found


def policy_around(attempts: Policy) -> Policy:
    """The policy that answers with `attempts`, and always with something calm."""

    def answer(environ: dict[str, Any], router: Any) -> Response:
        registry, begun = router.registry, time.perf_counter()
        if is_health(environ):
            return tell_health(registry)
        answering = environ[ANSWERING] = Answering(_id_of(environ, registry.lms))
        token = current.set(answering)
        try:
            response = attempts(environ, router)
        except Exception as error:
            response = _last(error, answering)
        finally:
            current.reset(token)
        response.headers[HEADER] = answering.id
        _account(environ, registry, answering, response, time.perf_counter() - begun)
        return response

    return answer


def _id_of(environ: dict[str, Any], settings: Any) -> str:
    """Ours, unless the web server in front of us is known to give one to every request."""
    if settings.request_id_header:
        name = "HTTP_" + settings.request_id_header.upper().replace("-", "_")
        given = environ.get(name, "")
        if _ID.fullmatch(given):
            return str(given)
    return new_id()


def _last(error: Exception, answering: Answering) -> Response:
    """When the page for errors fails as well: without a template, a translation or a database."""
    answering.reference = answering.id[:SPOKEN].upper()
    log.error("no page for an error [%s]", answering.reference, exc_info=error)
    return Response(LAST.format(reference=answering.reference), status=500, headers={
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store"})  # fmt: skip


def _account(environ: dict[str, Any], registry: Any, answering: Answering, response: Response,
             seconds: float) -> None:  # fmt: skip
    path = environ.get("PATH_INFO", "")
    method = environ.get("REQUEST_METHOD", "")
    method = method if method in ("GET", "HEAD", "POST") else "other"
    route = answering.route or ("static" if path.startswith(STATIC) else "unknown")
    status = response.status_int
    registry.metrics.answered(route, method, status, seconds, answering)
    if access.isEnabledFor(logging.INFO):
        milliseconds = round(1000 * seconds, 1)
        fields = {
            "request": answering.id, "institution": answering.institution, "method": method,
            "route": route, "status": status, "ms": milliseconds, "attempts": answering.attempts,
        }  # fmt: skip
        if answering.errors:
            fields["again"] = list(answering.errors)
        if answering.reference:
            fields["reference"] = answering.reference
        access.info("%s %s %d in %s ms", method, route, status, milliseconds,
                    extra={"fields": fields})  # fmt: skip


def note_attempt(event: Any) -> None:
    """Another attempt begins, because of this error."""
    answering = answering_of(event.request)
    answering.attempts += 1
    answering.errors += (type(event.exception).__name__,)


def route_of(request: Request) -> str:
    """Class of the context and name of the view; "" for a page that does not exist.

    The name of a view is what stood in the address: only one that we gave is told.
    """
    context = getattr(request, "context", None)
    if context is None:
        return ""
    name = getattr(request, "view_name", "")
    if name not in view_names(request.registry):
        return ""
    return f"{type(context).__name__}:{name or 'index'}"


def view_names(registry: Any) -> frozenset[str]:
    """The names of all views, counted once the application stands."""
    found: frozenset[str] | None = getattr(registry, "view_names", None)
    if found is None:
        views = registry.introspector.get_category("views") or ()
        names = (view["introspectable"]["name"] for view in views)
        found = registry.view_names = frozenset(name for name in names if name is not None)
    return found


def set_policy(config: Any, attempts_for: Any) -> None:
    """Have requests answered within this policy, tried again as `attempts_for` says."""
    attempts = int(config.get_settings()["retry.attempts"])
    retrying = RetryableExecutionPolicy(attempts, activate_hook=attempts_for)
    config.set_execution_policy(policy_around(retrying))
