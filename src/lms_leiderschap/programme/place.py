"""Reading the files of a plugin, the line a mistake stands on, and where a caller keeps its own."""

import re
import sys
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import takewhile
from pathlib import Path
from typing import Any, Protocol

from lms_leiderschap.programme.mistake import Mistake
from lms_leiderschap.texts import _

OWN = "lms_leiderschap"


class Wrong(Protocol):
    """The error to raise for a file: made of a sentence, the name of the file, and a line."""

    def __call__(self, message: str, file: str, line: int, /) -> Mistake: ...


def text_of(path: Traversable, name: str, wrong: Wrong) -> str:
    """The text of a file; the error when it is missing or no text."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise wrong(_("this file is missing."), name, 1) from None
    except UnicodeDecodeError:
        raise wrong(_("this file is not UTF-8 text."), name, 1) from None


def toml_of(text: str, name: str, wrong: Wrong) -> dict[str, Any]:
    """What a text in TOML holds; the error with its line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        sentence = _("this is not valid TOML: ${message}.", mapping={"message": str(error)})
        raise wrong(sentence, name, line) from None


def line_of(text: str, path: Sequence[str | int], word: str) -> int:
    """The line (from 1) a word stands on, looked for inside the table that the path leads to."""
    lines = text.splitlines()
    begin, end = _span(lines, path)
    if not word:
        return begin + 1
    named = re.escape(word)
    as_key = rf'(^\s*|[{{,]\s*|^\s*\[+)"?{named}"?\s*[=\]]'
    for pattern in (as_key, rf"(?<!\w){named}(?!\w)"):
        for number in range(begin, end):
            if re.search(pattern, lines[number]):
                return number + 1
    return begin + 1


def _span(lines: Sequence[str], path: Sequence[str | int]) -> tuple[int, int]:
    """First line and end of the table of a path such as ``("products", 2)``, or of the file.

    ``("repeat", "pairs", 1)`` is the second ``[[repeat.pairs]]``, or ``[repeat]`` without any.
    """
    names = [str(step) for step in takewhile(lambda step: isinstance(step, str), path)]
    for known in range(len(names), 0, -1):
        table, place = ".".join(names[:known]), (*path, 0)[known]
        header = re.compile(rf"\s*\[+{re.escape(table)}\]+")
        begins = [number for number, line in enumerate(lines) if header.match(line)]
        place = place if isinstance(place, int) else 0
        if place < len(begins):
            begin = begins[place]
            other = re.compile(rf"\s*\[(?!{re.escape(table)}\.)[\w\[]")
            later = (
                number for number in range(begin + 1, len(lines)) if other.match(lines[number])
            )
            return begin, next(later, len(lines))
    return 0, len(lines)


def folder_of_caller() -> Traversable:
    """The folder of the first file up the stack that is not the core's own."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name != OWN and not name.startswith(f"{OWN}."):
            break
        frame = frame.f_back
    package = frame.f_globals.get("__package__")
    if package:
        return files(package)
    return Path(str(frame.f_globals.get("__file__", "."))).parent
