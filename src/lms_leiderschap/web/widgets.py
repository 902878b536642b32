"""The controls of a form: what a browser sends becomes text, text becomes accessible HTML.

What a control looks like beyond its kind (width, rows, autocomplete) is said by the schema node,
see ``fields``. A shape that our own HTML cannot send raises ValueError.
"""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import colander
import deform
from chameleon.utils import Markup
from deform.widget import Widget

from lms_leiderschap.web.cleaning import clean_line, clean_text

Attributes = dict[str, str]


def draw(fields: Iterable[deform.Field]) -> Markup:
    """The HTML of these fields, in one go: what costs is a template, not a field in it."""
    drawn = [field.widget.drawn(field) for field in fields]
    html: Markup = drawn[0].renderer("fields", fields=drawn) if drawn else Markup("")
    return html


def problem_of(field: deform.Field) -> str | None:
    """The one sentence that says what is wrong with this field."""
    refused: str | None = getattr(field, "problem", None)
    if refused:
        return refused
    messages = field.error.messages() if field.error else []
    return messages[0] if messages else None


def _ties(oid: str, hint: str, problem: str | None) -> str | None:
    ids = [f"{oid}-hint"] if hint else []
    if problem:
        ids.append(f"{oid}-error")
    return " ".join(ids) or None


def shown(cstruct: Any) -> str:
    return "" if cstruct in (colander.null, None) else str(cstruct)


class ControlWidget(Widget):
    """One label and one control. `kind` chooses what templates/form/fields.pt does with it."""

    kind = "input"
    says_optional = True

    def serialize(self, field: deform.Field, cstruct: Any, **kw: Any) -> Markup:
        return draw([field])

    def drawn(self, field: deform.Field) -> SimpleNamespace:
        """What the template reads."""
        problem = problem_of(field)
        ties = _ties(field.oid, field.description, problem)
        return SimpleNamespace(
            renderer=field.renderer,
            kind=self.kind,
            id=field.oid,
            name=field.name,
            node=field.schema,
            label=field.title,
            row=getattr(field, "in_rows", None),
            optional=self.says_optional and not field.required,
            hint=field.description,
            problem=problem,
            ties=ties,
            **self.own(field, field.cstruct, self.attributes(field, problem, ties)),
        )

    def attributes(self, field: deform.Field, problem: str | None, ties: str | None) -> Attributes:
        """The attributes of the control itself; a template writes them all at once."""
        node = field.schema
        found = {"id": field.oid, "name": field.name, **node.data}
        if node.width:
            found["class"] = f"w-{node.width}"
        if node.autocomplete:
            found["autocomplete"] = node.autocomplete
        if ties:
            found["aria-describedby"] = ties
        if problem:
            found["aria-invalid"] = "true"
        if field.page.focused == field.oid:
            found["autofocus"] = "autofocus"
        return found

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        """What the template wants for this kind beside what all have."""
        return {"control": attrs | field.schema.html | {"value": shown(cstruct)}}

    def deserialize(self, field: deform.Field, pstruct: Any) -> Any:
        return clean_line(posted_text(pstruct)) or colander.null


def posted_text(pstruct: Any) -> str:
    """The posted text, empty when there was none."""
    if pstruct is colander.null:
        return ""
    if not isinstance(pstruct, str):
        raise ValueError("no text")
    return pstruct


class LineWidget(ControlWidget):
    """One line of text."""


class TextWidget(ControlWidget):
    kind = "text"

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        return {"control": attrs | {"rows": str(field.schema.rows)}, "value": shown(cstruct)}

    def deserialize(self, field: deform.Field, pstruct: Any) -> Any:
        return clean_text(posted_text(pstruct)).strip() or colander.null


class PasswordWidget(ControlWidget):
    """Never drawn again with what was typed; spaces belong to it."""

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        return {"control": attrs | {"type": "password"}}

    def deserialize(self, field: deform.Field, pstruct: Any) -> Any:
        return clean_text(posted_text(pstruct)) or colander.null


class HiddenWidget(ControlWidget):
    kind = "hidden"
    hidden = True

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        named = {"id": field.oid, "name": field.name, "value": shown(cstruct)}
        return {"control": {"type": "hidden"} | named}


class DateWidget(ControlWidget):
    """The browser's own date field; text that is no date comes back as it was typed."""

    native = "date"

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        typed = shown(cstruct)
        normal = field.schema.typ.normal(typed) if typed else typed
        if normal is None:
            return {"control": attrs | {"type": "text", "value": typed}}
        return {"control": attrs | {"type": self.native, "value": normal}}


class TimeWidget(DateWidget):
    native = "time"


class TickWidget(ControlWidget):
    kind = "tick"
    says_optional = False

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        checked = {"checked": "checked"} if cstruct == "true" else {}
        return {"control": attrs | {"type": "checkbox", "value": "true"} | checked}

    def deserialize(self, field: deform.Field, pstruct: Any) -> str:
        return "true" if posted_text(pstruct) else "false"


def posted_list(pstruct: Any) -> list[Any]:
    if pstruct is colander.null:
        return []
    if not isinstance(pstruct, list):
        raise ValueError("no list")
    return pstruct


class FilesWidget(ControlWidget):
    """Files that were received already, each with its id in a hidden input, and a place for more.

    The cstruct is the list of ids: those the form held and that were not ticked away, then those
    that came with this request. An id that the page does not know is dropped.
    """

    kind = "files"
    takes_files = True

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        ids = [] if cstruct is colander.null else cstruct
        found = [field.page.stored_file(file_id) for file_id in ids]
        attrs |= field.schema.html | {"type": "file", "name": field.path}
        files = [file for file in found if file is not None]
        return {"files": files, "path": field.path, "control": attrs}

    def deserialize(self, field: deform.Field, pstruct: Any) -> list[str]:
        posted = [clean_line(posted_text(value)) for value in posted_list(pstruct)]
        gone = {value[1:] for value in posted if value.startswith("-")}
        staged = field.page.request.environ.get("lms.staged", {}).get(field.path, ())
        ids = [value for value in posted if not value.startswith("-")]
        ids += [file.id for file in staged]
        known = dict.fromkeys(i for i in ids if i not in gone and field.page.stored_file(i))
        return list(known)


class GroupWidget(ControlWidget):
    """Fields that belong together, in a fieldset."""

    kind = "group"
    says_optional = False

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        return {"inner": draw(field.children), "data": field.schema.data}

    def deserialize(self, field: deform.Field, pstruct: Any) -> dict[str, Any]:
        posted = {} if pstruct is colander.null else pstruct
        if not isinstance(posted, dict):
            raise ValueError("no mapping")
        return {
            child.name: child.deserialize(posted.get(child.name, colander.null))
            for child in field.children
        }


class FormWidget(GroupWidget):
    """The form itself; DrawnForm puts its pieces together."""
