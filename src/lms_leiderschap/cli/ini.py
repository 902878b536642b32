"""What a command reads from an ini file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import replace
from pathlib import Path
from typing import Any

from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import InstitutionEntry, Settings
from lms_leiderschap.settings_file import read_settings
from lms_leiderschap.store.root import Databases


def settings_of(ini: str) -> Settings:
    """Read the [app:main] of an ini file."""
    lines = section_of(ini, "app:main")
    try:
        return read_settings(lines, str(Path(ini).resolve().parent))
    except SettingError as error:
        raise SettingError(f"{ini}: {error}") from error


def section_of(ini: str, name: str) -> dict[str, str]:
    """The lines of one section. Raises SettingError when there is no such file or section."""
    path = Path(ini)
    if not path.exists():
        raise SettingError(f"There is no file {ini}.")
    found = ConfigParser(defaults={"here": str(path.resolve().parent)})
    try:
        found.read(path, "utf-8")
    except (ConfigError, UnicodeDecodeError) as error:
        raise SettingError(f"{ini} cannot be read: {error}") from error
    if not found.has_section(name):
        raise SettingError(f"{ini} has no section [{name}].")
    return dict(found.items(name))


def within(
    options: argparse.Namespace, act: Callable[[Any, Any], Any], *, plugins: bool = True,
    writes: bool = True,
) -> Any:  # fmt: skip
    """What `act(registry, institution)` returns, in one transaction of the institution named.

    plugins  False: no plugin is imported for this
    writes   False: nothing is changed, so it works beside whoever has the database open
    SettingError when nobody founded the institution yet.
    """
    results: list[Any] = []

    def look(registry: Any, entry: InstitutionEntry) -> None:
        registry.jobs.within(entry, lambda institution: results.append(act(registry, institution)))
        if not results:
            raise SettingError(f"{entry.key} is still empty. Begin it with lms found.")

    opened(options, look, plugins=plugins, writes=writes)
    return results[-1]


def opened(
    options: argparse.Namespace, act: Callable[[Any, InstitutionEntry], Any], *, plugins: bool,
    writes: bool = True,
) -> Any:  # fmt: skip
    """What `act(registry, entry)` returns for the institution named; its database may be empty.

    A server that carries out a command for another process brings its own registry.
    """
    if (running := getattr(options, "registry", None)) is not None:
        return act(running, entry_named(running.lms, options.institution))
    from lms_leiderschap.app import configure

    settings = settings_of(options.ini)
    if not plugins:
        settings = replace(settings, plugins=False)
    entry = entry_named(settings, options.institution)
    registry = configure(settings).registry
    if not writes:
        registry.databases = Databases(settings, read_only=True)
    try:
        return act(registry, entry)
    finally:
        registry.databases.close()
        registry.side.close()


def entries_named(settings: Settings, key: str | None) -> list[InstitutionEntry]:
    """The institution of that key; all of them without one."""
    entries = [entry for entry in settings.institutions if key in (None, entry.key)]
    if not entries:
        raise SettingError(f"There is no institution {key}.")
    return entries


def entry_named(settings: Settings, key: str | None) -> InstitutionEntry:
    """The institution of that key; without one, the only one there is."""
    entries = entries_named(settings, key)
    if len(entries) != 1:
        raise SettingError("Say which institution with --institution KEY.")
    return entries[0]
