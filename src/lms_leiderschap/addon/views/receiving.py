"""Adding a folder plugin by its zip, and taking one along."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from lms_leiderschap.addon.receiving import checked_folder, receive_folder
from lms_leiderschap.addon.views.panel import back_to, known
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.archive import read_zip
from lms_leiderschap.programme.mistake import Mistake
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import FilesField
from lms_leiderschap.web.form import Button, FormPage, form_page
from lms_leiderschap.web.groups import FormSchema
from lms_leiderschap.web.saving import disposition


class ZipSchema(FormSchema):
    zip = FilesField(
        title=_("Zip file"),
        description=_("The folder of the add-on as one zip, with plugin.toml in it."),
        accept=".zip,application/zip",
        at_most=1,
    )


ZIP = ZipSchema()


@form_page(context=Institution, name="add-addon", permission=Permission.MANAGE_ADDONS,
           renderer="lms_leiderschap.templates:web/plain_form.pt")  # fmt: skip
class AddFolder(FormPage):
    """Upload a zip; it is checked as a whole before anything is kept."""

    title = _("Add an add-on from a zip")
    buttons = (Button("add", _("Check and add")),)

    def schema(self) -> colander.SchemaNode:
        return ZIP

    def save(self, values: dict[str, Any]) -> str:
        institution, request = self.context, self.request
        upload = request.staged_file(values["zip"][0])
        if upload is None:
            raise Refusal(_("Choose the file again."), "zip")
        try:
            with upload.open() as source:
                bundle = read_zip(source)
            plugin, sender = checked_folder(institution, request.registry.shelves, bundle)
        except PluginError as error:
            # This file will not do; the next one that is chosen comes in its place.
            self.form.cstruct = {**self.form.cstruct, "zip": []}
            raise Refusal(told(request, error), "zip") from None
        receive_folder(institution, bundle, plugin, sender, connection=request.connection,
                       by=request.person.__name__, at=request.arrived)  # fmt: skip
        return back_to(plugin.name, "received")

    def extra(self) -> dict[str, Any]:
        translate = self.request.localizer.translate
        return {"back": ("/addons", translate(_("Add-ons"))), "told": [
            translate(_("Texts, assignments, report formats, rubrics and instruments; no code.")),
            translate(_("Nothing is switched on by adding it.")),
        ]}  # fmt: skip


def told(request: Request, error: Mistake) -> str:
    """What is wrong in the language of the reader, with file and line in front."""
    translate = request.localizer.translate
    sentence = error.said(translate)
    if not error.file:
        return sentence[:1].upper() + sentence[1:]
    where = _("${file}, line ${line}: ${sentence}") if error.line else _("${file}: ${sentence}")
    mapping = {"file": error.file, "line": error.line, "sentence": sentence}
    translated: str = translate(where % mapping)
    return translated


@view_config(context=AddOn, name="download", permission=Permission.MANAGE_ADDONS,
             request_method="GET")  # fmt: skip
def download(context: AddOn, request: Request) -> Response:
    """The folder in use (or ?version=<digest>), as the zip it is kept as."""
    found = known(context, request)
    version = found.addon.folder(request.GET.get("version", ""))
    if version is None:
        raise HTTPNotFound
    with version.bundle.open() as source:
        response = Response(source.read(), content_type="application/zip")
    name = f"{found.name}-{version.version}.zip"
    response.headers["Content-Disposition"] = disposition(name)
    return response
