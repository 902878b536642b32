"""Figures for Prometheus: what is counted while answering, and what a job measures each minute.

Several processes (`workers`, `lms worker`) count into files of one directory, which
`prometheus_client` adds up; whichever of them has the port tells the sum, and when it ends another
one takes the port. No label holds what somebody typed: routes and states are ours, institutions are
those of the institutions file.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lms_leiderschap.errors import SettingError
from lms_leiderschap.settings import Settings
from lms_leiderschap.store.room import disks
from lms_leiderschap.web.logs import Answering

log = logging.getLogger(__name__)
DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is imported
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
MEASURE = timedelta(minutes=1)
NEWEST = "mostrecent"  # of the processes, the one that measured last


class Metrics:
    """The families of figures; they count in memory, unless `count_together` was called before."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.collected = CollectorRegistry()
        one: dict[str, Any] = {"registry": self.collected}
        new: dict[str, Any] = {**one, "multiprocess_mode": NEWEST}
        last: dict[str, Any] = {**one, "multiprocess_mode": "max"}
        self.requests = Counter("lms_requests", "Answers given.",
                                ("route", "method", "status"), **one)  # fmt: skip
        self.seconds = Histogram("lms_request_seconds", "From begin to answer, all attempts.",
                                 ("route",), buckets=SECONDS, **one)  # fmt: skip
        self.again = Counter("lms_attempts_again", "Requests begun again, by why.",
                             ("error",), **one)  # fmt: skip
        self.refused = Counter("lms_refused", "Answers that are no success, by status.",
                               ("status",), **one)  # fmt: skip
        self.mails = Counter("lms_mails", "Mails, by what became of them.",
                             ("institution", "state"), **one)  # fmt: skip
        self.faults = Counter("lms_addon_faults", "Failures of add-ons.",
                              ("institution", "addon"), **one)  # fmt: skip
        self.job_failures = Counter("lms_job_failures", "Jobs that failed.",
                                    ("institution", "job"), **one)  # fmt: skip
        self.job_success = Gauge("lms_job_success_timestamp_seconds", "When it succeeded.",
                                 ("institution", "job"), **last)  # fmt: skip
        self.waiting = Gauge("lms_outbox_waiting", "What waits to go out.",
                             ("institution",), **new)  # fmt: skip
        self.oldest = Gauge("lms_outbox_oldest_seconds", "Age of the oldest of it.",
                            ("institution",), **new)  # fmt: skip
        self.size = Gauge("lms_database_bytes", "Size of the database without its files.",
                          ("institution",), **new)  # fmt: skip
        self.cached = Gauge("lms_cached_objects", "Objects in memory, of all processes.",
                            ("institution",), **one, multiprocess_mode="livesum")  # fmt: skip
        self.sessions = Gauge("lms_sessions", "Web sessions kept.", ("institution",), **new)
        self.free = Gauge("lms_disk_free_bytes", "Room that is left.", ("disk",), **new)
        self.used = Gauge("lms_disk_used_ratio", "Part in use; the alarm is at 0.8.",
                          ("disk",), **new)  # fmt: skip

    def answered(self, route: str, method: str, status: int, seconds: float,
                 answering: Answering) -> None:  # fmt: skip
        """Count one answer; never raises, because the answer is right without it."""
        try:
            self._count(route, method, status, seconds, answering.errors)
        except Exception:
            log.exception("an answer was not counted")

    def _count(self, route: str, method: str, status: int, seconds: float,
               errors: tuple[str, ...]) -> None:  # fmt: skip
        self.requests.labels(route, method, f"{status // 100}xx").inc()
        self.seconds.labels(route).observe(seconds)
        if status >= 400:
            self.refused.labels(str(status)).inc()
        for error in errors:
            self.again.labels(error).inc()

    def shown(self) -> bytes:
        """All figures as Prometheus reads them, of all processes together."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        if DIRECTORY not in os.environ:
            return bytes(generate_latest(self.collected))
        forget_gauges(Path(os.environ[DIRECTORY]))
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return bytes(generate_latest(together))


def count_together(settings: Settings) -> None:
    """Have the processes of one machine that have one side store count in one place.

    For those that serve or work, before the application is made.
    """
    if settings.metrics:
        directory = directory_of(settings)
        os.environ[DIRECTORY] = str(directory)
        forget_ended(directory)


def directory_of(settings: Settings) -> Path:
    """Where they count: in memory (what systemd made for us below /run, else /dev/shm).

    The files are written as memory, and a full disk below that is no error but the end of the
    process (SIGBUS).
    """
    made, shared = os.environ.get("RUNTIME_DIRECTORY", ""), Path("/dev/shm")  # noqa: S108
    if made:
        return Path(made.partition(":")[0]) / "metrics"
    if not shared.is_dir():
        return settings.side.parent / "metrics"
    name = hashlib.sha256(str(settings.side.resolve()).encode()).hexdigest()[:12]
    return shared / f"lms-metrics-{name}"


def forget_ended(directory: Path) -> None:
    """Begin anew when no process counts any more: a restart of all begins at nought.

    Raises SettingError when somebody else made the directory, or a link by its name, which leads
    to where somebody chose: /dev/shm is everybody's.
    """
    with suppress(FileExistsError):
        directory.mkdir(parents=True, mode=0o700)
    there = directory.lstat()
    if not stat.S_ISDIR(there.st_mode) or there.st_uid != os.getuid():
        raise SettingError(f"lms.metrics: {directory} is no directory of this user; remove it.")
    files = list(directory.glob("*.db"))
    if not any(_runs(_pid(file)) for file in files):
        for file in files:
            file.unlink(missing_ok=True)


def forget_gauges(directory: Path) -> None:
    """Leave out what processes had in memory that ended since."""
    for file in directory.glob("gauge_live*.db"):
        if not _runs(_pid(file)):
            file.unlink(missing_ok=True)


def _pid(file: Path) -> int:
    return int(file.stem.rpartition("_")[2])


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


class Measuring:
    """The job that looks at what no request counts."""

    def __init__(self, registry: Any) -> None:
        self.registry = registry

    def __call__(self, institution: Any, at: datetime) -> None:
        figures, key = self.registry.metrics, institution.key
        waits = [item["at"] for _number, item in institution.outbox.items()
                 if item["state"] == "waiting"]  # fmt: skip
        figures.waiting.labels(key).set(len(waits))
        oldest = (at - datetime.fromisoformat(min(waits))).total_seconds() if waits else 0
        figures.oldest.labels(key).set(oldest)
        database = institution._p_jar.db()
        figures.size.labels(key).set(database.getSize())
        figures.sessions.labels(key).set(self.registry.side.count_sessions(key))
        for name, disk in disks(self.registry.lms).items():
            figures.free.labels(name).set(disk.free)
            figures.used.labels(name).set(disk.used)


def includeme(config: Any) -> None:
    registry = config.registry
    registry.metrics = Metrics()
    config.add_job("measure", Measuring(registry), MEASURE)
