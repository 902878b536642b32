"""Where somebody who found a leak can tell it: /.well-known/security.txt (RFC 9116)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

PATH = "/.well-known/security.txt"
HOLDS = timedelta(days=180)  # the standard wants a date that is less than a year away


def security_text(request: Request) -> Response:
    """The address of `lms.security_contact`; no page without that setting."""
    contact = request.registry.lms.security_contact
    if not contact:
        raise HTTPNotFound
    until = (request.arrived + HOLDS).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {contact}", f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en", f"Canonical: {request.entry.url}{PATH}",
    )  # fmt: skip
    return Response("\n".join(lines) + "\n", content_type="text/plain", charset="utf-8")


def includeme(config: Any) -> None:
    config.add_route("security.txt", PATH)
    config.add_view(security_text, route_name="security.txt", request_method="GET",
                    permission=NO_PERMISSION_REQUIRED)  # fmt: skip
