"""Who may know whom: the order of SLICES, read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lms_leiderschap
from lms_leiderschap import SLICES

CORE = Path(lms_leiderschap.__file__).parent
PLUGINS = CORE.parents[1] / "plugins"
GROUND = ("errors", "permissions", "settings", "settings_file", "texts")
BEYOND = ("plugin", "addon", "app", "demo", "author", "checking", "cli")
ORDER = (*GROUND, "store", "web", *SLICES, *BEYOND)
# Authors import the checks from where the whole contract is; they are made of all of the core.
REACHES_RIGHT = {"plugin/testing.py": "checking"}
# Specs and the contract are data: what they may know is narrower than their place says.
FORBIDDEN = {
    "model": ("pyramid.view", "pyramid.request", "pyramid.response", "deform", "colander"),
    "actions": ("pyramid", "deform", "colander"),
    "events": ("pyramid", "deform", "colander"),
    "spec": ("pyramid", "deform", "colander", "ZODB", "persistent", "BTrees"),
}
FILES = sorted(CORE.rglob("*.py"))
ACTING = (*SLICES, "addon")


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(path: Path) -> str:
    return path.relative_to(CORE).parts[0].removesuffix(".py")


def kind(path: Path) -> str:
    """ "actions" also for a file of a part of them, as data_actions.py."""
    return path.stem.rpartition("_")[2]


def name(path: Path) -> str:
    return str(path.relative_to(CORE))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_knows_only_what_stands_left_of_it(path: Path) -> None:
    own = part(path)
    if own == "__init__":
        return
    for imported in imports(path):
        words = imported.split(".")
        if words[0] != "lms_leiderschap" or len(words) < 2:
            continue
        other = words[1]
        if other in ORDER and REACHES_RIGHT.get(name(path)) != other:
            assert ORDER.index(other) <= ORDER.index(own), f"{name(path)} imports {imported}"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_nobody_imports_views(path: Path) -> None:
    own = path.relative_to(CORE).parts
    for imported in imports(path):
        words = imported.split(".")
        if words[:1] == ["lms_leiderschap"] and "views" in words:
            assert "views" in own and words[1] == own[0], f"{name(path)} imports {imported}"


@pytest.mark.parametrize(
    "path", [path for path in FILES if kind(path) in FORBIDDEN and part(path) in ACTING], ids=name
)
def test_models_and_actions_know_no_pages_and_no_forms(path: Path) -> None:
    for imported in imports(path):
        for word in FORBIDDEN[kind(path)]:
            allowed = imported.startswith("pyramid.authorization")  # access rules are data
            assert allowed or not imported.startswith(word), f"{name(path)} imports {imported}"


@pytest.mark.parametrize(
    "path", [path for path in FILES if kind(path) in ("model", "actions", "rows")], ids=name
)
def test_models_and_actions_read_no_clock(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("now", "utcnow", "today"), f"{name(path)} reads the clock"


@pytest.mark.parametrize(
    "path", sorted(PLUGINS.glob("*/src/**/*.py")), ids=lambda path: str(path.relative_to(PLUGINS))
)
def test_a_plugin_imports_the_contract_only(path: Path) -> None:
    for imported in imports(path):
        if imported.startswith("lms_leiderschap"):
            assert imported.startswith("lms_leiderschap.plugin"), f"{path} imports {imported}"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_names_say_what_is_inside(path: Path) -> None:
    assert path.stem not in ("utils", "util", "helpers", "manager", "common", "base", "misc")


def test_no_code_and_no_template_names_a_module() -> None:
    modules = {path.name for path in PLUGINS.iterdir() if path.is_dir()}
    templates = CORE.parents[1] / "templates"
    sources = [path for path in FILES if part(path) != "demo"] + sorted(templates.rglob("*.pt"))
    for path in sources:
        text = path.read_text("utf-8")
        words = {module for module in modules if f'"{module}"' in text or f"'{module}'" in text}
        assert not words, f"{path} names {words}"
