"""When an add-on fails: it is noted with a reference, and after the third time it rests.

A failure also happens while reading, where nothing may be written to the database. So it is kept
in the side store; this process stops asking the add-on at once, and a job writes the pause down so
that every other process stops too.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.addon.actions import pause
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.institution.model import Institution
from lms_leiderschap.plugin.bounded import named, trace_of
from lms_leiderschap.store.faults import Fault
from lms_leiderschap.store.side import SideStore
from lms_leiderschap.web.answering import SPOKEN, new_id
from lms_leiderschap.web.logs import Personal

log = logging.getLogger(__name__)
MOST_FAILURES = 3
WITHIN = timedelta(minutes=10)
LONGEST = 300


class Watch:
    """The failures that this process saw, per institution and add-on."""

    def __init__(self, side: SideStore, counted: Any) -> None:
        self.side, self.counted = side, counted
        self._lately: dict[tuple[str, str], deque[datetime]] = defaultdict(
            lambda: deque(maxlen=MOST_FAILURES)
        )
        self._lock = threading.Lock()

    def note(self, institution: str, addon: str, version: str, place: str,
             error: Exception, *, at: datetime) -> str:  # fmt: skip
        """Keep what went wrong and return its reference; never raises.

        institution  key; place  what was called, as "panel participant.week"
        """
        mark, sentence, trace = new_id()[:SPOKEN], named(error)[:LONGEST], trace_of(error)
        self.counted.labels(institution, addon).inc()
        with self._lock:
            self._lately[institution, addon].append(at)
        # The trace goes into the log as text: there too the error may not speak for itself.
        log.error("add-on %s of %s, %s [%s]: %s\n%s", addon, institution, place, mark,
                  Personal(sentence), Personal(trace))  # fmt: skip
        try:
            fault = Fault(at, mark, place, version, sentence, trace)
            self.side.faults.note(institution, addon, fault)
        except Exception:
            log.exception("a failure of add-on %s could not be kept", addon)
        return mark

    def rests(self, institution: str, addon: str, *, since: str, at: datetime) -> bool:
        """Whether it failed so often lately that this process no longer asks it.

        since  ISO moment at which it was last let run; what failed before does not count
        """
        lately = self._lately.get((institution, addon))
        if lately is None or len(lately) < MOST_FAILURES:
            return False
        return at - lately[0] <= WITHIN and lately[0] > datetime.fromisoformat(since)


def pause_failing(institution: Institution, at: datetime, side: SideStore) -> None:
    """Write down the pause of every add-on that failed three times in ten minutes.

    Failures from before it was last let run do not count.
    """
    for name in side.faults.named(institution.key, at - WITHIN):
        addon = institution.addons[name]
        if addon.paused is not None or not addon.on:
            continue
        since = max(at - WITHIN, datetime.fromisoformat(addon.since))
        faults = side.faults.of(institution.key, name, since)
        if len(faults) >= MOST_FAILURES:
            last = faults[0]
            pause(institution, name, f"{last.place}: {last.sentence}", last.reference,
                  by=SYSTEM, at=at)  # fmt: skip


def includeme(config: Any) -> None:
    registry = config.registry
    registry.addon_watch = Watch(registry.side, registry.metrics.faults)
    config.add_job(
        "pause failing add-ons",
        lambda institution, at: pause_failing(institution, at, registry.side),
        timedelta(seconds=1),
    )

