"""The page of an assignment: what is asked, what there is to build on, and the one next step."""

from __future__ import annotations

import mimetypes
from base64 import b64decode
from types import SimpleNamespace
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from lms_leiderschap.errors import Refusal
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.programme.spec import ModuleSpec
from lms_leiderschap.submission.actions import tick, untick
from lms_leiderschap.submission.model import Work
from lms_leiderschap.submission.products import handed_on, product_title
from lms_leiderschap.submission.views.leftover import kept_leftovers
from lms_leiderschap.submission.views.words import due_of, teacher_of, version_of, versions_of
from lms_leiderschap.texts import _
from lms_leiderschap.web.cleaning import clean_text, posted_controls
from lms_leiderschap.web.html import SafeHtml, images_named, markdown_with

PAGE = "lms_leiderschap.templates:submission/assignment.pt"


@view_config(context=Work, permission=Permission.READ_WORK, renderer=PAGE, request_method="GET")
def assignment(work: Work, request: Request) -> dict[str, Any]:
    """What is asked, and how far it is."""
    return _page(work, request)


@view_config(context=Work, name="tick", permission=Permission.WRITE_WORK, renderer=PAGE,
             request_method="POST")  # fmt: skip
def say_done(work: Work, request: Request) -> dict[str, Any] | Response:
    """Say that a preparation was done."""
    note = clean_text(dict(posted_controls(request)).get("note", "")).strip()
    try:
        tick(work, note, by=request.person.__name__, at=request.arrived)
    except Refusal as refusal:
        request.response.status_int = 422
        return {**_page(work, request), "problem": refusal, "note": note}
    return HTTPSeeOther(request.resource_path(work))


@view_config(context=Work, name="untick", permission=Permission.WRITE_WORK,
             request_method="POST")  # fmt: skip
def say_not_done(work: Work, request: Request) -> Response:
    """Take that back."""
    untick(work, by=request.person.__name__, at=request.arrived)
    return HTTPSeeOther(request.resource_path(work))


def _page(work: Work, request: Request) -> dict[str, Any]:
    spec, edition = work.assignment, work.edition
    module = edition.module(work.place)
    brief = module.brief_of(spec) if module else spec.brief
    return {
        "work": work, "title": spec.title, "edition": edition, "due": due_of(work, request),
        "module": module, "brief": markdown_with(brief, _pictures(work, brief, request)),
        "tools": [_tool_title(edition, key) for key in module.instruments] if module else [],
        "uses": [_used(work, key, request) for key in spec.uses],
        "parts": work.report.parts if spec.report_key else (),
        "phases": _phases(work, module, brief, request), "left": kept_leftovers(work),
        "versions": versions_of(work, request), "step": _next_step(work, request),
        "teacher": teacher_of(work), "problem": None, "person": request.person.__name__,
        "note": work.ticked["note"] if work.ticked else work.note,
    }  # fmt: skip


def _phases(
    work: Work, module: ModuleSpec | None, brief: str, request: Request
) -> list[tuple[Any, SafeHtml]]:
    beside = module.work_form_beside(brief) if module else ()
    return [(title, markdown_with(text, _pictures(work, text, request))) for title, text in beside]


def _tool_title(edition: Edition, key: str) -> str:
    pinned = edition.pinned("tool", key)
    return str(pinned.data["title"]) if pinned else key


def _used(work: Work, product: str, request: Request) -> SimpleNamespace:
    """Something this assignment builds on; not made yet is a note, never an error."""
    found = handed_on(work.holder, product)
    version = found.submission if found else None
    return SimpleNamespace(
        title=product_title(work.edition, product),
        version=version_of(version, request) if version is not None else None,
        done=found is not None and found.work.ticked is not None,
        path=request.resource_path(found.work) if found else "",
    )  # fmt: skip


def _next_step(work: Work, request: Request) -> SimpleNamespace | None:
    """The one thing to do now; None where nothing can be written."""
    last, begun = work.last, bool(work.parts or work.chosen)
    write = request.resource_path(work, "submit")
    if last is not None and last.outcome in ("met", "talk"):
        shown = version_of(last, request)
        return SimpleNamespace(path=shown.feedback, label=_("Read the feedback"), second="")
    if not work.is_open or work.is_tick or not (work.is_offered or begun):
        return None
    if last is not None:
        number = {"number": len(work.versions) + 1}
        again = any(part.saved_at and part.saved_at > last.at for part in work.parts.values())
        label = _("Go on writing") if again else _("Begin version ${number}", mapping=number)
        feedback = version_of(last, request).feedback
        return SimpleNamespace(path=write, label=label, second=feedback)
    label = _("Go on writing") if begun else _("Begin writing")
    return SimpleNamespace(path=write, label=label, second="")


def _pictures(work: Work, text: str, request: Request) -> dict[str, str]:
    """The pictures of a text that the edition keeps: name to address."""
    return {
        name: request.resource_path(work, "image", query={"name": name})
        for name in images_named(text)
        if work.edition.pinned("image", f"{work.place}/{name}")
    }


@view_config(context=Work, name="image", permission=Permission.READ_WORK, request_method="GET")
def picture(work: Work, request: Request) -> Response:
    """A picture of the module, as the edition keeps it; its content was looked at on arrival."""
    name = request.GET.get("name", "")
    pinned = work.edition.pinned("image", f"{work.place}/{name}")
    if pinned is None:
        raise HTTPNotFound
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(b64decode(pinned.data["base64"]), content_type=media_type)
    response.cache_control = "private, max-age=3600"
    return response
