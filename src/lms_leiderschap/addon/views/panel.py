"""The panel: every add-on with its state, and one add-on with all that can be done to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from lms_leiderschap.addon.actions import resume
from lms_leiderschap.addon.data_actions import may_destroy_from, try_again
from lms_leiderschap.addon.happenings import EVENT
from lms_leiderschap.addon.shelf import level_of
from lms_leiderschap.addon.uses import (
    Standing,
    changes_between,
    is_known,
    standing,
    standings,
)
from lms_leiderschap.institution.addon import AddOn, AddOns
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.behaviour import Behaviour
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.store.faults import LAST, Fault
from lms_leiderschap.texts import _
from lms_leiderschap.web.saving import disposition

STATES: dict[str, tuple[str, str, Any]] = {
    "on": ("good", "circle-check", _("On")),
    "off": ("", "circle-dashed", _("Installed, not on")),
    "draft": ("", "pencil", _("Draft, seen by nobody")),
    "update": ("soon", "arrow-forward", _("An update is ready")),
    "paused": ("wrong", "player-pause", _("Paused")),
    "parked": ("wrong", "player-pause", _("Parked")),
    "left_out": ("soon", "player-pause", _("Left out: the server was started without plugins")),
    "gone": ("soon", "alert-triangle", _("No longer installed")),
    "removed": ("", "circle-dashed", _("Removed, its data stay")),
}
KINDS: dict[str, Any] = {
    "folder": _("folder, without code"), "data": _("installed, without code"),
    "python": _("with code of its own"),
    "deep": _("with pages of its own (deep)"),
}  # fmt: skip
PRESSING = ("paused", "parked", "update")  # what the card on top speaks of first
SLOT_TITLES: dict[str, Any] = {
    "participant.week": _("My week"),
    "participant.module": _("the page of an assignment"),
    "teacher.margin": _("beside a report that gets feedback"),
    "office.board": _("the board of the office"),
    "instrument.results": _("results of an instrument"),
    "public.programme": _("the public page of a programme"),
}
EVENT_TITLES: dict[str, Any] = {
    "submission.handed_in": _("a report that is handed in"),
    "submission.returned": _("a report that goes back"),
    "feedback.released": _("feedback that is released"),
    "instrument.closed": _("a round of an instrument that closes"),
    "enrolment.confirmed": _("a new participant"),
    "credential.issued": _("a certificate"),
}
DONE: dict[str, Any] = {
    "on": _("${title} is on. New editions can use it; you can add its modules to a running one."),
    "off": _("${title} is off. What was made with it stays readable and gets feedback."),
    "paused": _("${title} is paused. Work goes on; what it does by itself waits."),
    "resumed": _("${title} runs again."),
    "set": _("The settings are saved."),
    "received": _("${title} was received and checked."),
    "updated": _("${title} was updated."),
    "undone": _("The update of ${title} was undone."),
    "removed": _("${title} was removed. Its data are kept."),
    "again": _("What ${title} could not handle is tried again."),
}  # fmt: skip


def known(context: AddOn, request: Request) -> Standing:
    """The add-on of this address. Raises HTTPNotFound when there is nothing of that name."""
    if not is_known(request.institution, request.shelf, context.__name__):
        raise HTTPNotFound
    return _titled(request, standing(request.institution, request.shelf, context.__name__))


def _titled(request: Request, row: Standing) -> Standing:
    """The same, with the title that its draft has when there is nothing but a draft."""
    draft = row.addon.folder(row.addon.draft) if row.state == "draft" else None
    found = request.registry.shelves.read(draft)[0] if draft is not None else None
    return replace(row, title=found.title) if isinstance(found, Plugin) else row


def back_to(name: str, done: str) -> str:
    """The page of an add-on with the sentence that something was done."""
    return f"/addons/{name}?done={done}"


def said(request: Request, title: str) -> str:
    """The sentence of what was just done, "" when nothing was."""
    sentence = DONE.get(request.GET.get("done", ""))
    if sentence is None:
        return ""
    translated: str = request.localizer.translate(sentence % {"title": title})
    return translated


@view_config(context=AddOns, permission=Permission.MANAGE_ADDONS, request_method="GET",
             renderer="lms_leiderschap.templates:addon/list.pt")  # fmt: skip
def list_page(context: AddOns, request: Request) -> dict[str, Any]:
    """All add-ons, what asks for attention in words."""
    rows = [_titled(request, row) for row in standings(request.institution, request.shelf)]
    pressing = [row for state in PRESSING for row in rows if row.state == state]
    return {"title": _("Add-ons"), "rows": rows, "states": STATES, "kinds": KINDS,
            "now": next(iter(pressing), None),
            "destroyed": request.GET.get("done") == "destroyed"}  # fmt: skip


@view_config(context=AddOn, permission=Permission.MANAGE_ADDONS, request_method="GET",
             renderer="lms_leiderschap.templates:addon/detail.pt")  # fmt: skip
def detail_page(context: AddOn, request: Request) -> dict[str, Any]:
    """One add-on: what it brings, where it is used, what went wrong, what can be done."""
    found = known(context, request)
    addon, plugin = found.addon, found.plugin
    return {
        **brings(plugin, request), "moment": datetime.fromisoformat,
        "quality": level_of(addon, request.shelf),
        "changes": changes_between(plugin, "") if plugin else [],
        "title": found.title, "row": found, "addon": addon, "plugin": plugin,
        "state": STATES[found.state], "kind": KINDS[found.kind], "done": said(request, found.title),
        "faults": _faults(request, addon.__name__), "waiting": _refused(request, addon.__name__),
        "records": len(addon.records), "destroy_from": may_destroy_from(request.institution, addon),
        "undo_until": addon.undo and addon.undo["until"] >= request.arrived.isoformat(),
    }  # fmt: skip


def brings(plugin: Plugin | None, request: Request) -> dict[str, list[str]]:
    """What the code of a plugin does, in words: places it fills and events it hears of."""
    behaviour, say = plugin.behaviour if plugin else Behaviour(), request.localizer.translate
    return {
        "panels": [say(SLOT_TITLES[name]) for name in sorted(behaviour.panels)],
        "handlers": [say(EVENT_TITLES[name]) for name in sorted(behaviour.handlers)],
    }


def _faults(request: Request, name: str) -> list[Fault]:
    since = request.arrived - LAST
    found: list[Fault] = request.registry.side.faults.of(request.entry.key, name, since)
    return found[:10]


def _refused(request: Request, name: str) -> int:
    items = request.institution.outbox.items()
    return sum(1 for _number, item in items if item["kind"] == EVENT
               and item["state"] == "refused" and item["data"]["addon"] == name)  # fmt: skip


@view_config(context=AddOn, name="resume", permission=Permission.MANAGE_ADDONS,
             request_method="POST")  # fmt: skip
def let_run(context: AddOn, request: Request) -> Response:
    """End a pause; what waited is delivered."""
    found = known(context, request)
    resume(request.institution, found.name, by=request.person.__name__, at=request.arrived)
    return HTTPSeeOther(back_to(found.name, "resumed"))


@view_config(context=AddOn, name="try-again", permission=Permission.MANAGE_ADDONS,
             request_method="POST")  # fmt: skip
def deliver_again(context: AddOn, request: Request) -> Response:
    """Let the events wait again that it could not handle."""
    found = known(context, request)
    try_again(request.institution, found.name, at=request.arrived)
    return HTTPSeeOther(back_to(found.name, "again"))


@view_config(context=AddOn, name="trace", permission=Permission.MANAGE_ADDONS,
             request_method="GET")  # fmt: skip
def trace_file(context: AddOn, request: Request) -> Response:
    """What Python said of one failure, as a file for the author."""
    found, mark = known(context, request), request.GET.get("reference", "")
    since = request.arrived - LAST - timedelta(days=1)
    faults = request.registry.side.faults.of(request.entry.key, found.name, since)
    text = next((_told(found, fault) for fault in faults if fault.reference == mark), "")
    if not text and found.row is not None and found.row.reference == mark:
        text = f"{found.row.sentence}\n\n{found.row.trace}"
    if not text:
        raise HTTPNotFound
    response = Response(text, content_type="text/plain", charset="utf-8")
    response.headers["Content-Disposition"] = disposition(f"{found.name}-{mark}.txt")
    return response


def _told(found: Standing, fault: Fault) -> str:
    return (
        f"{found.name} {fault.version}\n{fault.at.isoformat()}\nreference {fault.reference}\n"
        f"{fault.place}\n{fault.sentence}\n\n{fault.trace}"
    )
