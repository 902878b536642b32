"""Uploads are kept before anything looks at the form they came with.

In a short transaction of its own, once per request: a refusal is rolled back, a conflict is tried
again, a login may just have ended, and the file is still there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import transaction
from pyramid.request import Request
from pyramid.response import Response

from lms_leiderschap.people.tokens import form_key, person_of_form_key
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.web.multipart import read_ahead
from lms_leiderschap.web.security import session_of

STAGED, TOO_LARGE = "lms.staged", "lms.too_large"
Handler = Callable[[Request], Response]


class Staged(NamedTuple):
    """A received file as a form names it."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str


def staging_tween(handler: Handler, registry: Any) -> Handler:
    """Keep the files of a form; what the handler sees is their names under STAGED."""

    def tween(request: Request) -> Response:
        if (request.method == "POST" and STAGED not in request.environ
                and request.content_type == "multipart/form-data"
                and registry.lms.entry(request.host)):
            request.environ[STAGED] = _stage(request)
        return handler(request)

    return tween


def _stage(request: Request) -> dict[str, list[Staged]]:
    uploads = _uploads(request)
    person_id = _whose(request) if uploads else None
    if person_id is None:
        return {}
    manager = transaction.TransactionManager(explicit=True)
    connection = request.registry.databases.connect(request.entry, manager)
    try:
        for attempt in manager.attempts(6):
            with attempt:
                staged = _keep(request, connection, person_id, uploads)
        return staged
    finally:
        connection.close()


def _uploads(request: Request) -> list[tuple[str, Any]]:
    """Field name and upload for every file that is not empty and not too large."""
    found, most = [], request.registry.lms.file_max
    read_ahead(request)
    try:
        pairs = list(request.POST.items())
    except ValueError:
        return []
    for field, value in pairs:
        if not getattr(value, "filename", None):
            continue
        value.file.seek(0, 2)
        if value.file.tell() > most:
            request.environ.setdefault(TOO_LARGE, {}).setdefault(field, []).append(value.filename)
        else:
            found.append((field, value))
    return found


def _whose(request: Request) -> str | None:
    """Who is signed in, or for whom the form was drawn when the login has just ended."""
    session = session_of(request)
    if session is not None:
        return session.person
    key = request.POST.get("key", "")
    return person_of_form_key(request.registry.lms.secret(request.entry), key) if (
        isinstance(key, str)) else None


def _keep(request: Request, connection: Any, person_id: str,
          uploads: list[tuple[str, Any]]) -> dict[str, list[Staged]]:
    person = institution_in(connection).people.get(person_id)
    staged: dict[str, list[Staged]] = {}
    if person is None or person.blocked:
        return staged
    for field, upload in uploads:
        kept = person.staged.stage(StoredFile(upload.filename, "", request.arrived))
        kept.fill(upload.file, connection)
        staged.setdefault(field, []).append(
            Staged(kept.id, kept.name, kept.media_type, kept.size, kept.sha256))
    return staged


def staged_file(request: Request, file_id: str) -> StoredFile | None:
    """An upload of the person who is signed in that no form has used yet."""
    person = request.person
    return person.staged.get(file_id) if person is not None else None


def new_form_key(request: Request) -> str:
    """Random text for one drawn form; it also says, signed, for whom it was drawn."""
    person = request.person
    return form_key(request.registry.lms.secret(request.entry),
                    person.__name__ if person is not None else "")


def includeme(config: Any) -> None:
    config.add_tween("lms_leiderschap.people.staging.staging_tween",
                     under="lms_leiderschap.web.pipeline.ingress_tween",
                     over="pyramid_tm.tm_tween_factory")
    config.add_request_method(staged_file)
    config.add_request_method(new_form_key)
