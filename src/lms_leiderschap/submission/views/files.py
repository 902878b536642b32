"""Handing out the files of a piece of work, as bytes to keep and never as something to run."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import FileResponse, Response
from pyramid.view import view_config

from lms_leiderschap.permissions import Permission
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.submission.model import Work
from lms_leiderschap.web.saving import disposition

SANDBOX = "sandbox; default-src 'none'"


@view_config(context=StoredFile, permission=Permission.READ_WORK, request_method="GET")
def own_file(file: StoredFile, request: Request) -> Response:
    """A file of one's own work."""
    return serve_file(file, request)


@view_config(context=StoredFile, permission=Permission.GIVE_FEEDBACK, request_method="GET",
             allowed=Permission.GIVE_FEEDBACK)  # fmt: skip
def handed_in_file(file: StoredFile, request: Request) -> Response:
    """A file for the teacher: only when it was handed in, and not taken back."""
    work = file.__parent__.__parent__ if file.__parent__ is not None else None
    versions = work.versions.values() if isinstance(work, Work) else ()
    if not any(file.id in version.files and version.state == "submitted" for version in versions):
        raise HTTPNotFound
    return serve_file(file, request)


def serve_file(file: StoredFile, request: Request) -> Response:
    """The bytes as they came, to be saved under their own name."""
    response = FileResponse(file.path(), request=request, content_type=file.media_type)
    response.headers["Content-Disposition"] = disposition(file.name)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
