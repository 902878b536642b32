"""Plugins as an author writes them: begun by the command, then changed in one place."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.author.seeding import plant
from lms_leiderschap.author.source import Source
from lms_leiderschap.checking.checks import named
from lms_leiderschap.checking.finding import Finding
from lms_leiderschap.checking.subject import Subject

_numbers = itertools.count()
Author = Callable[..., "Draft"]


class Draft:
    """A plugin that was begun, and what was changed in it since."""

    def __init__(self, root: Path, name: str, *, python: bool) -> None:
        self.root, self.name = root, name
        plant(name, root, title="Proefscan", author="Een maker", python=python)
        self.package = root / "src" / f"lms_{name.replace('-', '_')}"
        self._subject: Subject | None = None

    def change(self, path: str, before: str, after: str) -> Draft:
        """Put one text in place of another that stands there."""
        file = self.root / path
        text = file.read_text("utf-8")
        assert before in text, f"{path} has no {before!r}"
        file.write_text(text.replace(before, after), "utf-8")
        return self

    def code(self, before: str, after: str) -> Draft:
        return self.change(f"src/{self.package.name}/__init__.py", before, after)

    def add(self, code: str) -> Draft:
        """Write more at the end of the package."""
        file = self.package / "__init__.py"
        file.write_text(file.read_text("utf-8") + code, "utf-8")
        return self

    @property
    def subject(self) -> Subject:
        if self._subject is None:
            self._subject = Subject.of_source(Source.find(self.root))
        return self._subject

    def found(self, check: str) -> list[Finding]:
        """What one check finds."""
        return list(named(check).done(self.subject).findings)

    def close(self) -> None:
        if self._subject is not None:
            self._subject.close()


@pytest.fixture(scope="session")
def _path() -> Iterator[None]:
    """What is imported here is forgotten afterwards."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("lms_proef_"):
            del sys.modules[name]


def _author(base: Path) -> tuple[Author, list[Draft]]:
    drafts: list[Draft] = []

    def begin(*, python: bool = True) -> Draft:
        name = f"proef-{next(_numbers)}"
        drafts.append(Draft(base / name, name, python=python))
        return drafts[-1]

    return begin, drafts


@pytest.fixture
def author(tmp_path: Path, _path: Any) -> Iterator[Author]:
    """author() begins a Python plugin, author(python=False) a folder."""
    begin, drafts = _author(tmp_path)
    yield begin
    for draft in drafts:
        draft.close()


@pytest.fixture(scope="module")
def long_author(tmp_path_factory: pytest.TempPathFactory, _path: Any) -> Iterator[Author]:
    """The same for a plugin that several tests look at: using one takes seconds."""
    begin, drafts = _author(tmp_path_factory.mktemp("plugins"))
    yield begin
    for draft in drafts:
        draft.close()
