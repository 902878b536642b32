"""A form as a template sees it: pieces of ready HTML, and the list of what is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import deform
from chameleon import PageTemplateFile
from chameleon.utils import Markup
from pyramid.request import Request

from lms_leiderschap.web import sequences
from lms_leiderschap.web.templates import template_at, translate_in
from lms_leiderschap.web.widgets import draw, problem_of


@cache
def form_templates() -> dict[str, PageTemplateFile]:
    """Every template of templates/form by its name, compiled once per process."""
    with as_file(files("lms_leiderschap.templates") / "form") as folder:
        templates = {path.stem: template_at(str(path)) for path in sorted(folder.glob("*.pt"))}
    for template in templates.values():
        template.cook_check()
    return templates


def renderer_for(request: Request) -> Callable[..., Markup]:
    """deform's renderer, in the language of this request."""
    translate = translate_in(request.localizer)
    fmt = getattr(request, "fmt", None)
    templates = form_templates()

    def render(name: str, /, **values: Any) -> Markup:
        return Markup(templates[name](translate=translate, fmt=fmt, **values))

    return render


class DrawnForm:
    """A form ready to be placed in a page, as a whole or piece by piece.

    errors   (id of the control, sentence) in the order of the page; id "" is the whole form
    summary  the box "Something went wrong" with a link per error, empty when nothing is wrong
    start    the opening tag with its hidden inputs; end is the closing tag
    actions  the submit buttons
    """

    def __init__(
        self,
        form: deform.Form,
        *,
        buttons: Iterable[Any],
        problems: Iterable[tuple[str, str]],
        focus: str,
        hidden: Mapping[str, str],
    ) -> None:
        self._form = form
        self._buttons = tuple(buttons)
        self._hidden = hidden
        sequences.lay_out(form)
        self.errors = list(_place(form, problems)) + list(_errors_below(form))
        self.focus = sequences.control_to_focus(form, focus) if focus else ""
        form.page.focused = self.focus

    def field(self, path: str) -> Markup:
        """One field with its label, hint and error; dotted for a field in a group or a row."""
        return draw([self._at(path)])

    def _at(self, path: str) -> deform.Field:
        found = sequences.field_at(self._form, path)
        if found is None:
            raise KeyError(path)
        return found

    def start_group(self, path: str) -> Markup:
        """Goes before fields of a group that are placed one by one; end_group goes after them."""
        return self._piece("group_start", name=self._at(path).name)

    def end_group(self, path: str) -> Markup:
        return self._piece("group_end", name=self._at(path).name)

    @property
    def fields(self) -> Markup:
        """All fields in their order."""
        return draw(self._form.children)

    @property
    def summary(self) -> Markup:
        return self._piece("summary", errors=self.errors) if self.errors else Markup("")

    @property
    def start(self) -> Markup:
        page = self._form.page
        html = self._piece(
            "start",
            form_id=page.form_id,
            attributes=page.form_attributes,
            hidden=self._hidden,
            enctype="multipart/form-data" if has_files(self._form) else None,
            first=self._buttons[0] if sequences.has_rows(self._form) else None,
        )
        return Markup(html.rstrip().removesuffix("</form>"))

    @property
    def end(self) -> Markup:
        return Markup("</form>")

    @property
    def actions(self) -> Markup:
        return self._piece("actions", buttons=self._buttons)

    def render(self) -> Markup:
        """The whole form without the summary, which stands above the heading of the page."""
        return Markup("".join((self.start, self.fields, self.actions, self.end)))

    def _piece(self, name: str, /, **values: Any) -> Markup:
        piece: Markup = self._form.renderer(name, **values)
        return piece


def has_files(field: deform.Field) -> bool:
    """Whether a file can be chosen in this field or below it."""
    return getattr(field.widget, "takes_files", False) or any(map(has_files, field.children))


def _place(form: deform.Form, problems: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Puts each sentence at its field; one without a field on this form belongs to the whole."""
    for path, sentence in problems:
        field = sequences.field_at(form, path) if path else None
        if field is None:
            yield "", sentence
        else:
            field.problem = sentence


def _errors_below(field: deform.Field) -> Iterator[tuple[str, str]]:
    problem = problem_of(field)
    if problem:
        yield ("" if field.parent is None else field.oid), problem
    for child in sequences.drawn_children(field):
        yield from _errors_below(child)
