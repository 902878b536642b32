"""What happened to a piece of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms_leiderschap.submission.model import Submission, Work


@dataclass(frozen=True, slots=True)
class SubmissionReceived:
    """A version was handed in and frozen."""

    submission: Submission
    at: datetime


@dataclass(frozen=True, slots=True)
class SubmissionWithdrawn:
    """A version was taken back before a teacher had stored anything on it."""

    submission: Submission
    at: datetime


@dataclass(frozen=True, slots=True)
class DateGiven:
    """Somebody was given another date for a piece of work. `reason` is read by them."""

    work: Work
    until: datetime
    reason: str
    at: datetime
