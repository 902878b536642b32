"""Rows that a person adds, removes and moves by submit buttons, and the names of fields in them.

A path names a field from the top of the form: names of groups and numbers of rows, joined by dots
(``answers.intentions.0.goal``). Row buttons are called ``add:<path>``, and ``remove:<path>:<row>``,
``up:<path>:<row>``, ``down:<path>:<row>``. The same buttons move the files of a files field.
"""

import re
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import colander
import deform

from lms_leiderschap.web.widgets import (
    Attributes,
    ControlWidget,
    FilesWidget,
    draw,
    posted_list,
)

_CHANGE = re.compile(r"(?:(add):(.+)|(remove|up|down):(.+):(\d{1,4}))")
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_-]")
_BLANK = (colander.null, None, "", "false")


class RowsWidget(ControlWidget):
    """Rows of the same field or group; their number follows what was posted."""

    kind = "rows"
    says_optional = False

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        return {
            "inner": draw(field.rows),
            "path": field.path,
            "full": len(field.rows) >= field.schema.at_most,
            "focus": attrs.get("autofocus"),
        }

    def deserialize(self, field: deform.Field, pstruct: Any) -> list[Any]:
        row = field.children[0]
        cstructs = []
        for index, posted in enumerate(posted_list(pstruct)):
            name_fields(row, f"{field.path}.{index}")
            cstructs.append(row.deserialize(posted))
        return cstructs

    def handle_error(self, field: deform.Field, error: colander.Invalid) -> None:
        field.error = field.error or error
        field.row_errors = {child.pos: child for child in error.children}


@dataclass(frozen=True, slots=True)
class InRows:
    """Where a row stands, for its buttons: the path of the rows, its number from 1, their count."""

    path: str
    number: int
    count: int
    ordered: bool


def name_fields(field: deform.Field, path: str = "") -> None:
    """Gives a field and those below it their path and their id in the HTML."""
    field.path = path
    field.oid = "f-" + _NOT_IN_IDS.sub("-", path) if path else "form"
    if not isinstance(field.widget, RowsWidget):
        for child in field.children:
            name_fields(child, f"{path}.{child.name}" if path else child.name)


def lay_out(field: deform.Field) -> None:
    """Makes the rows that stand in the form's cstruct, with their errors."""
    if not isinstance(field.widget, RowsWidget):
        for child in field.children:
            lay_out(child)
        return
    cstructs = [] if field.cstruct is colander.null else list(field.cstruct)
    cstructs += [colander.null] * (field.schema.shown - len(cstructs))
    errors = getattr(field, "row_errors", {})
    field.rows = [_row(field, i, cstruct, errors.get(i)) for i, cstruct in enumerate(cstructs)]
    for row in field.rows:
        row.in_rows = InRows(field.path, row.number, len(field.rows), field.schema.ordered)


def _row(
    field: deform.Field, index: int, cstruct: Any, error: colander.Invalid | None
) -> deform.Field:
    row = _copy(field.children[0], field)
    row.number = index + 1
    name_fields(row, f"{field.path}.{index}")
    if cstruct is not colander.null:  # a new row keeps the defaults of its fields
        row.cstruct = cstruct
    if error:
        row.widget.handle_error(row, error)
    lay_out(row)
    return row


def _copy(field: deform.Field, parent: deform.Field) -> deform.Field:
    """As Field.clone, without making and serialising every field below anew."""
    copied = object.__new__(type(field))
    copied.__dict__.update(field.__dict__)
    copied._parent = weakref.ref(parent)
    copied.children = [_copy(child, copied) for child in field.children]
    return copied


def drawn_children(field: deform.Field) -> list[deform.Field]:
    """The fields below this one as they are drawn: the rows instead of their pattern."""
    children: list[deform.Field] = getattr(field, "rows", field.children)
    return children


def has_rows(field: deform.Field) -> bool:
    return isinstance(field.widget, RowsWidget | FilesWidget) or any(map(has_rows, field.children))


def field_at(field: deform.Field, path: str) -> deform.Field | None:
    """The drawn field with this path, or None."""
    for child in drawn_children(field):
        if child.path == path:
            return child
        if path.startswith(child.path + "."):
            found = field_at(child, path)
            if found is not None:
                return found
    return None


def control_to_focus(form: deform.Form, path: str) -> str:
    """The id of the first control at this path; of rows it is the button that adds one."""
    field = field_at(form, path)
    while field is not None and not isinstance(field.widget, RowsWidget):
        shown = [child for child in field.children if not getattr(child.widget, "hidden", False)]
        if not shown:
            break
        field = shown[0]
    return field.oid if field is not None else ""


@dataclass(frozen=True, slots=True)
class Change:
    """A pressed row button by its name: verb "add", "remove", "up" or "down"."""

    button: str
    verb: str
    path: str
    index: int


def pressed_change(names: Iterable[str]) -> Change | None:
    for name in names:
        if match := _CHANGE.fullmatch(name):
            add, added_to, verb, path, index = match.groups()
            return Change(name, add or verb, added_to or path, int(index or 0))
    return None


def apply_change(form: deform.Form, cstruct: Any, change: Change) -> tuple[Any, str]:
    """The cstruct after a row button, and the path that gets the focus.

    Raises LookupError when the form has no such rows.
    """
    focus = change.path

    def changed(field: deform.Field, items: list[Any]) -> list[Any]:
        nonlocal focus
        items = list(items)
        items, at = _VERBS[change.verb](field, items, change.index)
        if at is not None and isinstance(field.widget, RowsWidget):
            focus = f"{change.path}.{at}"
        return items

    return _edit(form, cstruct, change.path, changed), focus


Edit = Callable[[deform.Field, list[Any]], list[Any]]


def _edit(field: deform.Field, cstruct: Any, path: str, changed: Edit) -> Any:
    if not path:
        if not isinstance(field.widget, RowsWidget | FilesWidget):
            raise LookupError(path)
        return changed(field, cstruct)
    if isinstance(field.widget, RowsWidget):
        index, _, rest = path.partition(".")
        rows = list(cstruct)
        rows[int(index)] = _edit(field.children[0], rows[int(index)], rest, changed)
        return rows
    for child in field.children:
        if path == child.name or path.startswith(child.name + "."):
            rest = path[len(child.name) + 1 :]
            return {**cstruct, child.name: _edit(child, cstruct[child.name], rest, changed)}
    raise LookupError(path)


def _add(field: deform.Field, items: list[Any], index: int) -> tuple[list[Any], int | None]:
    if isinstance(field.widget, FilesWidget):
        raise LookupError(field.path)
    if len(items) >= field.schema.at_most:
        return items, None
    return [*items, colander.null], len(items)


def _remove(field: deform.Field, items: list[Any], index: int) -> tuple[list[Any], int | None]:
    del items[index]
    return items, None


def _move(step: int) -> Callable[..., tuple[list[Any], int | None]]:
    def move(field: deform.Field, items: list[Any], index: int) -> tuple[list[Any], int]:
        target = min(max(index + step, 0), len(items) - 1)
        items.insert(target, items.pop(index))
        return items, target

    return move


_VERBS = {"add": _add, "remove": _remove, "up": _move(-1), "down": _move(1)}


def without_blank_rows(field: deform.Field, cstruct: Any) -> Any:
    """The cstruct without rows in which nothing was filled in: nobody has to remove those."""
    if isinstance(field.widget, RowsWidget):
        row = field.children[0]
        return [without_blank_rows(row, item) for item in cstruct if not is_blank(item)]
    if not field.children:
        return cstruct
    return {c.name: without_blank_rows(c, cstruct[c.name]) for c in field.children}


def is_blank(cstruct: Any) -> bool:
    if isinstance(cstruct, dict):
        return all(map(is_blank, cstruct.values()))
    if isinstance(cstruct, list):
        return all(map(is_blank, cstruct))
    return cstruct in _BLANK
