"""What happened to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.people.model import Person


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """A single-use link is to be mailed; it is made when the mail leaves.

    person  to whom; None when nobody has the address that was asked for. Then nothing is sent,
            and it costs as much: how long an answer takes must not tell who is known.
    kind    "sign_in", "reset" or "invitation"
    """

    institution: Institution
    person: Person | None
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonErased:
    """A person is being erased; every slice takes out what it keeps of them."""

    person: Person
    at: datetime
