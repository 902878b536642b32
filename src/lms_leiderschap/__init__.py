"""LMS Leiderschap: the learning platform for school leadership, in vertical slices.

The order of SLICES is start-up order, import rule and table of contents: a slice knows only those
to its left; news to the right travels as an event.
"""

import warnings
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

# Pyramid and deform still import pkg_resources; our own pin on setuptools keeps it there.
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

SLICES = ("institution", "people", "programme", "enrolment", "group", "meeting", "submission",
          "feedback", "instrument", "progress", "message")


def in_slices(name: str) -> Iterator[ModuleType]:
    """The module of that name of each slice that has one, in the order of SLICES."""
    for each in SLICES:
        if find_spec(f"{__name__}.{each}.{name}"):
            yield import_module(f"{__name__}.{each}.{name}")


def main(global_config: dict[str, str], **settings: str) -> Any:
    """The WSGI application of an ini file (`use = egg:lms-leiderschap`)."""
    # Imported here: an add-on that imports lms_leiderschap.plugin needs no Pyramid for it.
    from lms_leiderschap.app import make_app
    from lms_leiderschap.settings_file import read_settings

    return make_app(read_settings(settings, global_config.get("here", ".")))
