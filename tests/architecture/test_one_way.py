"""What is done in one place only, because every second place is where a hole would be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lms_leiderschap

CORE = Path(lms_leiderschap.__file__).parent
FILES = sorted(CORE.rglob("*.py"))
TREES = {str(path.relative_to(CORE)): ast.parse(path.read_text("utf-8")) for path in FILES}

# Text becomes live markup here: by safe_html, or of parts that came from it or were escaped.
MARKUP = {
    "web/html.py", "web/drawing.py", "web/widgets.py", "web/charts.py", "submission/marks.py",
    "submission/paper.py", "feedback/views/reading.py", "feedback/views/remarks.py",
    "addon/panels.py",
}  # fmt: skip
# Patterns that are no constant of their module: the words of a language, which are ours too.
FORMATS = {"web/formats.py"}
TEMPLATES = ("eval", "exec", "compile", "PageTemplate", "PageTextTemplate")
# Connections go out from here: to the mail server, and in the commands of who runs the server.
NETWORK = {"message/carrier.py"}
NETWORK_MODULES = {
    "socket", "smtplib", "http.client", "requests", "httpx", "ftplib", "urllib.request",
}  # fmt: skip
COMMANDS = ("cli/", "checking/")
# In a process of its own that can open nothing else.
XML = {"submission/reading_child.py"}
XML_MODULES = {"xml", "lxml", "mammoth", "pypdf", "defusedxml"}
TABLES = {"csv", "openpyxl", "xlsxwriter", "xlwt", "pyexcel", "odf"}
HANDS_OUT = {"submission/views/files.py"}


def calls(tree: ast.AST) -> Iterator[str]:
    """What is called: "SafeHtml", "pattern.format"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importing(modules: set[str]) -> set[str]:
    """Files that import one of these modules or a part of it."""
    return {
        name for name, tree in TREES.items()
        if any(found == module or found.startswith(f"{module}.")
               for found in imported(tree) for module in modules)
    }  # fmt: skip


def calling(*names: str) -> set[str]:
    """Files that call one of these, by its last name."""
    return {name for name, tree in TREES.items()
            if any(call.rpartition(".")[2] in names for call in calls(tree))}  # fmt: skip


@pytest.mark.promise("C2")
def test_markup_is_made_where_it_is_known_to_be_safe() -> None:
    assert calling("SafeHtml", "Markup") == MARKUP


@pytest.mark.promise("C8")
def test_what_people_wrote_is_never_a_pattern() -> None:
    assert {
        name for name, tree in TREES.items()
        for owner, _dot, last in (call.rpartition(".") for call in calls(tree))
        if last in ("format", "format_map") and not owner.isupper()
    } == FORMATS  # fmt: skip
    # The files that somebody starts a plugin from are ours, and so are the words in them.
    assert importing({"string.Template", "jinja2", "mako"}) == {"author/seeding.py"}
    assert {name for name, tree in TREES.items() if set(TEMPLATES) & set(calls(tree))} == set()


@pytest.mark.promise("C9")
def test_nobody_but_the_mail_goes_out_into_the_network() -> None:
    found = {name for name in importing(NETWORK_MODULES) if not name.startswith(COMMANDS)}
    assert found == NETWORK


@pytest.mark.promise("C9")
def test_documents_are_read_in_a_process_of_their_own() -> None:
    # The mail is no document: its parts are made here, not read.
    assert importing(XML_MODULES) | {"submission/reading_child.py"} == XML


@pytest.mark.promise("C7")
def test_a_table_for_a_spreadsheet_is_written_in_one_place() -> None:
    assert importing(TABLES) <= {"web/tables.py"}


@pytest.mark.promise("C4")
def test_a_file_of_somebody_is_handed_out_in_one_place() -> None:
    assert calling("FileResponse", "FileIter") == HANDS_OUT
