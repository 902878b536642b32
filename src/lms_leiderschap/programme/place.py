"""Reading the files of a plugin, the line a mistake stands on, and where a caller keeps its own."""

import json
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
DEEPEST = 30
MOST_STEPS = 50
LARGEST = 2**63
UNREADABLE = _("this file holds something that cannot be read: a number that is too large, too "
               "many brackets in each other, or half a character.")  # fmt: skip
_STEP = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_MANY_STEPS = re.compile(rf"(?<![\w\\-]){_STEP}(?:[ \t]*+\.[ \t]*+{_STEP}){{{MOST_STEPS}}}")
_HALF = re.compile("[\ud800-\udfff]")


class Wrong(Protocol):
    """The error to raise for a file: made of a sentence, the name of the file, and a line."""

    def __call__(self, message: str, file: str, line: int, /) -> Mistake: ...


def text_of(path: Traversable, name: str, wrong: Wrong) -> str:
    """The text of a file; the error when it is missing or no text."""
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise wrong(_("this file is missing."), name, 1) from None
    except UnicodeDecodeError:
        raise wrong(_("this file is not UTF-8 text."), name, 1) from None


def toml_of(text: str, name: str, wrong: Wrong) -> dict[str, Any]:
    """What a text in TOML holds; the error with its line."""
    # Found first: tomllib takes the square of the number of steps.
    if found := _MANY_STEPS.search(text):
        raise wrong(_("this key has too many steps."), name, text.count("\n", 0, found.start()) + 1)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        number = int(line[1]) if line else text.count("\n") + 1
        sentence = _("this is not valid TOML: ${message}.", mapping={"message": str(error)[:300]})
        raise wrong(sentence, name, number) from None
    except (ValueError, RecursionError):
        raise wrong(UNREADABLE, name, 1) from None
    _check_plain(data, name, wrong)
    return data


def json_of(text: str, name: str, wrong: Wrong) -> Any:
    """What a text in JSON holds; the error with its line."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        sentence = _("this is not valid JSON: ${message}.", mapping={"message": error.msg})
        raise wrong(sentence, name, error.lineno) from None
    except (ValueError, RecursionError):
        raise wrong(UNREADABLE, name, 1) from None
    _check_plain(data, name, wrong)
    return data


def _check_plain(data: object, name: str, wrong: Wrong) -> None:
    """Refuse what no page can show: deep nesting, a number without end, half a character."""
    layer = [data]
    for _level in range(DEEPEST):
        values = [value for value in layer if not isinstance(value, dict | list)]
        tables = [value for value in layer if isinstance(value, dict)]
        lists = [value for value in layer if isinstance(value, list)]
        keys = [key for table in tables for key in table]
        if not all(_can_be_shown(value) for value in (*values, *keys)):
            raise wrong(UNREADABLE, name, 1)
        layer = [value for table in tables for value in table.values()]
        layer += [value for each in lists for value in each]
    if layer:
        raise wrong(UNREADABLE, name, 1)


def _can_be_shown(value: object) -> bool:
    if isinstance(value, str):
        return not _HALF.search(value)
    return not isinstance(value, int | float) or abs(value) < LARGEST


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
