"""What this slice adds to the application."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.texts import _


def includeme(config: Any) -> None:
    config.scan("lms_leiderschap.progress.views")
    config.add_navigation(10, _("My week"), "/week", "calendar-week",
                          lambda request: bool(request.person.enrolments))
    config.add_navigation(30, _("Thread"), "/thread", "route",
                          lambda request: bool(request.person.enrolments))
