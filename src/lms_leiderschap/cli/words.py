"""How commands are put on the command line, and how they answer."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from zc.lockfile import LockError

from lms_leiderschap.errors import Refusal, SettingError
from lms_leiderschap.plugin.error import PluginError

ON_PURPOSE = (SettingError, Refusal, PluginError, OSError)
DEFAULT_INI = "development.ini"
Command = Callable[[argparse.Namespace], int]
# Who hears a command that a server carries out for another process: ("out" or "error", text).
LISTENER: ContextVar[Callable[[str, str], None] | None] = ContextVar("listener", default=None)


class Words:
    """The commands below one parser."""

    def __init__(self, above: argparse.ArgumentParser) -> None:
        self._commands = above.add_subparsers(required=True, metavar="COMMAND")

    def add(self, name: str, command: Command, text: str) -> argparse.ArgumentParser:
        """A command that is a function; its parser, to add arguments to."""
        words = self._commands.add_parser(name, help=text, description=text)
        words.set_defaults(command=command)
        return words

    def group(self, name: str, text: str) -> argparse.ArgumentParser:
        """A word with commands of its own."""
        return self._commands.add_parser(name, help=text, description=text)


def add_institution(words: argparse.ArgumentParser) -> None:
    """Ask for the ini file and, when it names several, the institution."""
    words.add_argument("--ini", default=DEFAULT_INI)
    words.add_argument("--institution", help="key; needed when the file names several")


def add_institutions(words: argparse.ArgumentParser) -> None:
    """Ask for the ini file and whether it is about one institution only."""
    words.add_argument("--ini", default=DEFAULT_INI)
    words.add_argument("--institution", help="key; all of the file without it")


def add_json(words: argparse.ArgumentParser) -> None:
    words.add_argument("--json", action="store_true", help="for a program to read")


def say(*lines: str) -> None:
    """Lines for a person."""
    _tell("out", "".join(f"{line}\n" for line in lines))


def complain(sentence: str) -> None:
    """What went wrong, apart from what a program reads."""
    _tell("error", f"{sentence}\n")


def sentence_of(error: Exception) -> str:
    """What went wrong, in one line: as it was raised on purpose, or what it is and where it came
    from, since of a damaged database anything can come.
    """
    if isinstance(error, LockError):
        return "A server or another command has this database open. Stop it first."
    if isinstance(error, ON_PURPOSE):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(str(error).split())
    return f"{type(error).__name__} in {place.name} ({place.filename}:{place.lineno}): {said}"


def _tell(kind: str, text: str) -> None:
    listener = LISTENER.get()
    if listener is not None:
        listener(kind, text)
        return
    stream = sys.stdout if kind == "out" else sys.stderr
    stream.write(text)
    stream.flush()


def say_json(facts: Any) -> None:
    """One line for a program."""
    say(json.dumps(facts, ensure_ascii=False))
