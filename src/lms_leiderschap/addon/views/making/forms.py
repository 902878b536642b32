"""The forms of the head of a folder and of its modules."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from lms_leiderschap.addon.making.drafting import used_tools
from lms_leiderschap.addon.making.modules import (
    head_values,
    module_keys,
    module_path,
    module_values,
    write_head,
    write_module,
)
from lms_leiderschap.addon.making.schema import HEAD, module_schema
from lms_leiderschap.addon.making.tools import uses_of_tool
from lms_leiderschap.addon.views.making.overview import FORM, EditPage
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.programme.spec import WORK_PHASES
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import Button, form_page

SAVE = (Button("save", _("Save in the draft")),)


@form_page(context=AddOn, name="edit-head", permission=Permission.MANAGE_ADDONS, renderer=FORM)
class EditHead(EditPage):
    """Title, author and licence, and what administrators read before they switch it on."""

    title = _("About this add-on")
    buttons = SAVE

    def schema(self) -> colander.SchemaNode:
        return HEAD

    def asked(self) -> dict[str, Any]:
        return head_values(self.files)

    def write(self, values: dict[str, Any]) -> str:
        write_head(self.files, values)
        return f"{self.path}/edit?done=saved"


@form_page(context=AddOn, name="edit-module", permission=Permission.MANAGE_ADDONS, renderer=FORM)
class EditModule(EditPage):
    """What a module is about: goals, theory, tools and what happens around its meeting."""

    buttons = SAVE

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.module = request.GET.get("key", "")
        if self.module not in module_keys(self.files):
            raise HTTPNotFound
        now = self.asked()
        own = {row["key"] for row in now["tools"]}
        self.tools = [(tool.key, tool.title) for tool in self.plugin.tools if tool.key not in own]
        self.title = _("Module ${title}", mapping={"title": now["title"]})

    def schema(self) -> colander.SchemaNode:
        return module_schema(self.tools)

    def asked(self) -> dict[str, Any]:
        return module_values(self.files, self.module)

    def write(self, values: dict[str, Any]) -> str:
        self.check_pictures(values, *WORK_PHASES)
        self._check_tools({row["key"] for row in values["tools"]})
        taken = tools_in(self.request, self.plugin) | used_tools(self.context)
        write_module(self.files, self.module, {"instruments": [], **values}, taken)
        return f"{self.path}/edit?done=saved"

    def _check_tools(self, kept: set[str]) -> None:
        """A tool that was removed and is still needed is put back, with the reason at the field.

        Raises Refusal.
        """
        for row in self.asked()["tools"]:
            needed = next(uses_of_tool(self.files, module_path(self.module), row["key"]), "")
            if row["key"] not in kept and needed:
                rows = [*self.form.cstruct["tools"], row]
                self.form.cstruct = {**self.form.cstruct, "tools": rows}
                words = {"title": row["title"], "needed": needed}
                raise Refusal(_("${title} stays: ${needed} uses it.") % words, "tools")

    def extra(self) -> dict[str, Any]:
        remove = (f"{self.path}/remove-module?key={self.module}", _("Remove this module"))
        return {**super().extra(), "danger": remove}


def tools_in(request: Request, plugin: Plugin) -> set[str]:
    """Keys of the tools and instruments that a plugin and all others here bring."""
    plugins = (plugin, *request.shelf.loaded.values())
    return {spec.key for each in plugins for spec in (*each.tools, *each.instruments)}
