"""The modules of a running edition: which version it is pinned to, and moving it on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import colander
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.addon.edition_actions import (
    drafts_in_the_way,
    lost_parts,
    move_edition,
    works_of,
)
from lms_leiderschap.addon.uses import offering
from lms_leiderschap.addon.views.switching import SURE
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.programme.moving import Move, planned_move
from lms_leiderschap.programme.spec import Offer
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import Button, FormPage, form_page


@dataclass(frozen=True, slots=True)
class Row:
    """A module as the page lists it.

    pinned   version of the add-on it is pinned to, "" when the edition does not have it
    offered  version that is offered now when that is another, "" otherwise
    """

    key: str
    title: str
    addon: str
    pinned: str
    offered: str


def offer_of(request: Request) -> Offer:
    """What the add-ons that are on, and not paused, offer now."""
    found: Offer = request.shelf.offer(offering(request.institution))
    return found


@view_config(
    context=Edition,
    name="modules",
    permission=Permission.RUN_EDITION,
    request_method="GET",
    renderer="lms_leiderschap.templates:addon/edition.pt",
)
def modules_page(context: Edition, request: Request) -> dict[str, Any]:
    """What the edition runs on, and what it could."""
    offer = offer_of(request)
    rows = [_own(context, key, offer) for key in context.modules]
    more = [_other(key, offer) for key in offer.modules if key not in context.modules]
    return {"title": context.title, "edition": context, "rows": rows, "more": more,
            "moved": request.GET.get("moved", "")}  # fmt: skip


def _own(edition: Edition, key: str, offer: Offer) -> Row:
    pinned, module = edition.pinned("module", key), edition.module(key)
    name, version = (pinned.plugin, pinned.version) if pinned else ("", "")
    move = planned_move(edition, key, offer)
    offered = move.origin[1] if move is not None and move.changes_something else ""
    return Row(key, module.title if module else key, name, version, offered)


def _other(key: str, offer: Offer) -> Row:
    name, version = offer.origin[("module", key)]
    return Row(key, offer.modules[key].title, name, "", version)


@form_page(context=Edition, name="move", permission=Permission.RUN_EDITION,
           renderer="lms_leiderschap.templates:addon/move.pt")  # fmt: skip
class MovePage(FormPage):
    """What changes for this edition, and then one button."""

    def __init__(self, context: Edition, request: Request) -> None:
        self.module = request.GET.get("module", "")
        self.offer = offer_of(request)
        found = planned_move(context, self.module, self.offer)
        if found is None:
            raise HTTPNotFound
        self.move: Move = found
        self.adds = self.module not in context.modules
        self.buttons = (
            Button("move", _("Add the module") if self.adds else _("Move this edition")),
        )
        super().__init__(context, request)
        what = _("Add ${title}") if self.adds else _("Move ${title} to another version")
        self.title = what % {"title": found.title}

    def schema(self) -> colander.SchemaNode:
        return SURE

    def save(self, values: dict[str, Any]) -> str:
        move_edition(self.context, self.module, self.offer, by=self.request.person.__name__,
                     at=self.request.arrived, notify=self.request.registry.notify)  # fmt: skip
        path: str = self.request.resource_path(
            self.context, "modules", query={"moved": self.module}
        )
        return path

    def extra(self) -> dict[str, Any]:
        lost = lost_parts(self.context, self.move)
        begun = [work for work in works_of(self.context) if work.place == self.module]
        return {
            "edition": self.context, "move": self.move, "adds": self.adds,
            "drafts": sum(1 for work in begun if work.parts and work.is_open),
            "versions": sum(len(work.versions) for work in begun),
            "in_the_way": drafts_in_the_way(self.context, self.move),
            "lost": sorted({title or key for parts in lost.values()
                            for key, title in parts.items()}),
        }  # fmt: skip
