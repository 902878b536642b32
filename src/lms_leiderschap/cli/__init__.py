"""The command `lms`: exit 0 is right, 1 something is wrong and named, 2 wrong usage."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from importlib.util import find_spec

from lms_leiderschap.cli import (
    authors,
    backups,
    dev,
    evolving,
    inspecting,
    keys,
    people,
    plugins,
    serving,
    storing,
    upkeep,
    working,
)  # fmt: skip
from lms_leiderschap.cli.beside import beside, performed
from lms_leiderschap.cli.ini import settings_of
from lms_leiderschap.cli.words import Words, complain

__all__ = ["main", "parser", "settings_of"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what goes wrong is one sentence on stderr."""
    options = parser().parse_args(arguments)
    if find_spec("pkg_resources") is None:
        complain("Pyramid needs pkg_resources: install setuptools 77 to 80.")
        return 1
    before = os.umask(0o077)  # what people wrote is for nobody else on this machine
    try:
        return performed(beside, options)
    finally:
        os.umask(before)


def parser() -> argparse.ArgumentParser:
    """The words of the command line."""
    top = argparse.ArgumentParser(prog="lms", description="LMS Leiderschap")
    commands = Words(top)
    serving.add_words(commands)
    inspecting.add_words(commands)
    working.add_words(commands)
    people.add_words(commands)
    keys.add_words(commands)
    below = Words(commands.group("plugin", "Make, check, pack, sign and manage plugins."))
    authors.add_words(below)
    plugins.add_words(below)
    dev.add_words(commands)
    upkeep.add_words(commands)
    backups.add_words(commands)
    evolving.add_words(commands)
    storing.add_words(commands)
    return top
