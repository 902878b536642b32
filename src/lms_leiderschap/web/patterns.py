"""Forms made once per schema and copied for each request.

Making one costs far more than copying it: deform serialises the fields below every field anew.
"""

import weakref
from typing import Any

import colander
import deform

from lms_leiderschap.web.sequences import name_fields
from lms_leiderschap.web.widgets import FormWidget


def new_form(schema: colander.SchemaNode, renderer: Any = None, page: Any = None) -> deform.Form:
    """A form of its own with the fields of `schema`, empty and named.

    renderer  draws its fields; page  the FormPage it belongs to
    """
    return _copy(_pattern(schema), None, {"renderer": renderer, "page": page})


def _pattern(schema: colander.SchemaNode) -> deform.Form:
    pattern = schema.__dict__.get("_v_pattern")
    if pattern is None or pattern.schema is not schema:  # a clone still holds that of its origin
        pattern = schema._v_pattern = deform.Form(schema, focus="off")
        pattern.widget = FormWidget()
        name_fields(pattern)
    return pattern


def _copy(field: deform.Field, parent: deform.Field | None, own: dict[str, Any]) -> deform.Field:
    copied = object.__new__(type(field))
    copied.__dict__.update(field.__dict__)
    copied.__dict__.update(own)
    copied._parent = weakref.ref(parent) if parent is not None else None
    copied.children = [_copy(child, copied, own) for child in field.children]
    return copied
