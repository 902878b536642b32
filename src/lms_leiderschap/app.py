"""Putting the application together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from pyramid.config import Configurator

from lms_leiderschap import SLICES
from lms_leiderschap.addon.deep import Building, DeepFailure, as_failure, commit, include_deep
from lms_leiderschap.addon.shelf import Shelves
from lms_leiderschap.plugin.loader import Plugins, load_installed
from lms_leiderschap.plugin.parcel.trust import Trust, read_trust
from lms_leiderschap.settings import Settings
from lms_leiderschap.store.limits import Throttle
from lms_leiderschap.store.root import Databases
from lms_leiderschap.store.side import SideStore

Built = TypeVar("Built")


def configure(settings: Settings, plugins: Plugins | None = None) -> Configurator:
    """All slices in their order, then what deep plugins add. The registry outlives a request.

    plugins  what to offer, in place of what is installed
    A deep plugin that fails is left out by building the application again without it.
    """
    return _Build(settings).until_it_stands(plugins, lambda config: config)


def make_app(settings: Settings, plugins: Plugins | None = None) -> Any:
    """The WSGI application; `registry.jobs` does what comes after the answer.

    The jobs are started by whoever serves it. A deep plugin may also fail here, when it hears that
    the application is there; then it is left out too.
    """
    return _Build(settings).until_it_stands(plugins, lambda config: config.make_wsgi_app())


class _Build:
    """Building the application as often as it takes for all that fails to be left out."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.trust: Trust = read_trust(settings.trusted_keys, settings.unsigned_plugins)
        self.side = SideStore(settings.side, settings.side_server)

    def until_it_stands(
        self, plugins: Plugins | None, finish: Callable[[Configurator], Built]
    ) -> Built:
        if plugins is None:
            resting = not self.settings.plugins
            plugins = Plugins(resting=True) if resting else load_installed(self.trust)
        while True:
            try:
                return self._once(plugins, finish)
            except DeepFailure as failure:
                found = failure
            except (Exception, SystemExit) as error:
                found = self._culprit(plugins, finish, error)
            plugins = plugins.without(found.name, found.error)

    def _once(self, plugins: Plugins, finish: Callable[[Configurator], Built]) -> Built:
        config = Building(settings={})
        try:
            self._fill(config, plugins)
            commit(config)
            return finish(config)
        except BaseException:
            config.registry.databases.close()
            raise

    def _fill(self, config: Configurator, plugins: Plugins) -> None:
        registry = config.registry
        registry.lms = self.settings
        registry.databases = Databases(self.settings)
        registry.side = self.side
        registry.throttle = Throttle(registry.side)
        registry.plugins, registry.shelves = plugins, Shelves(plugins, self.trust)
        config.include("lms_leiderschap.web")
        for name in SLICES:
            config.include(f"lms_leiderschap.{name}.start")
        config.include("lms_leiderschap.addon.start")
        if self.settings.demo:
            config.include("lms_leiderschap.demo.start")
        for name, include in plugins.deep.items():
            include_deep(config, name, include)

    def _culprit(
        self, plugins: Plugins, finish: Callable[[Configurator], Any], error: BaseException
    ) -> DeepFailure:
        """Which deep plugin it is when nothing says so: put in one after the other, the first with
        which it fails. Raises the error itself when none of them is the cause.
        """

        def finish_and_close(config: Configurator) -> None:
            finish(config)
            config.registry.databases.close()

        names = list(plugins.deep)
        for count in range(len(names) + 1):
            deep = {name: plugins.deep[name] for name in names[:count]}
            try:
                self._once(replace(plugins, deep=deep), finish_and_close)
            except DeepFailure as failure:
                return failure
            except (Exception, SystemExit) as again:
                if not count:
                    break
                return DeepFailure(names[count - 1], as_failure(again))
        raise error
