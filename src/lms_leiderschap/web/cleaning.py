"""What was typed, made storable: nothing is refused that can be cleaned."""

import re
import unicodedata
from typing import Any

from pyramid.httpexceptions import HTTPBadRequest
from pyramid.request import Request

MOST_CONTROLS = 5000

_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
# Control characters but tab and line feed, lone surrogates, the byte order mark, noncharacters.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufdd0-\ufdef\ufffe\uffff]")
# Marks are no letters. Thirty above one letter is what Unicode calls safe (UAX #15): putting more
# of them in order takes the square of their number.
MOST_MARKS = 30
_MAYBE_MARKS = re.compile(rf"[^\w\s]{{{MOST_MARKS + 1},}}")


def clean_text(value: Any) -> Any:
    """One spelling (NFC), one line end, no control characters; what is no text stays as it is."""
    if not isinstance(value, str):
        return value
    lines = _LINE_ENDS.sub("\n", value)
    return unicodedata.normalize("NFC", _MAYBE_MARKS.sub(_few_marks, _UNWANTED.sub("", lines)))


def _few_marks(run: re.Match[str]) -> str:
    """The same without the marks that are one too many above one letter."""
    kept, marks = [], 0
    for sign in run[0]:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def clean_line(value: Any) -> Any:
    """As clean_text, on one line and without space around it."""
    if not isinstance(value, str):
        return value
    return " ".join(clean_text(value).split())


def posted_controls(request: Request) -> list[tuple[str, str]]:
    """The texts of a posted form in their order; HTTPBadRequest when nobody's form sends this.

    Files are left out: they were staged before the page began, under the name of their input.
    """
    try:
        controls = list(request.POST.items())
    except ValueError as broken:  # a body that is not what its content type says
        raise HTTPBadRequest from broken
    if len(controls) > MOST_CONTROLS:
        raise HTTPBadRequest
    return [(clean_text(name), value) for name, value in controls if isinstance(value, str)]
