"""The images of a folder: added, shown by name with the Markdown that refers to them, removed."""

from __future__ import annotations

import mimetypes
import re
from typing import Any

import colander
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from lms_leiderschap.addon.making.drafting import start_of
from lms_leiderschap.addon.making.schema import SURE
from lms_leiderschap.addon.making.writing import free_name, key_from
from lms_leiderschap.addon.shelf import bundle_of
from lms_leiderschap.addon.views.making.overview import FORM, EditPage
from lms_leiderschap.errors import Refusal
from lms_leiderschap.institution.addon import AddOn
from lms_leiderschap.permissions import Permission
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.images import named_in
from lms_leiderschap.plugin.parcel.admitted import IMAGES, check_content, suffix
from lms_leiderschap.texts import _
from lms_leiderschap.web.fields import FilesField, HiddenField
from lms_leiderschap.web.form import Button, form_page
from lms_leiderschap.web.groups import FormSchema

ACCEPTED = ",".join((*IMAGES, "image/png", "image/jpeg", "image/gif", "image/webp"))
_ENDING = re.compile(r"\.[^.]*$")


class ImagesSchema(FormSchema):
    base = HiddenField()
    images = FilesField(
        title=_("Images"), accept=ACCEPTED, at_most=10,
        description=_("PNG, JPEG, GIF or WebP."),
    )  # fmt: skip


ADD_IMAGES = ImagesSchema()


@form_page(context=AddOn, name="images", permission=Permission.MANAGE_ADDONS,
           renderer="lms_leiderschap.templates:addon/images.pt")  # fmt: skip
class Images(EditPage):
    """All images of the folder, and a place for more."""

    title = _("Images")
    buttons = (Button("add", _("Add these images")),)

    def schema(self) -> colander.SchemaNode:
        return ADD_IMAGES

    def write(self, values: dict[str, Any]) -> str:
        for number, file_id in enumerate(values["images"]):
            upload = self.request.staged_file(file_id)
            if upload is None:
                raise Refusal(_("Choose the file again."), "images")
            with upload.open() as source:
                data = source.read()
            kind = suffix(upload.name)
            stem = key_from(_ENDING.sub("", upload.name)) or f"afbeelding-{number + 1}"
            taken = {_ENDING.sub("", path.rpartition("/")[2]) for path in self.paths}
            path = f"images/{free_name(stem, taken)}{kind}"
            if not _is_image(path, data):
                # This file will not do; the others that were chosen stay.
                left = [other for other in values["images"] if other != file_id]
                self.form.cstruct = {**self.form.cstruct, "images": left}
                refused = _("${name} is not a PNG, JPEG, GIF or WebP image that can be shown.")
                raise Refusal(refused % {"name": upload.name}, "images")
            self.files.add(path, data)
        return f"{self.path}/images"

    @property
    def paths(self) -> list[str]:
        return self.files.paths("images")

    def extra(self) -> dict[str, Any]:
        names = [path.removeprefix("images/") for path in self.paths]
        return {**super().extra(), "names": names}


def _is_image(path: str, data: bytes) -> bool:
    """Whether a folder may hold this under this name."""
    try:
        check_content(path, data)
    except PluginError:
        return False
    return suffix(path) in IMAGES


@form_page(context=AddOn, name="remove-image", permission=Permission.MANAGE_ADDONS, renderer=FORM)
class RemoveImage(EditPage):
    """Asks first; an image that a text shows stays."""

    buttons = (Button("remove", _("Remove the image")),)

    def __init__(self, context: AddOn, request: Request) -> None:
        super().__init__(context, request)
        self.name = request.GET.get("name", "")
        # On the second of two clicks it is gone already.
        if request.method != "POST" and f"images/{self.name}" not in self.files:
            raise HTTPNotFound
        self.title = _("Remove ${title}", mapping={"title": self.name})

    def schema(self) -> colander.SchemaNode:
        return SURE

    def write(self, values: dict[str, Any]) -> str:
        shown = (named for module in self.plugin.modules for named in named_in(module))
        if self.name in shown:
            raise Refusal(_("A text still shows this image. Take it out of the text first."))
        if f"images/{self.name}" in self.files:
            self.files.remove(f"images/{self.name}")
        return f"{self.path}/images"


@view_config(context=AddOn, name="picture", permission=Permission.MANAGE_ADDONS,
             request_method="GET")  # fmt: skip
def picture(context: AddOn, request: Request) -> Response:
    """One image of the draft, for its pages; its content was looked at when it came."""
    name, start = request.GET.get("name", ""), start_of(context)
    data = bundle_of(start).get(f"images/{name}") if start is not None else None
    if data is None:
        raise HTTPNotFound
    return Response(data, content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
