"""What a command reads from an ini file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from configparser import ConfigParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import InstitutionEntry, Settings, read_settings


def settings_of(ini: str) -> Settings:
    """Read the [app:main] of an ini file."""
    return read_settings(section_of(ini, "app:main"), str(Path(ini).resolve().parent))


def section_of(ini: str, name: str) -> dict[str, str]:
    """The lines of one section. Raises SettingError when there is no such file or section."""
    path = Path(ini)
    if not path.exists():
        raise SettingError(f"There is no file {ini}.")
    found = ConfigParser(defaults={"here": str(path.resolve().parent)})
    found.read(path, "utf-8")
    if not found.has_section(name):
        raise SettingError(f"{ini} has no section [{name}].")
    return dict(found.items(name))


def within(
    options: argparse.Namespace, act: Callable[[Any, Any], Any], *, plugins: bool = True
) -> Any:
    """What `act(registry, institution)` returns, in one transaction of the institution named.

    plugins  False: no plugin is imported for this
    """
    from lms_leiderschap.app import configure

    settings = settings_of(options.ini)
    if not plugins:
        settings = replace(settings, plugins=False)
    registry = configure(settings).registry
    try:
        entry = _entry(settings, options.institution)
        return registry.jobs.within(entry, lambda institution: act(registry, institution))
    finally:
        registry.databases.close()
        registry.side.close()


def _entry(settings: Settings, key: str | None) -> InstitutionEntry:
    entries = [entry for entry in settings.institutions if key in (None, entry.key)]
    if len(entries) != 1:
        raise SettingError("Say which institution with --institution KEY.")
    return entries[0]
