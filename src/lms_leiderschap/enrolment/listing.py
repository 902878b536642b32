"""Reading a pasted list of people, in whatever shape somebody's mail program or spreadsheet has it.

One person per line: ``Anna de Wit <anna@x.nl>``, ``anna@x.nl; Anna; de Wit``, cells between tabs,
``de Wit, Anna, anna@x.nl``, or an address alone. Nothing is guessed silently: what cannot be
understood stays in the list with a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import colander

from lms_leiderschap.people.actions import normal_email
from lms_leiderschap.texts import _
from lms_leiderschap.web.cleaning import clean_line
from lms_leiderschap.web.fields import EmailField

LONGEST_NAME = 100
_WORD = re.compile(r"[^\s<>\"'(),;:\[\]|]+")
_SEPARATOR = re.compile(r"[\t;|]")
_WRAPPING = " \t<>\"'()[],;:|*•"
_GIVEN = {"voornaam", "roepnaam", "given name", "first name"}
_FAMILY = {"achternaam", "familienaam", "family name", "last name", "surname"}
_EMAIL = EmailField(name="email")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was understood.

    number  of the line in the text, from 1
    text    the line as it was pasted
    doubt   why nobody is added for it (a translation string), "" when all is clear
    """

    number: int
    text: str
    email: str = ""
    given_name: str = ""
    family_name: str = ""
    doubt: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


def read_list(text: str) -> list[Line]:
    """Every line that holds something, in order; a row of column heads is left out."""
    lines: list[Line] = []
    first: dict[str, int] = {}
    family_first = False
    for number, one in _people(text):
        if not lines and "@" not in one and (heads := _heads(one)):
            family_first = heads == "family"
            continue
        line = _read(number, one, family_first)
        if not line.doubt and line.email in first:
            line = replace(
                line,
                doubt=_("The same address stands on line ${n}.", mapping={"n": first[line.email]}),
            )
        first.setdefault(line.email, number)
        lines.append(line)
    return lines


def _people(text: str) -> Iterator[tuple[int, str]]:
    """Line number and text per person: mail programs put several `<address>` on one line."""
    for number, line in enumerate(text.splitlines(), 1):
        several = line.count("@") > 1 and line.count("<") == line.count("@")
        for one in re.split(r"(?<=>)\s*[;,]?", line) if several else [line]:
            if one.strip(_WRAPPING):
                yield number, one.strip(" ")


def _heads(line: str) -> str:
    """Whether a line is a row of column heads, and which name comes first in it; "" when not."""
    cells = [cell.strip(_WRAPPING).lower() for cell in re.split(r"[\t;|,]", line)]
    found = ["given" if cell in _GIVEN else "family" for cell in cells if cell in _GIVEN | _FAMILY]
    return found[0] if found else ""


def _read(number: int, text: str, family_first: bool) -> Line:
    addresses = [word for word in _WORD.findall(text) if "@" in word]
    shown = clean_line(text)
    if not addresses:
        return Line(number, shown, doubt=_("No e-mail address stands here."))
    if len(addresses) > 1:
        return Line(number, shown, doubt=_("More than one e-mail address stands here."))
    email = normal_email(addresses[0].removeprefix("mailto:").rstrip("."))
    given, family = _name(text, addresses[0], family_first)
    return Line(number, shown, email, given, family, _doubt(email, given, family))


def _doubt(email: str, given: str, family: str) -> str:
    try:
        _EMAIL.deserialize(email)
    except colander.Invalid:
        return _("This is not an e-mail address.")
    if len(given) > LONGEST_NAME or len(family) > LONGEST_NAME:
        return _("This name is too long.")
    return ""


def _name(text: str, address: str, family_first: bool) -> tuple[str, str]:
    """Given name and family name out of everything on a line that is not the address."""
    before, _address, after = text.partition(address)
    if _SEPARATOR.search(text):
        cells = _cells(_SEPARATOR.split(before + "\t" + after))
        return _ordered(cells, family_first)
    cells = _cells(f"{before},{after}".replace("mailto:", "").split(","))
    return _ordered(cells, family_first or bool(before.strip(_WRAPPING)))


def _cells(parts: Sequence[str]) -> list[str]:
    """What may be a name: no empty cells and none with a figure in it (a telephone, a date)."""
    cleaned = [
        clean_line(part).strip(_WRAPPING).removesuffix("mailto").strip(_WRAPPING) for part in parts
    ]
    return [cell for cell in cleaned if cell and not any(sign.isdigit() for sign in cell)]


def _ordered(cells: list[str], family_first: bool) -> tuple[str, str]:
    """A prefix in small letters ("de Wit", "van den Berg") betrays the family name."""
    if len(cells) == 1 and "," in cells[0]:
        family, _comma, given = cells[0].partition(",")
        return given.strip(), family.strip()
    if len(cells) < 2:
        given, _space, family = (cells or [""])[0].partition(" ")
        return given, family.strip()
    if len(cells) > 2:  # given name, prefix, family name each in a cell of its own
        return (
            (cells[-1], " ".join(cells[:-1])) if family_first else (cells[0], " ".join(cells[1:]))
        )
    small = [cell[0].islower() for cell in cells]
    if small[0] != small[1]:
        family_first = small[0]
    family, given = cells if family_first else reversed(cells)
    return given, family
