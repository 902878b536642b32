"""What must hold in the audit log; `lms verify` asks it."""

from __future__ import annotations

from collections.abc import Iterator

from lms_leiderschap.institution.model import Institution


def broken(institution: Institution) -> Iterator[str]:
    """The chain of sealed lines fits from the first to the last."""
    at = institution.audit.broken_at()
    if at is not None:
        yield f"audit: line {at} does not fit the lines before it."
