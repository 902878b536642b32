"""The command `lms`: exit 0 is right, 1 something is wrong and named, 2 wrong usage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from zc.lockfile import LockError

from lms_leiderschap.cli import authors, dev, people, plugins, serving, upkeep
from lms_leiderschap.cli.ini import settings_of
from lms_leiderschap.cli.words import Command, Words
from lms_leiderschap.errors import Refusal, SettingError
from lms_leiderschap.plugin.error import PluginError

__all__ = ["main", "parser", "settings_of"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what goes wrong is one sentence on stderr."""
    options = parser().parse_args(arguments)
    if find_spec("pkg_resources") is None:
        sys.stderr.write("Pyramid needs pkg_resources: install setuptools 77 to 80.\n")
        return 1
    try:
        command: Command = options.command
        return command(options)
    except (SettingError, Refusal, PluginError, OSError) as error:
        sys.stderr.write(f"{error}\n")
    except LockError:
        sys.stderr.write("A server or another command has this database open. Stop it first.\n")
    return 1


def parser() -> argparse.ArgumentParser:
    """The words of the command line."""
    top = argparse.ArgumentParser(prog="lms", description="LMS Leiderschap")
    commands = Words(top)
    serving.add_words(commands)
    people.add_words(commands)
    below = Words(commands.group("plugin", "Make, check, pack, sign and manage plugins."))
    authors.add_words(below)
    plugins.add_words(below)
    dev.add_words(commands)
    upkeep.add_words(commands)
    return top
