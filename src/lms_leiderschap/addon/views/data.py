"""The data of an add-on: brought to another version, taken along, and destroyed."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import colander
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from lms_leiderschap.addon.data_actions import destroy, note_export, undo_update, update
from lms_leiderschap.addon.shelf import bundle_of, plugin_of
from lms_leiderschap.addon.upgrading import plan_upgrade
from lms_leiderschap.addon.uses import changes_between
from lms_leiderschap.addon.views.panel import back_to, known
from lms_leiderschap.addon.views.switching import PLAIN, AddOnPage
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import LineField
from lms_leiderschap.web.form import Button, form_page
from lms_leiderschap.web.groups import FormSchema
from lms_leiderschap.web.saving import disposition


@form_page(context=AddOn, name="update", permission=Permission.MANAGE_ADDONS,
           renderer="lms_leiderschap.templates:addon/update.pt")  # fmt: skip
class UpdatePage(AddOnPage):
    """What an update changes, tried on copies first; then one button, all or nothing."""

    buttons = (Button("update", _("Update")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.title = _("Update ${title}", mapping={"title": self.found.title})
        self.next = self._next()
        self.plan = plan_upgrade(self.found.addon, self.next) if self.next else None
        if self.plan is not None and self.plan.errors:
            self.mark = request.registry.addon_watch.note(
                request.entry.key, self.found.name, self.plan.version, "upgrade",
                self.plan.errors[0], at=request.arrived,
            )  # fmt: skip

    def _next(self) -> Plugin | None:
        addon = self.found.addon
        if not self.found.offered:
            return None
        waiting = addon.folder(addon.waiting) if addon.waiting else None
        if waiting is None:
            return self.found.plugin
        try:
            return plugin_of(bundle_of(waiting))
        except PluginError:
            return None

    def save(self, values: dict[str, Any]) -> str:
        plan = self.plan
        if plan is None:
            raise Refusal(_("There is nothing to update any more."))
        if plan.failures:
            raise Refusal(_("Some records cannot be brought along, so nothing was changed."))
        update(self.request.institution, self.found.name, plan.version, plan.changed, **self.who())
        return back_to(self.found.name, "updated")

    def extra(self) -> dict[str, Any]:
        changes = changes_between(self.next, self.found.version) if self.next else []
        return {**super().extra(), "row": self.found, "plan": self.plan, "changes": changes,
                "mark": getattr(self, "mark", ""), "written": written}  # fmt: skip


def written(data: Any) -> str:
    """Data of a record as an administrator reads them."""
    return json.dumps(data, ensure_ascii=False, indent=1)


@form_page(context=AddOn, name="undo", permission=Permission.MANAGE_ADDONS, renderer=PLAIN)
class UndoPage(AddOnPage):
    """Back to the version before the last update."""

    buttons = (Button("undo", _("Undo the update")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.title = _("Undo the update of ${title}", mapping={"title": self.found.title})

    def told(self) -> list[Any]:
        return [_("Its records become as they were. What was written since is kept beside them, "
                  "and comes back with the next update.")]  # fmt: skip

    def save(self, values: dict[str, Any]) -> str:
        undo_update(self.request.institution, self.found.name, **self.who())
        return back_to(self.found.name, "undone")


@view_config(context=AddOn, name="export", permission=Permission.MANAGE_ADDONS,
             request_method="POST")  # fmt: skip
def export(context: AddOn, request: Request) -> Response:
    """All that the add-on keeps, as a zip: settings and records as JSON, and its folder."""
    found = known(context, request)
    note_export(request.institution, found.name, by=request.person.__name__, at=request.arrived)
    response = Response(exported(found.addon), content_type="application/zip")
    name = f"{found.name}-export.zip"
    response.headers["Content-Disposition"] = disposition(name)
    return response


def exported(addon: AddOn) -> bytes:
    """The settings, records and folders of an add-on as one zip."""
    records = [
        {"kind": kind, "key": key, "schema": kept.shape, "version": kept.version, "at": kept.at,
         "data": kept.data}
        for (kind, key), kept in addon.records.items()
    ]  # fmt: skip
    kept = {"addon": addon.__name__, "version": addon.version, "settings": addon.settings,
            "records": records}  # fmt: skip
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(kept, ensure_ascii=False, indent=1))
        for version in addon.versions.values():
            with version.bundle.open() as source:
                archive.writestr(f"folders/{addon.__name__}-{version.version}.zip", source.read())
    return into.getvalue()


class TypedSchema(FormSchema):
    typed = LineField(title=_("Name of the add-on"), description=_("Type it to be sure."))


TYPED = TypedSchema()


@form_page(context=AddOn, name="destroy", permission=Permission.MANAGE_ADDONS, renderer=PLAIN)
class DestroyPage(AddOnPage):
    """The end of what an add-on kept itself; work of participants is not touched."""

    buttons = (Button("destroy", _("Destroy the data")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.title = _("Destroy the data of ${name}", mapping={"name": self.found.name})

    def schema(self) -> colander.SchemaNode:
        return TYPED

    def told(self) -> list[Any]:
        count = {"n": len(self.found.addon.records)}
        return [
            _("This destroys its settings, its folder and its records: ${n}. It cannot be undone.",
              mapping=count),
            _("Work of participants and feedback stay as they are."),
        ]  # fmt: skip

    def save(self, values: dict[str, Any]) -> str:
        destroy(self.request.institution, self.found.name, values["typed"], **self.who())
        return "/addons?done=destroyed"

