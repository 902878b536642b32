"""What holds fields together: the schema of a form, groups in it, and rows a person can add."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import colander

from lms_leiderschap.texts import _
from lms_leiderschap.web.sequences import RowsWidget
from lms_leiderschap.web.widgets import GroupWidget


class Node:
    """What every node of a form has. Copying and binding cost far less than colander's own.

    width  "date", "year", "mid" or "" for the whole width
    data   more attributes of the control, such as {"data-counter": "count-1"}
    """

    autocomplete: str | None = None
    width = ""
    data: Mapping[str, str] = {}
    children: list[Any]
    after_bind: Any

    def clone(self) -> Any:
        cloned: Any = object.__new__(type(self))
        cloned.__dict__.update(self.__dict__)
        cloned.children = [child.clone() for child in self.children]
        return cloned

    def _bind(self, kw: dict[str, Any]) -> None:
        kind: Any = type(self)
        here = self.__dict__.values()
        if self.after_bind or _has_deferred(kind) or any(map(_is_deferred, here)):
            super()._bind(kw)  # type: ignore[misc]  # of colander's node, the other base
            return
        self.bindings = kw
        for child in self.children:
            child._bind(kw)


def _is_deferred(value: Any) -> bool:
    return isinstance(value, colander.deferred)


@cache
def _has_deferred(kind: Any) -> bool:
    """Whether a class of nodes leaves something to binding."""
    return any(_is_deferred(getattr(kind, name, None)) for name in dir(kind))


class FormSchema(Node, colander.Schema):
    """Everything one form asks; subclass it with the fields as attributes."""


class GroupField(Node, colander.Schema):
    """Fields that belong together, in a fieldset; subclass it with the fields as attributes."""

    widget = GroupWidget()


class RowsField(Node, colander.SequenceSchema):
    """Rows of the one child node, added and removed by the person.

    at_least, at_most  the number of filled rows; blank ones are left out
    shown              the number of rows drawn when there are fewer
    ordered            whether rows can be moved up and down
    add_label          what the button says that adds a row
    """

    widget = RowsWidget()
    at_least = 0
    at_most = 200
    shown = 1
    ordered = False
    add_label = _("Add another")

    def validator(self, node: colander.SchemaNode, value: Any) -> None:
        if len(value) < self.at_least:
            raise colander.Invalid(self, _("Fill in at least ${n}.", {"n": self.at_least}))
        if len(value) > self.at_most:
            raise colander.Invalid(self, _("Fill in at most ${n}.", {"n": self.at_most}))
