"""The draft of a folder as participants will see it, taking it in use, and throwing it away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import colander
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.addon.actions import drop_draft
from lms_leiderschap.addon.making.drafting import newest, next_version, start_of, take_in_use
from lms_leiderschap.addon.making.modules import write_version
from lms_leiderschap.addon.making.schema import SURE, publish_schema
from lms_leiderschap.addon.receiving import checked_folder
from lms_leiderschap.addon.views.making.overview import FORM, EditPage, lost_signature
from lms_leiderschap.errors import Refusal
from lms_leiderschap.feedback.spec import RubricSpec
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.behaviour import order_of
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.library import read_library
from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.programme.spec import AssignmentSpec
from lms_leiderschap.submission.spec import PartSpec
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import Button, form_page
from lms_leiderschap.web.html import markdown_with


@view_config(context=AddOn, name="preview", permission=Permission.MANAGE_ADDONS,
             request_method="GET",
             renderer="lms_leiderschap.templates:addon/preview.pt")  # fmt: skip
def preview(context: AddOn, request: Request) -> dict[str, Any]:
    """One assignment from the draft: first what its own page shows a participant, then what is
    read elsewhere."""
    start = start_of(context)
    plugin = request.registry.shelves.read(start)[0] if start is not None else None
    if not isinstance(plugin, Plugin):
        raise HTTPNotFound
    wanted, key = request.GET.get("module", ""), request.GET.get("key", "")
    for module in plugin.modules:
        for item in module.assignments:
            if (module.key, item.key) == (wanted, key):
                brief = module.brief_of(item)
                tools = [tool.title for tool in plugin.tools if tool.key in module.instruments]
                parts, pictures = _parts(plugin, item), _pictures(context, plugin)
                return {
                    "title": item.title, "module": module, "addon": context, "item": item,
                    "brief": brief and markdown_with(brief, pictures),
                    "phases": [(title, markdown_with(text, pictures))
                               for title, text in module.work_form_beside(brief)],
                    "parts": parts, "advised": [part for part in parts if part.min_words],
                    "rubric": _rubric(plugin, item), "tools": tools,
                }  # fmt: skip
    raise HTTPNotFound


def _pictures(addon: AddOn, plugin: Plugin) -> dict[str, str]:
    """The images of the folder: name to address."""
    path = f"/addons/{addon.__name__}/picture"
    return {name: f"{path}?{urlencode({'name': name})}" for name in plugin.images}


def _parts(plugin: Plugin, item: AssignmentSpec) -> tuple[PartSpec, ...]:
    specs = (*read_library().reports, *plugin.reports)
    report = next((spec for spec in specs if spec.key == item.report_key), None)
    if report is None:
        return ()
    asked = report.for_assignment("", item.key, item.version, item.report_parts)
    return tuple(asked.parts)


def _rubric(plugin: Plugin, item: AssignmentSpec) -> RubricSpec | None:
    specs = (*read_library().rubrics, *plugin.rubrics)
    rubric = next((spec for spec in specs if spec.key == item.rubric_key), None)
    return rubric and rubric.for_parts([part.key for part in _parts(plugin, item)])


class DraftPage(EditPage):
    """About the draft as a whole; without one there is nothing to ask."""

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        if not context.draft:
            raise HTTPSeeOther(f"{self.path}/edit")

    def asked(self) -> dict[str, Any]:
        return {"draft": self.start.digest}


@form_page(context=AddOn, name="publish", permission=Permission.MANAGE_ADDONS, renderer=FORM)
class Publish(DraftPage):
    """The same check as an uploaded zip gets, and then the draft is a version."""

    buttons = (Button("publish", _("Take in use")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.title = _("Take ${title} in use", mapping={"title": self.plugin.title})

    def schema(self) -> colander.SchemaNode:
        return publish_schema(first=not newest(self.context))

    def values(self) -> dict[str, Any]:
        said = self.plugin.changes.get(self.plugin.version, "")
        proposed = next_version(self.context, self.plugin.version)
        return {**super().values(), "version": proposed,
                "changes": said if proposed == self.plugin.version else ""}  # fmt: skip

    def write(self, values: dict[str, Any]) -> str:
        version, highest = values["version"], newest(self.context)
        if not order_of(version):
            raise Refusal(_("Fill in a version, for example 1.1.0."), "version")
        if highest and order_of(version) <= order_of(highest):
            higher = _("Version ${version} is here already. Fill in a higher one.")
            raise Refusal(higher % {"version": highest}, "version")
        write_version(self.files, version, values.get("changes", ""))
        return f"{self.path}/edit?done=published"

    def changes(self, bundle: Bundle) -> bool:
        """Also a draft that is right as it is becomes a version."""
        return True

    def keep(self, bundle: Bundle, sent: str) -> None:
        request = self.request
        plugin, _sender = checked_folder(request.institution, request.registry.shelves, bundle)
        take_in_use(request.institution, plugin, bundle, connection=request.connection,
                    **self.who())  # fmt: skip

    def extra(self) -> dict[str, Any]:
        first = not newest(self.context)
        waits = _("It waits as an update; what is in use changes when you take the update in use.")
        ready = _("Then you can switch it on. Editions get it when you add its modules there.")
        lost = lost_signature(self.context)
        return {**super().extra(), "told": [ready if first else waits, *filter(None, [lost])]}


@form_page(context=AddOn, name="drop-draft", permission=Permission.MANAGE_ADDONS, renderer=FORM)
class DropDraft(DraftPage):
    """The draft goes, what is in use stays."""

    title = _("Throw the draft away")
    buttons = (Button("drop", _("Throw the draft away")),)

    def schema(self) -> colander.SchemaNode:
        return SURE

    def save(self, values: dict[str, Any]) -> str:
        self.refuse_stale(values["base"], self.asked(), {})
        drop_draft(self.request.institution, self.context.__name__, **self.who())
        left = self.context.__name__ in self.request.institution.addons
        return f"{self.path}/edit?done=dropped" if left else "/addons"

    def extra(self) -> dict[str, Any]:
        stays = _("What is in use stays as it is.")
        nothing = _("Nothing of this add-on is left then.")
        return {**super().extra(), "told": [stays if newest(self.context) else nothing]}
