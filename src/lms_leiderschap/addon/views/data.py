"""The data of an add-on: brought to another version, taken along, and destroyed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import colander
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from lms_leiderschap.addon.data_actions import (
    destroy,
    may_destroy_from,
    note_export,
    undo_update,
    update,
)
from lms_leiderschap.addon.receiving import check_in_use, check_undo
from lms_leiderschap.addon.shelf import bundle_of, plugin_of
from lms_leiderschap.addon.upgrading import plan_upgrade
from lms_leiderschap.addon.uses import changes_between
from lms_leiderschap.addon.views.panel import back_to, known
from lms_leiderschap.addon.views.receiving import told
from lms_leiderschap.addon.views.switching import PLAIN, AddOnPage
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.addon import AddOn, FolderVersion
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import HiddenField, LineField
from lms_leiderschap.web.form import Button, form_page
from lms_leiderschap.web.groups import FormSchema
from lms_leiderschap.web.saving import disposition


class ShownSchema(FormSchema):
    shown = HiddenField()


SHOWN = ShownSchema()


@form_page(context=AddOn, name="update", permission=Permission.MANAGE_ADDONS,
           renderer="lms_leiderschap.templates:addon/update.pt")  # fmt: skip
class UpdatePage(AddOnPage):
    """What an update changes, tried on copies first; then one button, all or nothing."""

    buttons = (Button("update", _("Update")),)

    def schema(self) -> colander.SchemaNode:
        return SHOWN

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

    @property
    def shown(self) -> str:
        """What this page is about: from which version or folder to which."""
        addon = self.found.addon
        return f"{addon.version} {addon.waiting or (self.plan.version if self.plan else '')}"

    def values(self) -> dict[str, Any]:
        return {"shown": self.shown}

    def save(self, values: dict[str, Any]) -> str:
        plan, plugin, request = self.plan, self.next, self.request
        if plan is None or plugin is None:
            raise Refusal(_("There is nothing to update any more."))
        if values["shown"] != self.shown:
            self.form.cstruct = {**self.form.cstruct, "shown": self.shown}
            raise Refusal(_("Meanwhile another version is ready than the one you read about. "
                            "Nothing was changed; this page is about that version now."))
        if self.found.addon.waiting:
            refuse_taken(request, self.found.title, lambda: check_in_use(
                request.institution, request.registry.shelves, plugin))
        if plan.failures:
            raise Refusal(_("Some records cannot be brought along, so nothing was changed."))
        update(request.institution, self.found.name, plan.version, plan.changed, **self.who())
        return back_to(self.found.name, "updated")

    def extra(self) -> dict[str, Any]:
        changes = changes_between(self.next, self.found.version) if self.next else []
        return {**super().extra(), "row": self.found, "plan": self.plan, "changes": changes,
                "mark": getattr(self, "mark", ""), "written": written}  # fmt: skip


def refuse_taken(request: Request, title: str, check: Callable[[], None]) -> None:
    """Raises Refusal, with both names, when what would come in use has a name of another."""
    try:
        check()
    except PluginError as error:
        raise Refusal(_("${title} cannot come in use: ${why}",
                        mapping={"title": title, "why": told(request, error)})) from None


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
        institution, addon = self.request.institution, self.found.addon
        refuse_taken(self.request, self.found.title, lambda: check_undo(
            institution, self.request.registry.shelves, addon))
        undo_update(institution, self.found.name, **self.who())
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
         "data": kept.data, **kept.others}
        for (kind, key), kept in addon.records.items()
    ]  # fmt: skip
    kept = {"addon": addon.__name__, "version": addon.version, "settings": addon.settings,
            "records": records}  # fmt: skip
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(kept, ensure_ascii=False, indent=1)
        archive.writestr("data.json", text.encode("utf-8", "replace"))
        for name, version in _folders(addon):
            with version.bundle.open() as source:
                archive.writestr(f"folders/{name}.zip", source.read())
    return into.getvalue()


def _folders(addon: AddOn) -> Iterator[tuple[str, FolderVersion]]:
    """Every version with a name of its own; a draft may have the number of another."""
    for digest, version in addon.versions.items():
        name = f"{addon.__name__}-{version.version}"
        yield f"{name}-draft" if digest == addon.draft else name, version


class TypedSchema(FormSchema):
    typed = LineField(title=_("Name of the add-on"), description=_("Type it to be sure."))


TYPED = TypedSchema()


@form_page(context=AddOn, name="destroy", permission=Permission.MANAGE_ADDONS, renderer=PLAIN)
class DestroyPage(AddOnPage):
    """The end of what an add-on kept itself; work of participants is not touched."""

    buttons = (Button("destroy", _("Destroy the data")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.earliest = may_destroy_from(request.institution, self.found.addon)
        if self.earliest is None:
            raise HTTPNotFound
        self.title = _("Destroy the data of ${name}", mapping={"name": self.found.name})

    def schema(self) -> colander.SchemaNode:
        return TYPED

    def told(self) -> list[Any]:
        count = {"n": len(self.found.addon.records)}
        if self.earliest is not None and self.request.arrived < self.earliest:
            date = {"date": self.request.fmt.date(self.earliest)}
            return [_("Can be destroyed from ${date}.", mapping=date)]
        return [
            _("This destroys its settings, its folder and its records: ${n}. It cannot be undone.",
              mapping=count),
            _("Work of participants and feedback stay as they are."),
        ]  # fmt: skip

    def save(self, values: dict[str, Any]) -> str:
        destroy(self.request.institution, self.found.name, values["typed"], **self.who())
        self.request.registry.side.faults.drop(self.request.entry.key, self.found.name)
        return "/addons?done=destroyed"

