"""Putting in what deep plugins add: within a time, and always known whose it is.

What a plugin asks of the configurator is done later, when everything is committed. So each request
keeps the name of the plugin that was being included, and its views are behind the gate whatever
they are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationExecutionError

from lms_leiderschap.plugin.bounded import PluginExit, named, within_time

PREFIX = "x/{name}"
INCLUDE_SECONDS = 5.0


class DeepFailure(Exception):
    """What a deep plugin adds cannot be put in."""

    def __init__(self, name: str, error: Exception) -> None:
        super().__init__(name)
        self.name, self.error = name, error


class Building(Configurator):
    """A configurator that keeps whose request each thing is.

    ``registry.acting_plugin`` is the name of the plugin whose code adds something now, "" for the
    core.
    """

    def action(
        self, discriminator: Any, callable: Any = None, *rest: Any, **more: Any
    ) -> None:
        name = acting_in(self.registry)
        if name and callable is not None:
            callable = _owned(self.registry, name, callable)
        super().action(discriminator, callable, *rest, **more)


def acting_in(registry: Any) -> str:
    """Name of the plugin whose code adds something now, "" for the core."""
    return str(getattr(registry, "acting_plugin", ""))


@contextmanager
def _acting(registry: Any, name: str) -> Iterator[None]:
    """Everything added within is that plugin's. Raises DeepFailure for whatever is raised."""
    former, registry.acting_plugin = acting_in(registry), name
    try:
        yield
    except DeepFailure:
        raise
    except (Exception, SystemExit) as error:
        raise DeepFailure(name, as_failure(error)) from error
    finally:
        registry.acting_plugin = former


def _owned(registry: Any, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
    def owned(*arguments: Any, **named_ones: Any) -> Any:
        with _acting(registry, name):
            return act(*arguments, **named_ones)

    return owned


def as_failure(error: BaseException) -> Exception:
    """The error itself, or what stands for an attempt to end the program."""
    if isinstance(error, ConfigurationExecutionError) and isinstance(error.evalue, DeepFailure):
        return error.evalue.error
    return error if isinstance(error, Exception) else PluginExit(named(error))


def include_deep(config: Configurator, name: str, include: Callable[[Any], None]) -> None:
    """Let a plugin add what it adds, within 5 seconds. Raises DeepFailure."""
    with _acting(config.registry, name):
        prefix = PREFIX.format(name=name)
        within_time(name, INCLUDE_SECONDS, config.include, include, prefix)


def commit(config: Configurator) -> None:
    """Do all that was asked. Raises DeepFailure where it is known whose request failed."""
    try:
        config.commit()
    except ConfigurationExecutionError as error:
        if isinstance(error.evalue, DeepFailure):
            raise error.evalue from error
        raise
