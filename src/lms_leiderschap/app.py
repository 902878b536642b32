"""Putting the application together."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator

from lms_leiderschap import SLICES
from lms_leiderschap.plugin.loader import load_installed
from lms_leiderschap.settings import Settings
from lms_leiderschap.store.limits import Throttle
from lms_leiderschap.store.root import Databases
from lms_leiderschap.store.side import SideStore


def configure(settings: Settings) -> Configurator:
    """All slices in their order. The registry holds what outlives a request."""
    config = Configurator(settings={})
    registry = config.registry
    registry.lms = settings
    registry.databases = Databases(settings)
    registry.side = SideStore(settings.side)
    registry.throttle = Throttle(registry.side)
    registry.plugins = load_installed()
    config.include("lms_leiderschap.web")
    for name in SLICES:
        config.include(f"lms_leiderschap.{name}.start")
    if settings.demo:
        config.include("lms_leiderschap.demo.start")
    config.commit()
    return config


def make_app(settings: Settings) -> Any:
    """The WSGI application; `registry.jobs` does what comes after the answer.

    The jobs are started by whoever serves it.
    """
    return configure(settings).make_wsgi_app()
