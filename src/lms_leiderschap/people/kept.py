"""A form that came in after its login had ended: carried through sign-in, so no word is lost.

The form holds a signed key that says for whom it was drawn. Only that person gets it back, and
only by pressing a button: signing in alone does nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response

from lms_leiderschap.people.staging import STAGED
from lms_leiderschap.people.tokens import person_of_form_key
from lms_leiderschap.texts import _
from lms_leiderschap.web.cleaning import MOST_CONTROLS, clean_text, posted_controls
from lms_leiderschap.web.security import local_path

MOST_KEPT = 2 * 2**20
WORTH_SHOWING = 40
PAGE = "lms_leiderschap.templates:people/kept.pt"
Pairs = list[tuple[str, str]]


class Kept(NamedTuple):
    """A posted form: its names and values in order, where it was going, for whom it was drawn."""

    pairs: Pairs
    path: str
    person: str

    @property
    def text(self) -> str:
        return urlencode(self.pairs)

    @property
    def texts(self) -> list[list[str]]:
        """What was written, as paragraphs: every value that nobody types twice with pleasure."""
        return [
            value.splitlines()
            for name, value in self.pairs
            if name != "key" and (len(value) >= WORTH_SHOWING or "\n" in value)
        ]


def posted_form(request: Request) -> Kept | None:
    """The form of this request; None when it was not drawn for a person, or is too long."""
    controls = posted_controls(request)
    posted = dict(controls)
    if "kept" in posted:
        return read_kept(request, posted["kept"], posted.get("kept_path", ""))
    pairs = [(name, clean_text(value)) for name, value in controls if not _secret(name)]
    for path, files in request.environ.get(STAGED, {}).items():
        _name_files(pairs, path, [file.id for file in files])
    return _checked(request, pairs, request.path_qs)


def read_kept(request: Request, text: str, path: str) -> Kept | None:
    """The form that a sign-in form carried along; None when it is not one that we gave out."""
    if len(text) > MOST_KEPT:
        return None
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_CONTROLS)
    except ValueError:
        return None
    return _checked(request, pairs, path)


def _checked(request: Request, pairs: Pairs, path: str) -> Kept | None:
    keys = request.registry.lms.signing_keys(request.entry)
    person_id = person_of_form_key(keys, dict(pairs).get("key", ""), request.arrived)
    if not person_id or len(urlencode(pairs)) > MOST_KEPT:
        return None
    return Kept(pairs, local_path(path), person_id)


def _secret(name: str) -> bool:
    return name == "csrf_token" or "password" in name.lower()


def _name_files(pairs: Pairs, path: str, ids: list[str]) -> None:
    """Name received files where the form names those it held already (templates/form/files.pt)."""
    end = ("__end__", f"{path.rpartition('.')[2]}:sequence")
    if end in pairs:
        at = len(pairs) - 1 - pairs[::-1].index(end)
        pairs[at:at] = [("received", file_id) for file_id in ids]


def kept_page(request: Request, kept: Kept) -> Response:
    """The page that gives the form back: what was written, and one button that sends it."""
    values: dict[str, Any] = {"title": _("Your text is still here"), "kept": kept}
    return render_to_response(PAGE, values, request=request)
