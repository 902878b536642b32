"""The audit log: who changed what, when and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pyramid.exceptions import PredicateMismatch
from pyramid.request import Request
from pyramid.security import view_execution_permitted
from pyramid.view import view_config

from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.institution.trail import VERBS, chosen_lines, names_of, resources_on
from lms_leiderschap.permissions import Permission
from lms_leiderschap.store.folder import Resource
from lms_leiderschap.texts import _
from lms_leiderschap.web.cleaning import clean_line

SHOWN = 100
PAGES = ("", "manage")


@view_config(
    context=Institution,
    name="audit",
    permission=Permission.READ_AUDIT,
    request_method="GET",
    renderer="lms_leiderschap.templates:institution/audit.pt",
)
def audit_page(context: Institution, request: Request) -> dict[str, Any]:
    verb, name = request.GET.get("verb", ""), clean_line(request.GET.get("name", ""))
    lines = chosen_lines(context, SHOWN, verb=verb, name=name)
    checked = "check" in request.GET
    said = {word: request.localizer.translate(sentence) for word, sentence in VERBS.items()}
    return {
        "title": _("Log"),
        "verb": verb,
        "name": name,
        "verbs": sorted(said.items(), key=lambda item: item[1]),
        "lines": [_row(context, request, line, said) for line in lines],
        "checked": checked,
        "broken": context.audit.broken_at() if checked else None,
    }


def _row(
    institution: Institution, request: Request, line: dict[str, Any], said: dict[str, str]
) -> dict[str, Any]:
    on_path = resources_on(institution, line["about"])
    who = institution.people.get(line["by"])
    return {
        "at": datetime.fromisoformat(line["at"]),
        "iso": line["at"],
        "who": who.name if who else "",
        "system": line["by"] == SYSTEM,
        "what": said.get(line["verb"], line["verb"]),
        "about": names_of(on_path) or str(line["facts"].get("plugin", "")),
        "url": next(filter(None, (_seen(request, resource) for resource in on_path)), ""),
        "why": line["why"],
        "sealed": "seal" in line,
    }


def _seen(request: Request, resource: Resource) -> str:
    """Address of the page of a resource that this person may open; "" when there is none."""
    for view in PAGES:
        try:
            if view_execution_permitted(resource, request, view):
                return str(request.resource_path(resource, *filter(None, [view])))
        except (TypeError, PredicateMismatch):
            continue  # no such page
    return ""
