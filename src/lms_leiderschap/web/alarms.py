"""What somebody must do something about before people notice: once an hour a line in the log."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from lms_leiderschap.settings import Settings
from lms_leiderschap.store.room import ALARM, disks

log = logging.getLogger(__name__)
AGAIN = timedelta(hours=1)


class DiskAlarm:
    """Says once an hour which disks are filling up. A job asks it for every institution."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._said: dict[str, datetime] = {}

    def __call__(self, _institution: Any, at: datetime) -> None:
        for name, disk in disks(self.settings).items():
            said = self._said.get(name)
            if disk.used >= ALARM and (said is None or at - said >= AGAIN):
                self._said[name] = at
                log.critical("disk filling up: %.0f %% of that of %s (%s) is used, %d MB free",
                             100 * disk.used, name, disk.path, disk.free >> 20)  # fmt: skip


def includeme(config: Any) -> None:
    config.add_job("look at disks", DiskAlarm(config.registry.lms), timedelta(minutes=5))
