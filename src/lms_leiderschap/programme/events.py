"""What happened to a programme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms_leiderschap.programme.model import Edition


@dataclass(frozen=True, slots=True)
class EditionOpened:
    """An edition was made and pinned; slices make the lists they keep for it."""

    edition: Edition
    at: datetime


@dataclass(frozen=True, slots=True)
class EditionMoved:
    """A running edition follows other definitions; added  keys of work that was not there."""

    edition: Edition
    added: tuple[str, ...]
    at: datetime
