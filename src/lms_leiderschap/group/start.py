"""What this slice adds to the application: nothing yet that is seen."""

from __future__ import annotations

from typing import Any


def includeme(config: Any) -> None:
    """Groups are formed by actions; their pages come with the group journeys."""
