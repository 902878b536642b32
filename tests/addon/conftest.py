"""An institution with a plugin of the test's own: written as a real package and loaded as one."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.addon.actions import switch_on
from lms_leiderschap.addon.edition_actions import move_edition
from lms_leiderschap.app import make_app
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.plugin.loader import GROUP, load, load_installed
from tests.conftest import browser_of

HEAD = """
from lms_leiderschap.plugin import (AssignmentSpec, CriterionSpec, ModuleSpec, PartSpec, Plugin,
    ReportSpec, RubricSpec, Setting)
plugin = Plugin("proef", "{version}", "Proefplugin", settings=[Setting("weken", "Weken", 3)],
    modules=[ModuleSpec("proef", "Proefmodule", work_form={{"before": "Lees dit."}}, assignments=[
        AssignmentSpec("punt", "Een verbeterpunt", brief="Voer één punt uit.",
            report=ReportSpec([PartSpec("findings", "Bevindingen"),
                               PartSpec("reflection", "Terugblik")]),
            rubric=RubricSpec([CriterionSpec("analysis", "Analyse")]))])])
"""
_numbers = itertools.count()


class World:
    """The application over the test's databases, with one plugin of its own.

    `registry` is that of the application; `start` builds it again, as a restart does. `name` and
    `module` are those of the plugin.
    """

    name = module = "proef"

    def __init__(self, base: Any, directory: Path) -> None:
        self._base, self._directory = base, directory
        self.registry = base
        self.package = ""
        self._others: dict[str, str] = {}

    def write(self, source: str, version: str = "1.0.0") -> None:
        """Make the package that the next start loads; each has a name nobody imported yet."""
        self.package = f"lms_proef_{next(_numbers)}"
        path = self._directory / f"{self.package}.py"
        path.write_text(HEAD.format(version=version) + source, "utf-8")

    def beside(self, name: str, source: str) -> None:
        """Another plugin of this name, that the next start loads too."""
        package = self._others[name] = f"lms_proef_{next(_numbers)}"
        head = "from lms_leiderschap.plugin import Plugin\n"
        made = f'plugin = Plugin("{name}", "1.0.0", "{name}")\n'
        (self._directory / f"{package}.py").write_text(head + made + source, "utf-8")

    def start(self, *, installed: bool = True) -> Any:
        """Build the application with the shipped plugins, and the own one when it is installed."""
        points = [EntryPoint(self.name, f"{self.package}:plugin", GROUP)] if installed else []
        points += [EntryPoint(name, f"{package}:plugin", GROUP)
                   for name, package in self._others.items()]  # fmt: skip
        mine, shipped = load(points), load_installed()
        plugins = type(shipped)(
            {**shipped.loaded, **mine.loaded}, (*shipped.parked, *mine.parked), shipped.library,
            {**shipped.senders, **mine.senders}, (), {**shipped.packages, **mine.packages},
            dict(mine.deep),
        )  # fmt: skip
        self.registry.databases.close()
        app = make_app(self._base.lms, plugins)
        self.registry = app.registry
        self.registry.app = app
        return self.registry

    @property
    def entry(self) -> Any:
        return self.registry.lms.institutions[0]

    def within(self, act: Callable[[Any], Any]) -> Any:
        """Call with the institution, in a transaction that is committed."""
        return self.registry.jobs.within(self.entry, act)

    def switch_on(self) -> None:
        """Switch the own plugin on and add its module to the running edition."""
        at = datetime.now(UTC)

        def act(institution: Any) -> None:
            switch_on(institution, self.name, version=self.plugin.version, by=SYSTEM, at=at)
            edition = institution.programmes["plg-leergang"].editions["2026"]
            offer = self.registry.shelves.of(institution).offer(institution.switched_on())
            move_edition(edition, self.module, offer, by=SYSTEM, at=at, notify=self.registry.notify)

        self.within(act)

    @property
    def plugin(self) -> Any:
        return self.registry.plugins.loaded[self.name]

    def run_jobs(self, at: datetime | None = None) -> None:
        self.registry.jobs.run_once(at or datetime.now(UTC))

    def close(self) -> None:
        self.registry.databases.close()


@pytest.fixture
def world(
    registry: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    monkeypatch.syspath_prepend(str(tmp_path))
    found = World(registry, tmp_path)
    yield found
    found.close()
    for name in [name for name in sys.modules if name.startswith("lms_proef_")]:
        del sys.modules[name]


@pytest.fixture
def visit(world: World) -> Any:
    """browse(), on the application that the world built last."""

    def begin(who: str = "", host: str = "noord.test") -> Any:
        return browser_of(world.registry, who, host)

    return begin
