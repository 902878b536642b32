"""What every page shares: the road of a request, forms, layout, security, assets, errors, jobs."""

from __future__ import annotations

from typing import Any

PARTS = ("pipeline", "security", "assets", "layout", "navigation", "slots", "errors", "jobs",
         "alarms", "health", "metrics", "monitor", "contact")


def includeme(config: Any) -> None:
    for part in PARTS:
        config.include(f"{__name__}.{part}")
