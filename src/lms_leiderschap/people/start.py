"""What this slice adds to the application."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.institution.model import Institution
from lms_leiderschap.people.actions import forget_staged


def sweep_staged(institution: Institution, at: datetime) -> None:
    """Drop uploads that no form used within seven days."""
    for person in institution.people.values():
        if len(person.staged):
            forget_staged(person, at=at)


def includeme(config: Any) -> None:
    side = config.registry.side
    config.include("lms_leiderschap.people.staging")
    config.scan("lms_leiderschap.people.views")
    config.add_job("sweep staged files", sweep_staged, timedelta(days=1))
    config.add_job("sweep side store", lambda _institution, at: side.sweep(at), timedelta(hours=6))
