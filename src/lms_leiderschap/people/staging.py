"""Uploads are kept before anything looks at the form they came with.

In a short transaction of its own, once per request: a refusal is rolled back, a conflict is tried
again, a login may just have ended, and the file is still there.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import transaction
from pyramid.httpexceptions import HTTPServiceUnavailable
from pyramid.request import Request
from pyramid.response import Response

from lms_leiderschap.people.model import Person
from lms_leiderschap.people.tokens import form_key, person_of_form_key
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.root import institution_in
from lms_leiderschap.web.security import session_of

log = logging.getLogger(__name__)
STAGED, TOO_LARGE = "lms.staged", "lms.too_large"
MOST_FILES = 20  # of one request
MOST_STAGED = 200 * 2**20  # bytes that wait for a form of one person
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
            request.environ[STAGED] = _stage_or_refuse(request)
        return handler(request)

    return tween


def _stage_or_refuse(request: Request) -> dict[str, list[Staged]]:
    """Raises HTTPServiceUnavailable for a disk that fails; a full one has a page of its own."""
    try:
        return _stage(request)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        log.exception("the files of a form could not be kept")
        raise HTTPServiceUnavailable from error


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
    """Field name and upload for every file, but for those that are too large or too many."""
    found: list[tuple[str, Any]] = []
    for field, value in request.POST.items():
        if not getattr(value, "filename", None):
            continue
        if _size(value) > request.registry.lms.file_max or len(found) == MOST_FILES:
            _refuse(request, field, value)
        else:
            found.append((field, value))
    return found


def _size(upload: Any) -> int:
    upload.file.seek(0, 2)
    return int(upload.file.tell())


def _refuse(request: Request, field: str, upload: Any) -> None:
    names = request.environ.setdefault(TOO_LARGE, {}).setdefault(field, [])
    if upload.filename not in names:  # an attempt before this one may have named it
        names.append(upload.filename)


def _whose(request: Request) -> str | None:
    """Who is signed in, or for whom the form was drawn when the login has just ended."""
    session = session_of(request)
    if session is not None:
        return session.person
    key, keys = request.POST.get("key", ""), request.registry.lms.signing_keys(request.entry)
    return person_of_form_key(keys, key, request.arrived) if isinstance(key, str) else None


def _keep(request: Request, connection: Any, person_id: str,
          uploads: list[tuple[str, Any]]) -> dict[str, list[Staged]]:
    person = institution_in(connection).people.get(person_id)
    staged: dict[str, list[Staged]] = {}
    if person is None or person.blocked:
        return staged
    room = _room(person)
    for field, upload in uploads:
        room -= _size(upload)
        if room < 0:
            _refuse(request, field, upload)
            continue
        kept = person.staged.stage(StoredFile(upload.filename, "", request.arrived))
        kept.fill(upload.file, connection)
        staged.setdefault(field, []).append(
            Staged(kept.id, kept.name, kept.media_type, kept.size, kept.sha256))
    return staged


def _room(person: Person) -> int:
    """Bytes that a person may still send before a form uses what waits."""
    return MOST_STAGED - sum(file.size for file in person.staged.values())


def staged_file(request: Request, file_id: str) -> StoredFile | None:
    """An upload of the person who is signed in that no form has used yet."""
    person = request.person
    return person.staged.get(file_id) if person is not None else None


def new_form_key(request: Request) -> str:
    """Random text for one drawn form; it also says, signed, for whom it was drawn."""
    person = request.person
    return form_key(request.registry.lms.secret(request.entry),
                    person.__name__ if person is not None else "", request.arrived)


def includeme(config: Any) -> None:
    config.add_tween("lms_leiderschap.people.staging.staging_tween",
                     under="lms_leiderschap.web.pipeline.ingress_tween",
                     over="pyramid_tm.tm_tween_factory")
    config.add_request_method(staged_file)
    config.add_request_method(new_form_key)
