"""The add-ons: what is installed, what is on, and where it is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.institution.actions import switch_on
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.permissions import Permission
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.texts import _


@view_config(
    context=Institution,
    name="addons",
    permission=Permission.MANAGE_ADDONS,
    request_method="GET",
    renderer="lms_leiderschap.templates:programme/addons.pt",
)
def addons_page(context: Institution, request: Request) -> dict[str, Any]:
    rows, on, used = request.registry.plugins.listed(), context.switched_on(), uses(context)
    known = {row.name for row in rows}
    changed = request.GET.get("on", "")
    return {
        "title": _("Add-ons"),
        "rows": rows,
        "on": on,
        "used": used,
        "gone": sorted((set(on) | set(used)) - known),
        "changed": next((row.title for row in rows if row.name == changed and changed in on), ""),
    }


@view_config(
    context=Institution,
    name="switch-on",
    permission=Permission.MANAGE_ADDONS,
    request_method="POST",
)
def switch_addon_on(context: Institution, request: Request) -> HTTPSeeOther:
    """Let new editions use an add-on; a second time changes nothing."""
    name = request.POST.get("addon", "")
    if not isinstance(name, str) or name not in request.registry.plugins.loaded:
        raise HTTPNotFound
    if name not in context.switched_on():
        switch_on(context, name, by=request.person.__name__, at=request.arrived)
    return HTTPSeeOther(request.resource_path(context, "addons", query={"on": name}))


def uses(institution: Institution) -> dict[str, list[str]]:
    """Titles of the editions that are pinned to a module of an add-on, by its name."""
    found: dict[str, list[str]] = {}
    for edition in _editions(institution):
        for name in {edition.pins[f"module:{key}"].plugin for key in edition.modules} - {""}:
            found.setdefault(name, []).append(edition.title)
    return found


def _editions(institution: Institution) -> Iterator[Edition]:
    for programme in institution.programmes.values():
        yield from programme.editions.values()
