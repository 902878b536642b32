"""Checking a receipt, without signing in: whoever is shown one can see that it is ours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pyramid.request import Request
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.submission.proof import proven, public_key
from lms_leiderschap.submission.views.receipt import grouped, in_utc
from lms_leiderschap.texts import _


@view_config(context=Institution, name="controle", permission=NO_PERMISSION_REQUIRED,
             renderer="lms_leiderschap.templates:submission/proof.pt",
             request_method="GET")  # fmt: skip
def check(_institution: Institution, request: Request) -> dict[str, Any]:
    """The form, and under it what the proof says when it is whole."""
    settings, text = request.registry.lms, request.GET.get("proof", "")
    found = proven(text, settings.signing_keys(request.entry)) if text.strip() else None
    at = datetime.fromisoformat(found["at"]) if found else None
    return {
        "title": _title(found, text), "text": text, "found": found, "at": at,
        "utc": in_utc(at) if at else "",
        "files": [(size, grouped(sha256)) for size, sha256 in found["files"]] if found else [],
        "fingerprint": grouped(found["text_sha256"]) if found else "",
        "public_key": grouped(public_key(settings.secret(request.entry))),
    }  # fmt: skip


def _title(found: dict[str, Any] | None, text: str) -> str:
    if found:
        return _("This receipt is genuine")
    return _("This is not a receipt of ours") if text.strip() else _("Check a receipt")
