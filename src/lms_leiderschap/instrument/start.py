"""What this slice adds to the application: so far only what modules name."""

from __future__ import annotations

from typing import Any


def includeme(config: Any) -> None:
    """Instruments are shown by name with their module."""
