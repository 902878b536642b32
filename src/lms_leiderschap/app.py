"""Putting the application together."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationConflictError

from lms_leiderschap import SLICES
from lms_leiderschap.addon.shelf import Shelves
from lms_leiderschap.plugin.bounded import PluginExit
from lms_leiderschap.plugin.loader import Plugins, load_installed
from lms_leiderschap.plugin.parcel.trust import read_trust
from lms_leiderschap.settings import Settings
from lms_leiderschap.store.limits import Throttle
from lms_leiderschap.store.root import Databases
from lms_leiderschap.store.side import SideStore

DEEP = "x/{name}"


class DeepFailure(Exception):
    """The ``includeme`` of a plugin failed, or what it added conflicts."""

    def __init__(self, name: str, error: Exception) -> None:
        super().__init__(name)
        self.name, self.error = name, error


def configure(settings: Settings, plugins: Plugins | None = None) -> Configurator:
    """All slices in their order, then what deep plugins add. The registry outlives a request.

    plugins  what to offer, in place of what is installed
    A deep plugin that fails is left out by building the application again without it.
    """
    trust = read_trust(settings.trusted_keys, settings.unsigned_plugins)
    if plugins is None:
        plugins = load_installed(trust) if settings.plugins else Plugins(resting=True)
    side = SideStore(settings.side)
    while True:
        try:
            return _configured(settings, plugins, Shelves(plugins, trust), side)
        except DeepFailure as failure:
            plugins = plugins.without(failure.name, failure.error)


def _configured(
    settings: Settings, plugins: Plugins, shelves: Shelves, side: SideStore
) -> Configurator:
    config = Configurator(settings={})
    registry = config.registry
    registry.lms = settings
    registry.databases = Databases(settings)
    registry.side = side
    registry.throttle = Throttle(registry.side)
    registry.plugins, registry.shelves = plugins, shelves
    config.include("lms_leiderschap.web")
    for name in SLICES:
        config.include(f"lms_leiderschap.{name}.start")
    config.include("lms_leiderschap.addon.start")
    if settings.demo:
        config.include("lms_leiderschap.demo.start")
    for name in plugins.deep:
        _include_deep(config, name, plugins)
    try:
        config.commit()
    except ConfigurationConflictError as conflict:
        raise DeepFailure(_culprit(conflict, plugins), conflict) from conflict
    return config


def _include_deep(config: Configurator, name: str, plugins: Plugins) -> None:
    try:
        config.include(plugins.deep[name], route_prefix=DEEP.format(name=name))
    except Exception as error:
        raise DeepFailure(name, error) from error
    except SystemExit as error:
        raise DeepFailure(name, PluginExit(f"SystemExit: {error}")) from error


def _culprit(conflict: ConfigurationConflictError, plugins: Plugins) -> str:
    """The last deep plugin that has a part in a conflict; the conflict itself when none has."""
    files = [info.file for infos in conflict._conflicts.values() for info in infos]
    for name in reversed(list(plugins.deep)):
        mark = f"/{plugins.packages[name]}/"
        if any(mark in str(file) or str(file).endswith(f"{mark[:-1]}.py") for file in files):
            return name
    raise conflict


def make_app(settings: Settings) -> Any:
    """The WSGI application; `registry.jobs` does what comes after the answer.

    The jobs are started by whoever serves it.
    """
    return configure(settings).make_wsgi_app()
