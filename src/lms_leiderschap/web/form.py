"""The one way through a form: draw, check, save, go on; or back to the person with the reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import colander
import deform
import peppercorn
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from lms_leiderschap.errors import Refusal
from lms_leiderschap.texts import _
from lms_leiderschap.web import sequences
from lms_leiderschap.web.cleaning import clean_line, posted_controls
from lms_leiderschap.web.drawing import DrawnForm, renderer_for
from lms_leiderschap.web.patterns import new_form

LONGEST_KEY = 500


@dataclass(frozen=True, slots=True)
class Button:
    """A submit button. The first button of a page is the one that the Enter key presses.

    name   its name in the form; FormPage.pressed tells which one was pressed
    label  a verb that says what happens (translation string)
    kind   "primary" for the one main action, "second" for the others
    """

    name: str
    label: str
    kind: Literal["primary", "second"] = "primary"


def form_page(
    *, context: Any, name: str = "", permission: str, renderer: str, **predicates: Any
) -> Callable[[type], type]:
    """pyramid's view_config for a FormPage: GET draws it, POST sends it."""
    decorator: Callable[[type], type] = view_config(
        context=context, name=name, permission=permission, renderer=renderer,
        request_method=("GET", "POST"), **predicates,
    )  # fmt: skip
    return decorator


class FormPage:
    """A page with one form. Subclasses say what it asks and what is done with a right answer.

    title     what the page is called (translation string); the heading and the window title
    buttons   the submit buttons, the main one first
    pressed   name of the pressed button; on GET the name of the first
    key       random text of the form as it was first drawn; the same key means the same sending
    refusal   the Refusal that save() raised, None otherwise
    form_id, form_attributes  the id and more attributes of the form element
    """

    title: str = ""
    form_id = "form"
    form_attributes: Mapping[str, str] = {}
    buttons: tuple[Button, ...] = (Button("submit", _("Save")),)

    def __init__(self, context: Any, request: Request) -> None:
        self.context = context
        self.request = request
        self.refusal: Refusal | None = None
        self.pressed = self.buttons[0].name
        self.key = ""
        self.form: deform.Form
        self.focused = ""

    # What a page says about itself.

    def schema(self) -> colander.SchemaNode:
        """What the form asks, bound. Called once per request, after `pressed` is known."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """What stands in the form when it is opened, by field name."""
        return {}

    def save(self, values: dict[str, Any]) -> str | Response:
        """Do what was asked, with valid values; the URL to go to, or a response.

        Raises Refusal or colander.Invalid when it cannot be done: the form is shown again.
        """
        raise NotImplementedError

    def changed_rows(self, cstruct: dict[str, Any], change: sequences.Change) -> dict[str, Any]:
        """What is typed after a row button, for a page on which another answer follows from it."""
        return cstruct

    def extra(self) -> dict[str, Any]:
        """More variables for the template."""
        return {}

    def stored_file(self, file_id: str) -> Any | None:
        """The uploaded file with this id that this person may name here, or None.

        A page whose values() names files that are no longer staged extends this.
        """
        for files in self.request.environ.get("lms.staged", {}).values():
            for file in files:
                if file.id == file_id:
                    return file
        find = getattr(self.request, "staged_file", None)
        return find(file_id) if find else None

    # The way through.

    def __call__(self) -> dict[str, Any] | Response:
        if self.request.method == "POST":
            return self._answer(posted_controls(self.request))
        self.key = self.request.new_form_key()
        self._make_form()
        self.form.set_appstruct(self.values())
        return self._draw()

    def _answer(self, controls: list[tuple[str, str]]) -> dict[str, Any] | Response:
        names = [name for name, value in controls]
        self.pressed = next((b.name for b in self.buttons if b.name in names), self.pressed)
        self.key = self._posted_key(controls)
        self._make_form()
        change = sequences.pressed_change(names)
        buttons = {button.name for button in self.buttons} | ({change.button} if change else set())
        # A button stands in the rows it changes, but is not one of their values.
        typed = [pair for pair in controls if pair[0] not in buttons]
        try:
            cstruct = self.form.deserialize(peppercorn.parse(typed))
            if change:
                changed, focus = sequences.apply_change(self.form, cstruct, change)
                self.form.cstruct = self.changed_rows(changed, change)
                return self._draw(focus)
        except (ValueError, TypeError, AttributeError, LookupError) as broken:
            raise HTTPBadRequest from broken  # not the shape of the form that was drawn
        return self._send(sequences.without_blank_rows(self.form, cstruct))

    def _send(self, cstruct: dict[str, Any]) -> dict[str, Any] | Response:
        self.form.cstruct = cstruct
        try:
            values = self.form.schema.deserialize(cstruct)
            if not self._too_large():
                result = self.save(values)
                return result if isinstance(result, Response) else HTTPSeeOther(result)
        except colander.Invalid as invalid:
            self.form.widget.handle_error(self.form, invalid)
        except Refusal as refusal:
            self.refusal = refusal
        self.request.response.status_int = 422
        return self._draw()

    def _too_large(self) -> list[tuple[str, str]]:
        """Path and sentence of the files that were not kept because of their size."""
        sentence = _("${name} is too large. Make the file smaller and choose it again.")
        refused = self.request.environ.get("lms.too_large", {})
        return [(at, sentence % {"name": names[0]}) for at, names in refused.items()]

    def _posted_key(self, controls: list[tuple[str, str]]) -> str:
        key = next((clean_line(value) for name, value in controls if name == "key"), "")
        if 0 < len(key) <= LONGEST_KEY:
            return key
        fresh: str = self.request.new_form_key()
        return fresh

    def _make_form(self) -> None:
        self.form = new_form(self.schema(), renderer_for(self.request), self)

    def _draw(self, focus: str = "") -> dict[str, Any]:
        problems = self._too_large()
        if self.refusal:
            problems.append((self.refusal.field or "", self.refusal.message))
        drawn = DrawnForm(
            self.form, buttons=self.buttons, problems=problems, focus=focus,
            hidden={"csrf_token": get_csrf_token(self.request), "key": self.key},
        )  # fmt: skip
        translate = self.request.localizer.translate
        heading = translate(self.title)
        wrong = _("Error: ${title}", mapping={"title": heading})
        title = translate(wrong) if drawn.errors else heading
        return {"form": drawn, "title": title, "heading": heading, **self.extra()}
