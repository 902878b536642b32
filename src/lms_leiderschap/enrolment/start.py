"""What this slice adds to the application."""

from __future__ import annotations

from typing import Any

from lms_leiderschap.permissions import Permission
from lms_leiderschap.texts import _


def includeme(config: Any) -> None:
    config.scan("lms_leiderschap.enrolment.views")
    config.add_navigation(
        50, _("Editions"), "/editions", "users",
        lambda request: request.has_permission(Permission.RUN_EDITION, request.institution))
