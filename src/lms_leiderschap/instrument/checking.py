"""The two ways in which a check of an instrument ends."""

from collections.abc import Sequence
from typing import NoReturn

from lms_leiderschap.programme.plain import SpecError, nearest

Path = tuple[str | int, ...]


def wrong(sentence: str, word: str = "", *path: str | int) -> NoReturn:
    """Refuse: a sentence, the word it is about and the way to its table."""
    raise SpecError(sentence, word, path)


def check_known(kind: str, word: str, known: Sequence[str], *path: str | int) -> None:
    """Refuse a key that is not there, with the nearest that is."""
    if word not in known:
        wrong(f"there is no {kind} '{word}'{nearest(word, known)}", word, *path)
