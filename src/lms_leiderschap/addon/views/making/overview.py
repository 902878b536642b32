"""What all forms share that change the draft of a folder, and the page that leads to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import colander
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from lms_leiderschap.addon.making.drafting import (
    mark_of,
    newest,
    save_draft,
    signed_before,
    start_of,
)
from lms_leiderschap.addon.making.schema import KINDS
from lms_leiderschap.addon.making.writing import FolderFiles
from lms_leiderschap.addon.shelf import bundle_of, plugin_of
from lms_leiderschap.addon.views.panel import known
from lms_leiderschap.addon.views.receiving import told
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.bundle import Bundle
from lms_leiderschap.texts import _
from lms_leiderschap.web.form import FormPage
from lms_leiderschap.web.html import images_named

FORM = "lms_leiderschap.templates:addon/edit_form.pt"
DONE: dict[str, Any] = {
    "saved": _("Saved in the draft."),
    "removed": _("Removed from the draft."),
    "published": _("The version is ready."),
    "dropped": _("The draft was thrown away."),
}


class EditPage(FormPage):
    """A form that changes a folder.

    start    the version that is edited; files  its files, to change; plugin  what they make
    stale    somebody else changed the same things after this form was drawn
    Raises HTTPNotFound for what is no folder, or one that cannot be read.
    """

    context: AddOn
    stale = False
    changed: list[tuple[str, list[str]]] = []

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        start = start_of(context)
        found = request.registry.shelves.read(start)[0] if start is not None else None
        if start is None or not isinstance(found, Plugin):
            raise HTTPNotFound
        self.start, self.plugin = start, found
        self.files = FolderFiles(bundle_of(start))

    @property
    def path(self) -> str:
        return f"/addons/{self.context.__name__}"

    def asked(self) -> dict[str, Any]:
        """What the form is about, as it stands now; another form does not make it stale."""
        return {}

    def values(self) -> dict[str, Any]:
        return {**self.asked(), "base": mark_of(self.asked())}

    def write(self, values: dict[str, Any]) -> str:
        """Change the files; the address to go to."""
        raise NotImplementedError

    def save(self, values: dict[str, Any]) -> str:
        """Keep the draft. A second click changes nothing, and goes where the first one went."""
        base = values.pop("base", mark_of(self.asked()))
        clicked = f"{self.key} {mark_of(values)} "
        if self.start.sent.startswith(clicked):
            return str(self.start.sent.removeprefix(clicked))
        try:
            return self._write_and_keep(values, base, clicked)
        except Refusal:
            self.files = FolderFiles(bundle_of(self.start))  # the page is about what is kept
            raise

    def _write_and_keep(self, values: dict[str, Any], base: str, clicked: str) -> str:
        now = self.asked()
        url = self.write(values)
        try:
            bundle = self.files.bundle()
            if self.changes(bundle):
                self.refuse_stale(base, now, values)
                self.keep(bundle, clicked + url)
        except PluginError as error:
            raise Refusal(told(self.request, error)) from None
        return url

    def changes(self, bundle: Bundle) -> bool:
        """Whether there is anything to keep."""
        return bool(bundle.digest != self.start.digest)

    def keep(self, bundle: Bundle, sent: str) -> None:
        """Keep the changed files. PluginError when they do not make a plugin."""
        save_draft(self.request.institution, plugin_of(bundle), bundle, sent=sent,
                   connection=self.request.connection, **self.who())  # fmt: skip

    def who(self) -> dict[str, Any]:
        return {"by": self.request.person.__name__, "at": self.request.arrived}

    def check_pictures(self, values: Mapping[str, Any], *words: str) -> None:
        """Raises Refusal at the text that shows an image that the folder does not have."""
        for word in words:
            for name in images_named(values[word]):
                if f"images/{name}" not in self.files:
                    unknown = _("There is no image ${name} yet. Add it first, or take it out here.")
                    raise Refusal(unknown % {"name": name}, word)

    def refuse_stale(self, base: str, now: dict[str, Any], values: dict[str, Any]) -> None:
        """Raises Refusal when what the form is about is no longer what it was drawn from."""
        if base != mark_of(now):
            self.stale = True
            self.changed = list(changed_fields(self.form.schema, now, values))
            raise Refusal(_("Somebody else changed this meanwhile. Your text is below; it is not "
                            "saved yet."))  # fmt: skip

    def extra(self) -> dict[str, Any]:
        title = self.plugin.title
        return {"back": (f"{self.path}/edit", title), "told": [], "preview": "", "apart": (),
                "changed": self.changed if self.stale else None, "danger": None}  # fmt: skip


def lost_signature(addon: AddOn) -> Any:
    """What becomes of the signature of somebody else once a change is taken in use; None without
    one."""
    signed = signed_before(addon)
    if signed is None:
        return None
    sentence = _("${name} signed version ${version}. Taking a change in use drops that signature; "
                 "the sender is unknown then.")  # fmt: skip
    return sentence % {"name": signed.signer, "version": signed.version}


def changed_fields(
    schema: colander.SchemaNode, now: Mapping[str, Any], values: Mapping[str, Any]
) -> Any:
    """(label, lines) of what stands there now, of each field in which a form says otherwise."""
    for node in schema.children:
        if node.name in now and now[node.name] != values.get(node.name):
            found = now[node.name]
            rows = found if isinstance(found, list) else [found]
            yield node.title, [_said(row) for row in rows]


def _said(row: Any) -> str:
    if isinstance(row, Mapping):
        return ". ".join(str(value) for word, value in row.items()
                         if word != "key" and isinstance(value, str) and value)  # fmt: skip
    return str(row)


@view_config(context=AddOn, name="edit", permission=Permission.MANAGE_ADDONS,
             request_method="GET", renderer="lms_leiderschap.templates:addon/edit.pt")  # fmt: skip
def edit_page(context: AddOn, request: Request) -> dict[str, Any]:
    """The folder as it is being made, with a way to each form; nothing is begun by looking."""
    found, start = known(context, request), start_of(context)
    if start is None:
        raise HTTPNotFound
    plugin, _sender = request.registry.shelves.read(start)
    broken = told(request, plugin) if isinstance(plugin, PluginError) else ""
    return {
        "title": found.title if broken else plugin.title, "row": found, "addon": context,
        "plugin": None if broken else plugin, "broken": broken, "start": start,
        "draft": bool(context.draft), "kinds": dict(KINDS), "newest": newest(context),
        "images": FolderFiles(bundle_of(start)).paths("images"),
        "done": DONE.get(request.GET.get("done", ""), ""), "lost": lost_signature(context),
    }  # fmt: skip
