"""Remarks: each is written and saved by itself, at one place in one version."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.errors import Refusal
from lms_leiderschap.feedback.actions import add_remark, remove_remark
from lms_leiderschap.feedback.anchors import anchor_of, block_at, sentences
from lms_leiderschap.feedback.model import feedback_by
from lms_leiderschap.feedback.queue import who
from lms_leiderschap.feedback.schema import RemarkSchema
from lms_leiderschap.permissions import Permission
from lms_leiderschap.submission.model import Submission
from lms_leiderschap.texts import _
from lms_leiderschap.web.errors import error_page
from lms_leiderschap.web.form import Button, FormPage, form_page
from lms_leiderschap.web.html import SafeHtml, plain_text

SCHEMA = RemarkSchema()
PLACE = ("part", "file", "block")


@form_page(
    context=Submission, name="remark", permission=Permission.GIVE_FEEDBACK,
    renderer="lms_leiderschap.templates:feedback/remark.pt",
)  # fmt: skip
class RemarkPage(FormPage):
    """A remark at one paragraph, or at one sentence in it."""

    title = _("Remark")
    buttons = (Button("keep", _("Save remark")),)

    def __init__(self, context: Submission, request: Request) -> None:
        super().__init__(context, request)
        self.place = {name: request.GET.get(name, "") for name in PLACE}
        self.block: Any = None
        try:
            anchor_of(context, **self.place)
            if self.place["block"]:
                self.block = block_at(context, **self.place)
        except KeyError as unknown:
            raise HTTPNotFound from unknown
        closed = context.state == "withdrawn" or context.outcome == "kept"
        if closed and request.method != "POST":
            raise HTTPNotFound

    def schema(self) -> RemarkSchema:
        schema: RemarkSchema = SCHEMA.clone()
        found = sentences(plain_text(self.block["html"])) if self.block else []
        if len(found) > 1:
            whole = ("", _("The whole paragraph"))
            schema["quote"].choices = [whole, *((sentence, sentence) for sentence in found)]
        else:
            del schema["quote"]
        return schema

    def values(self) -> dict[str, Any]:
        return {"kind": self.request.GET.get("kind", ""), "quote": ""}

    def save(self, values: dict[str, Any]) -> str:
        anchor = anchor_of(self.context, **self.place, quote=values.get("quote", ""))
        add_remark(
            self.context, self.request.person.__name__, values["kind"], values["text"], anchor,
            at=self.request.arrived, key=self.key,
        )  # fmt: skip
        return self.back("kept")

    def back(self, *query: str) -> str:
        """The version, at the paragraph this is about."""
        place = (
            f"b-{self.block['id']}"
            if self.block
            else f"s-{self.place['part'] or self.place['file']}"
        )
        asked = {"query": dict.fromkeys(query, "1")} if query else {}
        path: str = self.request.resource_path(self.context, anchor=place, **asked)
        return path

    def extra(self) -> dict[str, Any]:
        return {
            "about": SafeHtml(self.block["html"]) if self.block else "",
            "who": who(self.context),
            "back": self.back(),
        }


@view_config(
    context=Submission, name="remove-remark", permission=Permission.GIVE_FEEDBACK,
    request_method="POST",
)  # fmt: skip
def take_away(context: Submission, request: Request) -> Any:
    """Take away one own remark; of somebody else's there is nothing here."""
    own = feedback_by(context, request.person.__name__)
    name = request.POST.get("remark", "")
    if not isinstance(name, str):
        raise HTTPBadRequest
    remark = own.remarks.get(name) if own is not None else None
    if remark is not None:
        try:
            remove_remark(remark, at=request.arrived)
        except Refusal as refusal:
            return error_page(request, 422, _("This did not work"), refusal.message)
    place = "" if remark is None else remark.block
    anchor = {"anchor": f"b-{place}"} if place else {}
    return HTTPSeeOther(request.resource_path(context, query={"kept": "1"}, **anchor))
