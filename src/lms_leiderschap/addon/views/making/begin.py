"""Beginning and taking away: a folder, a module, an assignment."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request

from lms_leiderschap.addon.making.assignments import (
    add_assignment,
    assignment_keys,
    assignment_values,
    remove_assignment,
    remove_module,
)
from lms_leiderschap.addon.making.drafting import (
    mark_of,
    save_draft,
    start_of,
    used_keys,
    used_modules,
)
from lms_leiderschap.addon.making.modules import (
    add_module,
    module_keys,
    module_path,
    module_values,
    new_folder,
)
from lms_leiderschap.addon.making.schema import MAKE, SURE, TITLE
from lms_leiderschap.addon.making.writing import free_key, key_from
from lms_leiderschap.addon.shelf import plugin_of
from lms_leiderschap.addon.uses import is_known
from lms_leiderschap.addon.views.making.overview import FORM, EditPage
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.fitting import SLUG
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import Button, FormPage, form_page

# Names that would be mistaken for the core, or that a file cannot have on some machines.
RESERVED = frozenset(
    "core library lms lms_leiderschap lms-leiderschap con prn aux nul com1 lpt1".split()
)


@form_page(context=Institution, name="make-addon", permission=Permission.MANAGE_ADDONS,
           renderer=FORM)  # fmt: skip
class MakeAddOn(FormPage):
    """A new folder with one empty module, as a draft."""

    title = _("Make a module")
    buttons = (Button("make", _("Make the module")),)

    def schema(self) -> colander.SchemaNode:
        return MAKE

    def save(self, values: dict[str, Any]) -> str:
        request, institution = self.request, self.context
        name = values.pop("name") or key_from(values["title"]) or "module"
        url, clicked = f"/addons/{name}/edit", f"{self.key} {mark_of([name, values])} "
        start = start_of(institution.addons[name])
        if start is not None and start.sent.startswith(clicked):
            return url
        self._check_name(name)
        bundle = new_folder(name, values, free_key(name, modules_in(request))).bundle()
        save_draft(institution, plugin_of(bundle), bundle, sent=clicked + url,
                   connection=request.connection, by=request.person.__name__,
                   at=request.arrived)  # fmt: skip
        return url

    def _check_name(self, name: str) -> None:
        """Raises Refusal at the field for a name that cannot be, or that something has."""
        if not SLUG.fullmatch(name):
            raise Refusal(_("Use small letters, digits, - and _, beginning with a letter."), "name")
        if name in RESERVED:
            raise Refusal(_("This name cannot be used. Choose another one."), "name")
        if is_known(self.context, self.request.shelf, name):
            taken = _("There is an add-on ${name} already. Choose another short name.")
            raise Refusal(taken % {"name": name}, "name")

    def extra(self) -> dict[str, Any]:
        translate = self.request.localizer.translate
        return {"back": ("/addons", translate(_("Add-ons"))), "preview": "", "danger": None,
                "changed": None, "told": [_("It becomes a draft. Nobody but administrators sees it "
                                            "until you take it in use.")]}  # fmt: skip


def modules_in(request: Request) -> set[str]:
    """Keys of the modules that the plugins of this institution bring."""
    plugins = request.shelf.loaded.values()
    return {module.key for plugin in plugins for module in plugin.modules}


@form_page(context=AddOn, name="add-module", permission=Permission.MANAGE_ADDONS, renderer=FORM)
class AddModule(EditPage):
    """One more module in the same folder."""

    title = _("Add a module")
    buttons = (Button("add", _("Add the module")),)

    def schema(self) -> colander.SchemaNode:
        return TITLE

    def write(self, values: dict[str, Any]) -> str:
        taken = {*modules_in(self.request), *module_keys(self.files), *used_modules(self.context)}
        key = free_key(values["title"], taken, "module")
        add_module(self.files, key, values["title"])
        return f"{self.path}/edit-module?key={key}"


class InModule(EditPage):
    """A page about a module of the folder. Raises HTTPNotFound when it has no such module."""

    asks = "module"

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.module = request.GET.get(self.asks, "")
        if self.module not in module_keys(self.files):
            self.gone()

    def gone(self) -> None:
        raise HTTPNotFound


@form_page(context=AddOn, name="add-assignment", permission=Permission.MANAGE_ADDONS,
           renderer=FORM)  # fmt: skip
class AddAssignment(InModule):
    """One more assignment in a module."""

    title = _("Add an assignment")
    buttons = (Button("add", _("Add the assignment")),)

    def schema(self) -> colander.SchemaNode:
        return TITLE

    def write(self, values: dict[str, Any]) -> str:
        taken = used_keys(self.context, self.module)
        key = add_assignment(self.files, self.module, values["title"], taken)
        return f"{self.path}/edit-assignment?module={self.module}&key={key}"


class RemovePage(InModule):
    """Asks first. What is gone already was removed by the first of two clicks."""

    def gone(self) -> None:
        raise HTTPSeeOther(f"{self.path}/edit") if self.request.method == "POST" else HTTPNotFound

    def schema(self) -> colander.SchemaNode:
        return SURE

    def sentences(self) -> list[Any]:
        return []

    def extra(self) -> dict[str, Any]:
        return {**super().extra(), "told": self.sentences()}


@form_page(context=AddOn, name="remove-module", permission=Permission.MANAGE_ADDONS,
           renderer=FORM)  # fmt: skip
class RemoveModule(RemovePage):
    """A module with its assignments leaves the draft."""

    asks = "key"
    buttons = (Button("remove", _("Remove the module")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        title = module_values(self.files, self.module)["title"]
        self.title = _("Remove ${title}", mapping={"title": title})

    def asked(self) -> dict[str, Any]:
        return self.files.table(module_path(self.module))

    def sentences(self) -> list[Any]:
        count = {"n": len(assignment_keys(self.files, self.module))}
        return [
            _("The module leaves the draft, with its assignments: ${n}.", mapping=count),
            _("Editions that have it keep it, and work of participants stays."),
        ]

    def write(self, values: dict[str, Any]) -> str:
        remove_module(self.files, self.module)
        return f"{self.path}/edit?done=removed"


@form_page(context=AddOn, name="remove-assignment", permission=Permission.MANAGE_ADDONS,
           renderer=FORM)  # fmt: skip
class RemoveAssignment(RemovePage):
    """An assignment leaves the draft."""

    buttons = (Button("remove", _("Remove the assignment")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.item = request.GET.get("key", "")
        if self.item not in assignment_keys(self.files, self.module):
            self.gone()
        self.title = _("Remove ${title}", mapping={"title": self.asked()["title"]})

    def asked(self) -> dict[str, Any]:
        return assignment_values(self.files, self.module, self.item)

    def sentences(self) -> list[Any]:
        return [
            _("The assignment leaves the draft, with its own parts and criteria."),
            _("Editions that have it keep it, and work of participants stays."),
        ]

    def write(self, values: dict[str, Any]) -> str:
        remove_assignment(self.files, self.module, self.item)
        return f"{self.path}/edit?done=removed"
