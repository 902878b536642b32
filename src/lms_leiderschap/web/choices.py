"""The controls that offer a node's choices: (value, label) or (value, label, hint) each."""

from collections.abc import Container
from typing import Any

import deform

from lms_leiderschap.web.cleaning import clean_line
from lms_leiderschap.web.widgets import (
    Attributes,
    ControlWidget,
    posted_list,
    posted_text,
    shown,
)


class ChoiceWidget(ControlWidget):
    """One of the node's choices, by radio buttons."""

    kind = "choices"

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        # Rows repeat a name, and radio buttons of one name are one group to the browser.
        group = field.path if field.path != field.name else None
        shared = {"type": "radio", "name": group or field.name}
        frame = {"role": "radiogroup"}
        if "aria-invalid" in attrs:
            frame["aria-invalid"] = "true"
        return {
            "frame": frame,
            "marker": f"{field.name}:rename" if group else None,
            "choices": _choices(field, shared, {cstruct}),
            "style": "opts" if field.schema.inline else None,
        }


def _choices(field: deform.Field, shared: Attributes, chosen: Container[Any]) -> list[Any]:
    """Per choice the attributes of its control, its label and its hint."""
    drawn = []
    for index, (value, label, *hint) in enumerate(field.schema.choices):
        oid = f"{field.oid}-{index}" if index else field.oid
        attrs = shared | {"id": oid, "value": value}
        if value in chosen:
            attrs["checked"] = "checked"
        if hint:
            attrs["aria-describedby"] = f"{oid}-hint"
        if oid == field.page.focused:
            attrs["autofocus"] = "autofocus"
        drawn.append((attrs, label, hint[0] if hint else None))
    return drawn


class SelectWidget(ControlWidget):
    """One of the node's choices, from a list."""

    kind = "select"

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        chosen = shown(cstruct)
        options = [] if chosen and field.required else [({"value": ""}, field.schema.empty_label)]
        for value, label, *_hint in field.schema.choices:
            selected = {"selected": "selected"} if value == chosen else {}
            options.append(({"value": value} | selected, label))
        return {"control": attrs, "options": options}


class ChoicesWidget(ControlWidget):
    """Any number of the node's choices, by tick boxes."""

    kind = "choices"

    def own(self, field: deform.Field, cstruct: Any, attrs: Attributes) -> dict[str, Any]:
        shared = {"type": "checkbox", "name": "chosen"}
        if "aria-invalid" in attrs:
            shared["aria-invalid"] = "true"
        return {
            "frame": {},
            "marker": f"{field.name}:sequence",
            "choices": _choices(field, shared, cstruct or ()),
            "style": None,
        }

    def deserialize(self, field: deform.Field, pstruct: Any) -> list[str]:
        return [clean_line(posted_text(value)) for value in posted_list(pstruct)]
