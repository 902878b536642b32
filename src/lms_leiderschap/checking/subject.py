"""The plugin that is looked at, with the files it is made of."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from lms_leiderschap.author.source import Source
from lms_leiderschap.checking.site import Site
from lms_leiderschap.checking.use import Use, User
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.loader import Plugins

READ = (".toml", ".md", ".py", ".json", ".cfg")
FIXTURES = "fixtures"
FIELDS = {"kind", "key", "schema", "data"}
# Around a text as it stands in a file: the start of it is enough to find the line.
LOOKED_FOR = 40


@dataclass
class Subject:
    """A plugin that loads.

    plugins   it alone, as the application is given it
    root      the folder its author works in; None when that is not known
    fixtures  folders that may hold records of earlier versions
    key       signed or not: whether it is, or will be when it is packed
    """

    plugin: Plugin
    plugins: Plugins
    root: Path | None = None
    kind: str = "python"
    fixtures: Sequence[Path] = ()
    signed: bool = False
    _texts: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of_source(cls, source: Source) -> Subject:
        """From the folder its author works in. PluginError when it does not load."""
        plugins = source.load()
        plugin = plugins.loaded[source.name]
        places = (source.package, source.root, source.root / "tests")
        return cls(plugin, plugins, source.root, source.kind,
                   [place / FIXTURES for place in places])  # fmt: skip

    @classmethod
    def of_plugin(cls, plugin: Plugin, beside: Path) -> Subject:
        """From the value itself, as its own tests have it.

        beside  the file with these tests; the plugin's own files are looked for around it
        """
        root = next((each for each in beside.parents if _is_top(each)), beside.parent)
        plugins = replace(Plugins(), loaded={plugin.name: plugin}, **_code_of(plugin.name, root))
        kind = "folder" if (root / "plugin.toml").is_file() else "python"
        places = {beside.parent, root, root / "tests", *_packages(root)}
        return cls(plugin, plugins, root, kind, [place / FIXTURES for place in sorted(places)])

    # Using it.

    @cached_property
    def site(self) -> Site:
        """An institution of its own, made when first asked for; `close` throws it away."""
        return Site(self.plugins, self.plugin.name)

    @cached_property
    def use(self) -> Use:
        """What using it there brought to light."""
        return User(self.site, self).play()

    def close(self) -> None:
        if "site" in self.__dict__:
            self.site.close()

    # Where something stands.

    def place(self, text: str, among: str = "") -> tuple[str, int]:
        """File and line of a text of the plugin, in quotes if it stands so; else its head.

        among  part of the path, when the same text may stand in several files
        """
        start = _start_of(text)
        for wanted in (f'"{text}"', f"'{text}'", start):
            for path, lines in self._lines().items():
                if start and among in path:
                    for number, line in enumerate(lines, 1):
                        if wanted in line:
                            return path, number
        return self.place(text) if among else self.head

    def line_in(self, file: str, text: str) -> tuple[str, int]:
        """File and line of a text as it stands in the file whose path ends so."""
        for path, lines in self._lines().items():
            if path.endswith(file):
                return path, next((at for at, line in enumerate(lines, 1) if text in line), 1)
        return file, 1

    def place_of(self, function: Callable[..., Any]) -> tuple[str, int]:
        """File and line of a function of the plugin."""
        plain = inspect.unwrap(function)
        code = getattr(plain, "__code__", None)
        if code is None or self.root is None:
            return self.head
        path = Path(code.co_filename)
        inside = path.is_relative_to(self.root)
        return (path.relative_to(self.root).as_posix() if inside else path.name,
                code.co_firstlineno)  # fmt: skip

    @property
    def head(self) -> tuple[str, int]:
        """Where the name of the plugin stands."""
        for path, lines in self._lines().items():
            for number, line in enumerate(lines, 1):
                if re.search(rf"name\s*=\s*[\"']{re.escape(self.plugin.name)}[\"']", line):
                    return path, number
        return "", 0

    def _lines(self) -> Mapping[str, list[str]]:
        if not self._texts and self.root is not None:
            for path in Source(self.root, self.plugin.name).files():
                if path.suffix in READ:
                    name = path.relative_to(self.root).as_posix()
                    self._texts[name] = path.read_text("utf-8", "replace").splitlines()
            self._texts = dict(sorted(self._texts.items(), key=lambda item: _rank(item[0])))
        return self._texts

    # Records of earlier versions.

    @cached_property
    def earlier(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Version to the records that it left behind: kind, key, schema and data.

        PluginError, with the file, for one that cannot be read.
        """
        found: dict[str, Sequence[Mapping[str, Any]]] = {}
        for folder in self.fixtures:
            for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
                found.setdefault(path.stem, _records(path, self._named(path)))
        return found

    def place_of_fixture(self, version: str) -> tuple[str, int]:
        for folder in self.fixtures:
            if (folder / f"{version}.json").is_file():
                return self._named(folder / f"{version}.json"), 1
        return self.head

    def _named(self, path: Path) -> str:
        inside = self.root is not None and path.is_relative_to(self.root)
        return path.relative_to(self.root).as_posix() if inside and self.root else str(path)


def _start_of(text: str) -> str:
    """The first words of a text as they stand in a file, up to what a file writes otherwise."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return re.split(r'["\\]', line)[0][:LOOKED_FOR].strip()


def _rank(name: str) -> tuple[bool, str]:
    """What is about the plugin, its tests and leaflets, comes after the plugin itself."""
    return name.startswith("tests/") or ("/" not in name and name.endswith(".md")), name


def _is_top(folder: Path) -> bool:
    return any((folder / name).is_file()
               for name in ("plugin.toml", "pyproject.toml", "setup.cfg"))  # fmt: skip


def _code_of(name: str, root: Path) -> dict[str, Any]:
    """Package and ``includeme`` of a plugin that was imported, as the loader notes them."""
    try:
        point = Source.find(root).point
    except PluginError:
        return {}
    if point is None or point.name != name:
        return {}
    include = getattr(sys.modules.get(point.module), "includeme", None)
    return {"packages": {name: point.module.partition(".")[0]},
            "deep": {name: include} if callable(include) else {}}  # fmt: skip


def _packages(root: Path) -> Iterator[Path]:
    """Folders with an ``__init__.py`` at the top of a distribution."""
    for top in (root / "src", root):
        if top.is_dir():
            yield from (path.parent for path in top.glob("*/__init__.py"))


def _records(path: Path, name: str) -> Sequence[Mapping[str, Any]]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", 1)
        raise PluginError(f"this is not valid JSON: {error}.", name, line) from None
    if not isinstance(found, list):
        raise PluginError("this file holds a list of records.", name, 1)
    for record in found:
        if not isinstance(record, dict) or set(record) != FIELDS:
            raise PluginError("each record has kind, key, schema and data.", name, 1)
    return found
