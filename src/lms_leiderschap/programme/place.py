"""Where in a file a mistake stands, and where the files of a calling module are."""

import re
import sys
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import takewhile
from pathlib import Path

OWN = "lms_leiderschap"


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
