"""How commands are put on the command line, and how they answer."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

DEFAULT_INI = "development.ini"
Command = Callable[[argparse.Namespace], int]


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


def add_json(words: argparse.ArgumentParser) -> None:
    words.add_argument("--json", action="store_true", help="for a program to read")


def say(*lines: str) -> None:
    """Lines for a person."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def say_json(facts: Any) -> None:
    """One line for a program."""
    say(json.dumps(facts, ensure_ascii=False))
