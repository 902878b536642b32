"""Work after the answer: one thread that empties outboxes and runs what is due.

A slice says what it delivers (`config.add_delivery`) and what runs now and then (`config.add_job`).
Each runs in a transaction of its own; what fails is tried again later and never stops the rest.
What is done to a database as a whole (`config.add_upkeep`) runs while nothing is read here.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import transaction

from lms_leiderschap.settings import InstitutionEntry
from lms_leiderschap.store.root import institution_in

log = logging.getLogger(__name__)
PAUSE = 1.0
AWAY = timedelta(minutes=1)
Delivery = Callable[["Jobs", InstitutionEntry, int], None]
Rests = Callable[[InstitutionEntry, Any, dict[str, Any], datetime], bool]
Job = Callable[[Any, datetime], None]
Upkeep = Callable[["Jobs", InstitutionEntry, datetime], None]


class Jobs:
    """The worker of one process.

    deliveries  kind of outbox entry to the function (jobs, entry of the institution, number)
    resting     kind to the function (entry, institution, item, at) that says whether an item waits
                for something else than time: it is passed by, and nothing is written for that
    periodic    name to (function (institution, at), how often)
    upkeep      name to (function (jobs, entry, at), how often): called outside of any transaction;
                it may be killed at any moment
    at          the moment of the round at hand
    alone       whether this process does nothing else: it looks at every institution each round.
                Beside requests, one that nobody uses here is looked at once in AWAY
    beat        called after every delivery and every round and each second of upkeep, by whoever
                works
    """

    def __init__(self, registry: Any) -> None:
        self.registry = registry
        self.deliveries: dict[str, Delivery] = {}
        self.resting: dict[str, Rests] = {}
        self.periodic: dict[str, tuple[Job, timedelta]] = {}
        self.upkeep: dict[str, tuple[Upkeep, timedelta]] = {}
        self.at = datetime.now(UTC)
        self.alone = False
        self._looked: dict[str, datetime] = {}
        self.beat: Callable[[], None] = lambda: None
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="lms-jobs", daemon=True)
        self._thread.start()

    @property
    def thread_id(self) -> int | None:
        """What the system calls the thread, so that its work can be measured apart."""
        return self._thread.native_id if self._thread is not None else None

    def stop(self) -> None:
        """Finish what is at hand and end; upkeep is left, to go with the process."""
        self.end()
        if self._thread is not None:
            self._thread.join()

    def end(self) -> None:
        """Have `run` end when what is at hand is finished."""
        self._stop.set()
        self._wake.set()

    def wake(self) -> None:
        """Something may be in an outbox."""
        self._wake.set()

    def run(self) -> None:
        """Work until `end`. Nobody wakes a worker of another process: it looks every second."""
        while not self._stop.is_set():
            self._wake.wait(PAUSE)
            self._wake.clear()
            try:
                self.run_once(datetime.now(UTC))
            except Exception:
                log.exception("a round of jobs failed")
            self.beat()

    def run_once(self, at: datetime) -> None:
        """Do all that is due at a moment, for every institution."""
        self.at = at
        for entry in self.registry.lms.institutions:
            if not self._is_looked_at(entry, at):
                continue
            try:
                self._run_for(entry, at)
                if database := self.registry.databases.opened(entry):
                    self.registry.metrics.cached.labels(entry.key).set(database.cacheSize())
            except Exception:
                log.exception("the jobs of %s failed", entry.key)

    def _is_looked_at(self, entry: InstitutionEntry, at: datetime) -> bool:
        """Each look at a database that was let go takes connections from its server again."""
        last = self._looked.get(entry.key)
        rests = last is not None and timedelta(0) <= at - last < AWAY
        if rests and not self.alone and self.registry.databases.is_away(entry):
            return False
        self._looked[entry.key] = at
        return True

    def _run_for(self, entry: InstitutionEntry, at: datetime) -> None:
        for number, kind in self._due(entry, at):
            if self._stop.is_set():
                return
            try:
                self.deliveries[kind](self, entry, number)
            except Exception:
                log.exception("delivery of %s failed", kind)
                self.put_off(entry, number, at)
            self.beat()
        for name, act, every, run in self._now_and_then():
            if self._stop.is_set():
                return
            if self.registry.side.take_due(entry.key, name, at, every):
                run(entry, name, act, at)

    def _now_and_then(self) -> Iterator[tuple[str, Upkeep, timedelta, Callable[..., None]]]:
        for name, (job, every) in self.periodic.items():
            yield name, partial(_within, job), every, self._run_job
        for name, (upkeep, every) in self.upkeep.items():
            yield name, upkeep, every, self._run_beside

    def _run_beside(self, entry: InstitutionEntry, name: str, act: Upkeep, at: datetime) -> None:
        """It may take long: this thread says meanwhile that it is alive, and ends without it."""
        thread = threading.Thread(target=self._run_job, args=(entry, name, act, at),
                                  name=f"lms-{name}", daemon=True)  # fmt: skip
        thread.start()
        while thread.is_alive() and not self._stop.is_set():
            thread.join(PAUSE)
            self.beat()

    def _run_job(self, entry: InstitutionEntry, name: str, act: Upkeep, at: datetime) -> None:
        try:
            act(self, entry, at)
            self.registry.metrics.job_success.labels(entry.key, name).set(at.timestamp())
        except Exception:
            self.registry.metrics.job_failures.labels(entry.key, name).inc()
            log.exception("job %s failed", name)

    def _due(self, entry: InstitutionEntry, at: datetime) -> list[tuple[int, str]]:
        def look(institution: Any) -> list[tuple[int, str]]:
            due = [(number, item) for number, item in institution.outbox.items()
                   if item["state"] == "waiting" and item["due"] <= at.isoformat()]
            due.sort(key=lambda pair: pair[1]["at"])
            return [(number, item["kind"]) for number, item in due
                    if item["kind"] in self.deliveries
                    and not self._rests(entry, institution, item, at)]
        return self.within(entry, look) or []

    def _rests(self, entry: InstitutionEntry, institution: Any, item: dict[str, Any],
               at: datetime) -> bool:
        rests = self.resting.get(item["kind"])
        return rests is not None and rests(entry, institution, item, at)

    def within(self, entry: InstitutionEntry, act: Callable[[Any], Any]) -> Any:
        """Call `act(institution)` in a transaction, tried again on conflicts; what it returned."""
        manager = transaction.TransactionManager(explicit=True)
        connection = self.registry.databases.connect(entry, manager, counts=self.alone)
        try:
            for attempt in manager.attempts(6):
                with attempt:
                    institution = institution_in(connection)
                    result = act(institution) if institution is not None else None
            return result
        finally:
            connection.close()

    def put_off(self, entry: InstitutionEntry, number: int, at: datetime) -> None:
        """Try an entry again later, unless its delivery marked it as being in other hands."""
        def put(institution: Any) -> None:
            item = institution.outbox.get(number)
            if item is not None and item["state"] == "waiting":
                institution.outbox.replace(number, later(item, at))
        self.within(entry, put)


def _within(job: Job, jobs: Jobs, entry: InstitutionEntry, at: datetime) -> None:
    jobs.within(entry, lambda institution: job(institution, at))


def later(item: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The outbox entry as it waits for its next try: 1, 2, 4 … minutes, at most four hours."""
    minutes = min(240, 2 ** min(item["tries"], 8))
    return item | {"state": "waiting", "tries": item["tries"] + 1,
                   "due": (at + timedelta(minutes=minutes)).isoformat()}


def includeme(config: Any) -> None:
    """Give the registry its worker and slices their directives."""
    jobs = config.registry.jobs = Jobs(config.registry)

    def add_delivery(_config: Any, kind: str, deliver: Delivery,
                     rests: Rests | None = None) -> None:
        jobs.deliveries[kind] = deliver
        if rests is not None:
            jobs.resting[kind] = rests

    def add_job(_config: Any, name: str, job: Job, every: timedelta) -> None:
        jobs.periodic[name] = (job, every)

    def add_upkeep(_config: Any, name: str, upkeep: Upkeep, every: timedelta) -> None:
        jobs.upkeep[name] = (upkeep, every)

    config.add_directive("add_delivery", add_delivery)
    config.add_directive("add_job", add_job)
    config.add_directive("add_upkeep", add_upkeep)
