"""A plugin where its author works on it: found in a folder, loaded without being installed."""

from __future__ import annotations

import importlib
import sys
import tomllib
import traceback
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from lms_leiderschap.plugin.bounded import PluginExit, TooSlow, within_time
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.loader import GROUP, IMPORT_SECONDS, Plugins, load
from lms_leiderschap.plugin.parcel.archive import read_directory
from lms_leiderschap.plugin.parcel.trust import UNKNOWN
from lms_leiderschap.plugin.specfile import SpecFile

SKIPPED = frozenset(("build", "dist", "node_modules", "venv", "site-packages"))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a plugin is made.

    root   the folder with ``plugin.toml``, or with ``pyproject.toml`` or ``setup.cfg``
    point  entry point of a Python plugin; None for a folder
    """

    root: Path
    name: str
    point: EntryPoint | None = None

    @classmethod
    def find(cls, root: Path) -> Source:
        """What is made in a folder. PluginError when it is neither of the two kinds."""
        root = root.resolve()
        if (root / "plugin.toml").is_file():
            head = SpecFile.read(root / "plugin.toml", "plugin.toml", "plugin/1").data
            return cls(root, str(head.get("name", root.name)))
        named = _entry_points(root)
        if not named:
            raise PluginError(
                f"{root} is no plugin: there is no plugin.toml, and no pyproject.toml or setup.cfg "
                f"with an entry point in the group {GROUP}. Begin one: lms plugin new NAME"
            )
        if len(named) > 1:
            raise PluginError(f"{root} has {len(named)} plugins: {', '.join(named)}.")
        [(name, value)] = named.items()
        return cls(root, name, EntryPoint(name, value, GROUP))

    @property
    def kind(self) -> Literal["folder", "python"]:
        return "python" if self.point else "folder"

    @property
    def code(self) -> Path:
        """The folder that Python would import from."""
        return self.root / "src" if (self.root / "src").is_dir() else self.root

    @property
    def package(self) -> Path:
        """The folder of the package of a Python plugin, the root of a folder."""
        if self.point is None:
            return self.root
        return self.code / self.point.module.partition(".")[0]

    def load(self) -> Plugins:
        """This plugin as if it were all that is installed.

        PluginError, with file and line where that is known, when it does not load.
        """
        if self.point is None:
            found = Plugin.from_files(read_directory(self.root).traversable())
            row = (found.name, found.version, found, UNKNOWN)
            plugins = replace(Plugins().with_folders([row]), folders=())
        else:
            self._imported(self.point)
            plugins = load([self.point])
        for parked in plugins.parked:
            said = parked.sentence.partition(" is not loaded: ")[2]
            raise PluginError(said or parked.sentence, *self._head())
        return plugins

    def _imported(self, point: EntryPoint) -> None:
        _forget(point.module.partition(".")[0], self.root)
        if str(self.code) not in sys.path:
            sys.path.insert(0, str(self.code))
        importlib.invalidate_caches()
        # A compiled file counts as fresh within one second; an author saves more often.
        writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            within_time(self.name, IMPORT_SECONDS, point.load)
        except PluginError as error:
            if error.file:
                raise
            raise PluginError(error.sentence, *self._line_of(error)) from error
        except (TooSlow, PluginExit) as error:
            raise PluginError(str(error), *self._head()) from error
        except Exception as error:
            sentence = f"{type(error).__name__}: {error}"
            raise PluginError(sentence, *self._line_of(error)) from error
        finally:
            sys.dont_write_bytecode = writes

    def _line_of(self, error: BaseException) -> tuple[str, int]:
        """The last line of the plugin's own that an error came through."""
        if isinstance(error, SyntaxError) and error.filename and self._own(error.filename):
            return self._own(error.filename), error.lineno or 1
        frames = traceback.extract_tb(error.__traceback__)
        own = [(name, frame.lineno) for frame in frames if (name := self._own(frame.filename))]
        name, line = own[-1] if own else self._head()
        return name, line or 1

    def _own(self, path: str) -> str:
        """A path inside the root as messages call it; "" for another."""
        found = Path(path)
        inside = found.is_absolute() and found.is_relative_to(self.root)
        return found.relative_to(self.root).as_posix() if inside else ""

    def _head(self) -> tuple[str, int]:
        if self.point is None:
            return "plugin.toml", 1
        name = "pyproject.toml" if (self.root / "pyproject.toml").is_file() else "setup.cfg"
        return name, 1

    def files(self) -> Iterator[Path]:
        """Every file an author may have changed, for who waits for a change."""
        left = [self.root]
        while left:
            for path in sorted(left.pop().iterdir()):
                if path.name.startswith(".") or path.name == "__pycache__":
                    continue
                if path.is_dir():
                    skipped = path.name in SKIPPED or path.suffix == ".egg-info"
                    left += [] if skipped else [path]
                else:
                    yield path


def _forget(package: str, root: Path) -> None:
    """Drop a package of that name that was imported from elsewhere, an installed one say."""
    module = sys.modules.get(package)
    if module is None or _is_inside(module, root):
        return
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def _is_inside(module: ModuleType, root: Path) -> bool:
    file = getattr(module, "__file__", None)
    return bool(file) and Path(str(file)).is_relative_to(root)


def _entry_points(root: Path) -> dict[str, str]:
    """Name to value of the entry points of a distribution, from its own files."""
    return {**_of_setup_cfg(root / "setup.cfg"), **_of_pyproject(root / "pyproject.toml")}


def _of_pyproject(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        data: Mapping[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PluginError(f"this is not valid TOML: {error}.", path.name, 1) from None
    points = data.get("project", {}).get("entry-points", {}).get(GROUP, {})
    return {str(name): str(value) for name, value in points.items()}


def _of_setup_cfg(path: Path) -> dict[str, str]:
    config = ConfigParser(interpolation=None)
    try:
        config.read(path, "utf-8")
    except (IniError, UnicodeDecodeError) as error:
        raise PluginError(f"this cannot be read: {error}", path.name, 1) from None
    lines = config.get("options.entry_points", GROUP, fallback="").strip().splitlines()
    pairs = [line.partition("=") for line in lines if line.strip()]
    return {name.strip(): value.strip() for name, _equals, value in pairs}
