"""What happened to feedback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms_leiderschap.feedback.model import Feedback


@dataclass(frozen=True, slots=True)
class FeedbackReleased:
    """Feedback became visible to the authors of the version."""

    feedback: Feedback
    at: datetime
