"""What this slice adds to the application."""

from __future__ import annotations

from typing import Any


def includeme(config: Any) -> None:
    config.scan("lms_leiderschap.programme.views")
