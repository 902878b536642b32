"""Plain values that a plugin hands over: looked at one by one, copied, of no class of its own."""

from __future__ import annotations

from math import isfinite
from typing import Any

from lms_leiderschap.plugin.error import PluginError

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
EXACT = (bool, int, float, str)
DEEPEST, LARGEST_NUMBER = 50, 2**63


def checked_value(value: Any, path: str = "data", depth: int = 0) -> Value:
    """A deep copy of a plain value. PluginError for anything else, with the way to it.

    Exact types only: a subclass of dict or str would bring a class of the plugin into the database.
    Texts that can be encoded, whole numbers of at most 63 bits, 50 levels.
    """
    if value is None or type(value) in EXACT:
        return _checked_single(value, path)
    if depth >= DEEPEST:
        raise PluginError(f"{path[:200]}: there are more than {DEEPEST} levels.")
    if type(value) is list:
        return [checked_value(item, f"{path}[{place}]", depth + 1)
                for place, item in enumerate(value)]  # fmt: skip
    if type(value) is dict:
        for key in value:
            if type(key) is not str:
                raise PluginError(f"{path}: a key must be a text, not {key!r}.")
            check_signs(key, path)
        return {key: checked_value(item, f"{path}.{key}", depth + 1) for key, item in value.items()}
    raise PluginError(f"{path}: {type(value).__name__} is not a plain value.")


def _checked_single(value: Any, path: str) -> Value:
    if type(value) is float and not isfinite(value):
        raise PluginError(f"{path}: {value} is not a number that JSON knows.")
    if type(value) is int and abs(value) >= LARGEST_NUMBER:
        raise PluginError(f"{path}: this whole number is too large.")
    if type(value) is str:
        check_signs(value, path)
    return value  # type: ignore[no-any-return]


def check_signs(text: str, path: str) -> None:
    """PluginError for a text with half a sign in it (a lone surrogate)."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise PluginError(f"{path}: it holds half a sign, which cannot be stored.") from None
