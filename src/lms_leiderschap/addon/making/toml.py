"""The TOML of a folder plugin as people read it: plain values first, then its tables in order.

Tables and values are written by tomli-w: equal data give equal bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import tomli_w


def toml_of(data: Mapping[str, Any]) -> str:
    """The text of a TOML file.

    tomli-w writes a list of short tables on one line, above every table. At the top of a file
    such a list stands in its own place, as [[assignments]] after [module].
    """
    return "\n".join(_sections(data))


def _sections(data: Mapping[str, Any]) -> Iterator[str]:
    plain = {word: value for word, value in data.items() if not _is_section(value)}
    if plain:
        yield _written(plain)
    for word, value in data.items():
        if isinstance(value, Mapping):
            yield _written({word: value})
        elif _is_section(value):
            yield from (_entry(word, table) for table in value)


def _is_section(value: Any) -> bool:
    """Whether it is a table, or tables that each say something before a table in them."""
    return isinstance(value, Mapping) or (
        isinstance(value, list) and bool(value) and all(map(_begins_plainly, value))
    )


def _begins_plainly(value: Any) -> bool:
    return isinstance(value, Mapping) and any(isinstance(word, str) for word in value.values())


def _entry(word: str, table: Mapping[str, Any]) -> str:
    """One of several tables: its header is that of a single one in double brackets."""
    header, _end, rest = _written({word: table}).partition("\n")
    return f"[{header}]\n{rest}"


def _written(data: Mapping[str, Any]) -> str:
    return tomli_w.dumps(data, multiline_strings=True)
