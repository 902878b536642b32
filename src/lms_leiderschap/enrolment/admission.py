"""Holding a pasted list against an edition: who can be added, and who cannot, with the reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lms_leiderschap.enrolment.listing import Line, read_list
from lms_leiderschap.institution.model import institution_of
from lms_leiderschap.people.actions import person_with
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.texts import _


@dataclass(frozen=True, slots=True)
class Checked:
    """What was understood of a list.

    lines        every line; those with a doubt are left out when the list is added
    known        addresses of people who have an account: their own name stays
    taking_part  how many lines are of people who take part already
    """

    lines: list[Line]
    known: frozenset[str]
    taking_part: int

    @property
    def to_add(self) -> list[tuple[str, str, str]]:
        """As invite_all asks it: e-mail address, given name, family name."""
        return [
            (line.email, line.given_name, line.family_name) for line in self.lines if not line.doubt
        ]


def check_list(edition: Edition, text: str) -> Checked:
    """Read the text and name per line what stands in the way. Nothing is changed."""
    institution = institution_of(edition)
    lines, known, taking_part = [], set(), 0
    for line in read_list(text):
        person = None if line.doubt else person_with(institution, line.email)
        if person is not None:
            known.add(line.email)
            line = replace(line, given_name=person.given_name, family_name=person.family_name)
            if person.__name__ in edition.by_person:
                taking_part += 1
                line = replace(line, doubt=_("Takes part in this edition already."))
            elif person.__name__ in edition.teachers:
                line = replace(line, doubt=_("Teaches this edition."))
        elif not line.doubt and not line.given_name:
            line = replace(line, doubt=_("Nobody has this address yet. Put the name with it."))
        lines.append(line)
    return Checked(lines, frozenset(known), taking_part)
