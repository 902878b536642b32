"""The two ways in which a check of an instrument ends."""

from collections.abc import Sequence
from typing import NoReturn

from lms_leiderschap.programme.mistake import SpecError, nearest
from lms_leiderschap.texts import _

Path = tuple[str | int, ...]


# What a key can be a key of, as sentences call it.
KINDS = {
    "scale": _("scale"),
    "other perspective": _("other perspective"),
    "perspective": _("perspective"),
    "measure": _("measure"),
    "scored measure": _("scored measure"),
    "dimension": _("dimension"),
    "comparison": _("comparison"),
    "series": _("series"),
}


def wrong(sentence: str, word: str = "", *path: str | int, near: str = "") -> NoReturn:
    """Refuse: a sentence, the word it is about, the way to its table and the nearest word."""
    raise SpecError(sentence, word, path, near)


def check_known(kind: str, word: str, known: Sequence[str], *path: str | int) -> None:
    """Refuse a key that is not there, with the nearest that is."""
    if word not in known:
        sentence = _("there is no ${kind} '${key}'.", mapping={"kind": KINDS[kind], "key": word})
        wrong(sentence, word, *path, near=nearest(word, known))
