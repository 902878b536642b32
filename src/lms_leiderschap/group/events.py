"""What happened to a group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms_leiderschap.group.model import Group


@dataclass(frozen=True, slots=True)
class GroupFormed:
    """A group was made; its shared work is to be prepared."""

    group: Group
    at: datetime
