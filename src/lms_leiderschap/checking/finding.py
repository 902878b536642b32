"""What a check says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["", "brons", "zilver", "goud"]
LEVELS: tuple[Level, ...] = ("brons", "zilver", "goud")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not right.

    what    a sentence; repair  what to do about it, one sentence
    file    path inside the plugin, "" when it stands in no file
    line    from 1; 0 when it stands in no file
    """

    what: str
    repair: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else ""
        return f"{place or (self.file and f'{self.file}: ')}{self.what} Repair: {self.repair}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check found.

    name     of the check; about  a sentence: what holds when it finds nothing
    level    from which it counts
    skipped  why it was not done; "" when it was
    """

    name: str
    about: str
    level: Level
    findings: Sequence[Finding]
    skipped: str = ""

    @property
    def holds(self) -> bool:
        return not self.findings and not self.skipped


def level_of(outcomes: Sequence[Outcome]) -> Level:
    """The highest level of which everything holds, and everything of the levels below it."""
    reached: Level = ""
    for level in LEVELS:
        if not all(outcome.holds for outcome in outcomes if outcome.level == level):
            break
        reached = level
    return reached
