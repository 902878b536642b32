"""What happened to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms_leiderschap.people.model import Person


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """A single-use link was made for a person and is to be mailed.

    kind   "sign_in", "reset" or "invitation"
    token  the text of the link; nothing of it is kept but a fingerprint
    """

    person: Person
    kind: str
    token: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonErased:
    """A person is being erased; every slice takes out what it keeps of them."""

    person: Person
    at: datetime
