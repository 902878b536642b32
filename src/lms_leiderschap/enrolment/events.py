"""What happened to an enrolment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.programme.model import Edition


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A person became participant of an edition.

    invite  they have never signed in, so an invitation by link is due
    """

    enrolment: Enrolment
    invite: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class TeacherStopped:
    """A person no longer teaches an edition; feedback they did not release is nobody's now."""

    edition: Edition
    person_id: str
    at: datetime
