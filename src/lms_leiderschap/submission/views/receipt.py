"""The proof of a hand-in, the way back, and a version as its authors read it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.permissions import Permission
from lms_leiderschap.submission.actions import why_kept, withdraw
from lms_leiderschap.submission.blocks import reading_minutes, words
from lms_leiderschap.submission.model import Submission, Work
from lms_leiderschap.submission.paper import Section, draft_paper, paper_of
from lms_leiderschap.submission.proof import proof_of
from lms_leiderschap.submission.views.words import teacher_of, version_of
from lms_leiderschap.texts import _

RECEIPT = "lms_leiderschap.templates:submission/receipt.pt"
READ = "lms_leiderschap.templates:submission/read.pt"


@view_config(context=Submission, name="receipt", permission=Permission.READ_WORK, renderer=RECEIPT,
             request_method="GET")  # fmt: skip
def receipt(version: Submission, request: Request) -> dict[str, Any]:
    """What happens next, and what was received when."""
    return _receipt_page(version, request)


@view_config(context=Submission, name="withdraw", permission=Permission.WRITE_WORK,
             renderer=RECEIPT, request_method="POST")  # fmt: skip
def take_back(version: Submission, request: Request) -> dict[str, Any] | Response:
    """Take a version back as long as no teacher has begun on it."""
    try:
        withdraw(version, by=request.person.__name__, at=request.arrived,
                 notify=request.registry.notify)  # fmt: skip
    except Refusal as refusal:
        request.response.status_int = 422
        return {**_receipt_page(version, request), "problem": refusal.message}
    return HTTPSeeOther(request.resource_path(version.work))


@view_config(context=Submission, name="read", permission=Permission.READ_WORK, renderer=READ,
             request_method="GET")  # fmt: skip
def read(version: Submission, request: Request) -> dict[str, Any]:
    """A version as it was handed in."""
    return {**_read_page(version, paper_of(version), request), "version": version,
            "work": version.work, "line": version_of(version, request)}  # fmt: skip


@view_config(context=Work, name="preview", permission=Permission.READ_WORK, renderer=READ,
             request_method="GET")  # fmt: skip
def preview(work: Work, request: Request) -> dict[str, Any]:
    """The draft as the teacher will see it."""
    return {**_read_page(work, draft_paper(work), request), "version": None, "work": work,
            "line": None}  # fmt: skip


def _read_page(
    shown: Work | Submission, sections: list[Section], request: Request
) -> dict[str, Any]:
    count = sum(words(section.blocks) for section in sections)
    return {"title": shown.assignment.title, "sections": sections, "words": count,
            "minutes": reading_minutes(count),
            "file_url": lambda section: request.resource_path(section.file)}  # fmt: skip


def _receipt_page(version: Submission, request: Request) -> dict[str, Any]:
    proof, people = version.receipt, institution_of(version).people
    authors = [people[person_id].name for person_id in version.authors if person_id in people]
    files = [version.work.files[file_id] for file_id in version.files]
    return {
        "title": _heading(version), "version": version, "work": version.work, "proof": proof,
        "line": version_of(version, request), "teacher": teacher_of(version.work),
        "authors": ", ".join(authors), "utc": in_utc(version.at),
        "files": [(file, grouped(file.sha256)) for file in files],
        "fingerprint": grouped(proof["text_sha256"]), "problem": "",
        "signed": proof_of(proof, request.registry.lms.secret(request.entry)),
        "can_withdraw": version.state == "submitted"
        and not why_kept(version, request.arrived),
        "would_be_late": version.work.deadline.verdict(request.arrived) == "late",
    }  # fmt: skip


def _heading(version: Submission) -> str:
    teacher = teacher_of(version.work)
    if version.state == "withdrawn":
        return _("This version was taken back")
    if version.promised is None or not teacher:
        return _("Your work was handed in")
    return _("Your report is with ${name}", mapping={"name": teacher})


def in_utc(moment: datetime) -> str:
    """2026-11-25 22:59:00 UTC"""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def grouped(digest: str) -> str:
    """In groups of four signs, so that two people can compare it."""
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
