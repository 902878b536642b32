"""Sentences for lists: each is looked up in the catalogue once, not once per row."""

from __future__ import annotations

from pyramid.request import Request


class Phrases:
    """say(_("version ${number}"), number=2) is the sentence in the language of the page."""

    def __init__(self, request: Request) -> None:
        self._translate = request.localizer.translate
        self._known: dict[str, str] = {}

    def __call__(self, message: str, **values: object) -> str:
        sentence = self._known.get(message)
        if sentence is None:
            sentence = self._known[message] = self._translate(message)
        for name, value in values.items():
            sentence = sentence.replace(f"${{{name}}}", str(value))
        return sentence

    def counted(self, one: str, more: str, number: int) -> str:
        """`one` for 1, otherwise `more` with ${number} filled in."""
        return self(one) if number == 1 else self(more, number=number)
