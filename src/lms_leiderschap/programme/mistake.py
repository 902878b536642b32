"""What is wrong with a plugin, one of its files or a value in it, for whoever made the mistake.

An author at the command line reads English; an administrator at a screen reads the same sentence
in the language of that screen.
"""

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from translationstring import TranslationString

from lms_leiderschap.texts import _, english

Translate = Callable[[str], str]


class Mistake(Exception):
    """Something of a plugin cannot be used. As text it is English, with its place in front.

    message  what is wrong, one whole sentence: a translation string where people at a screen may
             meet it. Its places hold words of the file, or nouns that are translated themselves
    file     path inside the plugin, empty when it is not in a file
    line     from 1; 0 when it is not in a file
    near     the right word nearest to the wrong one, empty when none is near
    """

    def __init__(self, message: str, file: str = "", line: int = 0, near: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.near = near

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence

    @property
    def place(self) -> str:
        """``file:line``, ``file``, or empty."""
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def sentence(self) -> str:
        """The sentence in English, with the nearest word."""
        return self.said(english)

    def said(self, translate: Translate) -> str:
        """The sentence in the language of a localizer's ``translate``, with the nearest word."""
        places = getattr(self.message, "mapping", None) or {}
        nouns = {
            name: translate(value)
            for name, value in places.items()
            if isinstance(value, TranslationString)
        }
        sentence = translate(self.message % nouns if nouns else self.message)
        if not self.near:
            return sentence
        words = {"sentence": sentence.removesuffix("."), "near": self.near}
        return translate(_("${sentence}; did you mean '${near}'?", mapping=words))


class SpecError(Mistake, ValueError):
    """A spec cannot be made of these values.

    word  the key or value that is wrong, to find the line it stands on
    path  the way to it in the file: table names and, inside a list, positions from 0
    """

    def __init__(
        self, message: str, word: str = "", path: tuple[str | int, ...] = (), near: str = ""
    ) -> None:
        super().__init__(message, near=near)
        self.word = word
        self.path = path

    @property
    def place(self) -> str:
        """The way to it, with dots; empty when it is in no table of another."""
        way = ".".join(str(step) for step in (*self.path, self.word) if step != "")
        return super().place or (way if self.path else "")

    def inside(self, *step: str | int) -> "SpecError":
        """The same error, seen from one level up."""
        return SpecError(self.message, self.word, (*step, *self.path), self.near)


def nearest(word: str, known: Sequence[str]) -> str:
    """The right word closest to a wrong one; empty when none is close."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return close[0] if close else ""
