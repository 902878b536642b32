"""Which steps are measured, in their order (reading before writing), and at whom each is driven."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import cycle

import steps
from browser import Browser
from data import Targets

READERS = 200
WARM_UP = 8
Target = tuple[str, str]
Do = Callable[[Browser, Target], None]


@dataclass
class Step:
    """One step of the main road.

    targets  (email of who does it, address)
    again    whether it may be done at one target over and over
    warm_up  how often, by each client, before anything is counted; once where targets are few
    """

    name: str
    do: Do
    targets: list[Target]
    again: bool = True

    @property
    def warm_up(self) -> int:
        return WARM_UP if self.again or len(self.targets) > 100 else 1


def plan(targets: Targets) -> list[Step]:
    teachers = [(email, "") for email in targets.teachers]
    readers = targets.participants[:READERS]
    # Teachers of one edition have the reports of different people in hand.
    waiting = random.Random(2026).sample(targets.waiting, len(targets.waiting))

    def at(do: Callable[..., None], **more: list[str]) -> Do:
        return lambda browser, target: partial(do, **more)(browser, target[1])

    return [
        Step("dashboard", at(steps.dashboard), readers),
        Step("open_assignment", at(steps.open_page), readers),
        Step("queue", at(steps.queue), teachers),
        Step("open_submission", at(steps.open_page), targets.long),
        Step("hand_in", at(steps.hand_in, words=targets.words), targets.participants, again=False),
        Step("give_feedback", at(steps.give_feedback),
             list(zip(cycle(targets.teachers), waiting)), again=False),
    ]
