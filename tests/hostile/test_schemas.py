"""Every form schema, with anything for input: a right value or Invalid, and nothing else.

What is accepted can be written back and read again as the same, and holds no sign that a text
cannot be stored or shown with.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import colander
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lms_leiderschap
from lms_leiderschap.addon.making.schema import assignment_schema, module_schema, publish_schema
from lms_leiderschap.addon.views.switching import settings_schema
from lms_leiderschap.plugin.loader import load_installed
from lms_leiderschap.submission.schema import part_schema, writing_schema
from lms_leiderschap.web.field_types import LocalDate, LocalTime, WholeNumber
from lms_leiderschap.web.fields import ChoicesField, EmailField, FilesField, TickField
from lms_leiderschap.web.groups import FormSchema
from tests.hostile.corpus import NASTY

SOURCE = Path(lms_leiderschap.__file__).parent
CHOICES = [("a", "A"), ("b", "B"), ("", "C")]
UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
RIGHT = {LocalDate: ["2026-11-27", "01-01-2030"], LocalTime: ["09.30"], WholeNumber: ["12", "2030"]}
MADE_HERE = {  # functions that make a schema: how often they are called below
    "publish_schema", "module_schema", "assignment_schema", "settings_schema", "writing_schema",
    "part_schema",
}  # fmt: skip

texts = st.one_of(
    st.sampled_from([text for text in NASTY if len(text) < 6000]),
    st.text(st.characters(), max_size=60),  # lone surrogates too
    st.sampled_from(["27-11-2026", "2026-11-27", "09.30", "12", "a", "true", "a@b.nl", "1.0.0"]),
)
anything = st.recursive(
    st.one_of(texts, st.none(), st.just(colander.null), st.integers(), st.floats(), st.booleans(),
              st.binary(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip


def fixed_schemas() -> list[type[FormSchema]]:
    for module in pkgutil.walk_packages(lms_leiderschap.__path__, "lms_leiderschap."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, left = [], [FormSchema]
    while left:
        kinds = left.pop().__subclasses__()
        left += kinds
        found += [kind for kind in kinds if kind.__module__.startswith("lms_leiderschap.")]
    return sorted(found, key=lambda kind: kind.__qualname__)


def made_schemas(enrolment: Any) -> Iterator[tuple[str, FormSchema]]:
    """Those that depend on what is kept: on a report, a folder, or the settings of a plugin."""
    for first in (True, False):
        yield f"publish {first}", publish_schema(first=first)
    yield "module", module_schema(CHOICES)
    yield "assignment", assignment_schema(CHOICES, CHOICES, CHOICES, "x", ["laag", "hoog"])
    for name, plugin in load_installed().loaded.items():
        yield f"settings of {name}", settings_schema(plugin.settings)
    for key, work in enrolment.work.items():
        yield key, writing_schema(work)
        yield f"{key}, moved", writing_schema(work, frozenset(p.key for p in work.report.parts))
        for part in work.report.parts:
            yield f"{key} {part.key}", part_schema(work, part)


def fitting(node: Any) -> st.SearchStrategy[Any]:
    """What the widgets of a node can make of a posted form, and now and then anything."""
    kind = node.typ
    if isinstance(kind, colander.Mapping):
        right = st.fixed_dictionaries(
            {}, optional={child.name: fitting(child) for child in node.children})
    elif isinstance(kind, colander.Sequence):
        right = st.lists(fitting(node.children[0]), max_size=4)
    elif isinstance(node, ChoicesField | FilesField):
        right = st.lists(texts, max_size=4)
    elif isinstance(node, TickField):
        right = st.sampled_from(["true", "false", colander.null])
    else:
        options = [choice[0] for choice in getattr(node, "choices", ())]
        usual = ["a@b.nl"] if isinstance(node, EmailField) else RIGHT.get(type(kind), [])
        options = options or usual
        right = st.one_of(texts, st.sampled_from(options)) if options else texts
    return st.integers(0, 19).flatmap(lambda roll: anything if roll == 0 else right)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list | tuple | set):
        for inner in value:
            yield from strings(inner)


def read(schema: Any, cstruct: Any) -> Any:
    """The value, or None for what is refused; any other exception is a fault."""
    try:
        return schema.deserialize(cstruct)
    except colander.Invalid as refused:
        refused.asdict(translate=str)  # can be told
        return None


def holds(schema: Any, examples: int) -> int:
    """Try one schema; how many values it accepted."""
    accepted = 0

    @settings(max_examples=examples, deadline=None, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(fitting(schema))
    def try_one(cstruct: Any) -> None:
        nonlocal accepted
        value = read(schema, cstruct)
        if value is None:
            return
        accepted += 1
        assert not [text for text in strings(value) if UNSTORABLE.search(text)]
        assert schema.deserialize(schema.serialize(value)) == value

    try_one()
    return accepted


def test_every_function_that_makes_a_schema_is_tried() -> None:
    made = {
        node.name
        for path in SOURCE.rglob("*.py") for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.returns is not None
        and ast.unparse(node.returns) in ("FormSchema", "colander.SchemaNode")
    }  # fmt: skip
    assert {name for name in made if not name.startswith("_")} == MADE_HERE


@pytest.mark.promise("C1")
def test_any_input_is_a_right_value_or_refused(enrolment: Any, tier: str, figure: Any) -> None:
    examples = {"commit": 12, "nightly": 300, "release": 1000}[tier]
    fixed = [(kind.__qualname__, kind().bind()) for kind in fixed_schemas()]
    schemas = [*fixed, *made_schemas(enrolment)]
    used = 0
    for name, schema in schemas:
        try:
            used += bool(holds(schema, examples))
        except BaseException as error:
            error.add_note(f"in the schema {name}")
            raise
    figure("schemas", len(schemas), "forms", at_least=60)
    figure("schemas that accepted something", used, "forms", at_least=30)
    figure("inputs", examples * len(schemas), "inputs", at_least=500)
