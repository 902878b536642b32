"""Eight people at four pieces of work at the same time, each doing whatever comes to mind; then
everything that must hold of a database is asked of it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from ZODB.POSException import ConflictError

from lms_leiderschap.enrolment.actions import enrol
from lms_leiderschap.errors import Refusal
from lms_leiderschap.feedback.actions import begin, keep_feedback, make_ready, release
from lms_leiderschap.people.actions import register
from lms_leiderschap.store.folder import find, new_id, path_of
from lms_leiderschap.store.verifying import findings
from lms_leiderschap.submission.actions import give_date, mark_read, save_part, submit, withdraw
from lms_leiderschap.submission.blocks import blocks_from_text
from lms_leiderschap.submission.model import Work

KEY = "hrm.ink-met-medewerkers"
WRITERS, WORKS = 8, 4
SECONDS = {"commit": 4, "nightly": 60, "release": 1200}
Notify = Callable[[Any], None]
Verb = Callable[[Work, str, random.Random, Notify], Any]


def writes(work: Work, _teacher: str, chance: random.Random, _notify: Notify) -> None:
    value = {"blocks": blocks_from_text(f"Verslag {chance.random()}")}
    save_part(work, "situation", value, serial=chance.choice((None, work.serial("situation"))),
              by="anna", at=datetime.now(UTC))  # fmt: skip


def hands_in(work: Work, _teacher: str, chance: random.Random, notify: Notify) -> None:
    submit(work, {}, without=[part.key for part in work.report.parts],
           key=f"k{chance.randrange(50)}", by="anna", at=datetime.now(UTC),
           notify=notify)  # fmt: skip


def takes_back(work: Work, _teacher: str, _chance: random.Random, notify: Notify) -> None:
    if work.last is not None:
        withdraw(work.last, by="anna", at=datetime.now(UTC), notify=notify)


def gives(work: Work, teacher: str, chance: random.Random, _notify: Notify) -> None:
    decision = chance.choice(("returned", "returned", "returned", "met"))
    until = (datetime.now(UTC) + timedelta(days=9)).isoformat() if decision == "returned" else ""
    if work.last is not None:
        keep_feedback(work.last, teacher, notes={"situation": f"Helder {chance.random()}."},
                      choices={}, steps=["Noem een cijfer."], decision=decision, until=until,
                      serial=None, at=datetime.now(UTC))  # fmt: skip


def releases(work: Work, teacher: str, _chance: random.Random, notify: Notify) -> None:
    if work.last is not None:
        given = begin(work.last, teacher, at=datetime.now(UTC))
        make_ready(given, at=datetime.now(UTC), notify=notify)
        release(given, by=teacher, at=datetime.now(UTC), notify=notify)


def gets_time(work: Work, _teacher: str, _chance: random.Random, notify: Notify) -> None:
    at = datetime.now(UTC)
    give_date(work, at + timedelta(days=3), "", by="olga", at=at, notify=notify)


def reads(work: Work, _teacher: str, _chance: random.Random, _notify: Notify) -> None:
    mark_read(work)


VERBS: tuple[Verb, ...] = (
    writes, writes, writes, hands_in, hands_in, takes_back, gives, gives, releases, releases,
    gets_time, reads,
)  # fmt: skip


def prepared(institution: Any, notify: Any) -> tuple[list[tuple[str, ...]], list[str]]:
    """Paths of fresh work, one for each of four new participants, and the ids of the teachers."""
    edition = institution.programmes["plg-leergang"].editions["2026"]
    at, paths = datetime.now(UTC), []
    for _number in range(WORKS):
        email = f"{new_id()}@noord.test"
        person = register(institution, email, "Noor", "Bos", by="system", at=at)
        one = enrol(edition, person, by="system", at=at, notify=notify)
        paths.append(path_of(one.work[KEY]))
    return paths, [institution.emails[f"{name}@noord.test"] for name in ("pieter", "marieke")]


def does(verb: Verb, path: tuple[str, ...], teacher: str, chance: random.Random,
         notify: Notify, institution: Any) -> None:  # fmt: skip
    verb(find(institution, path), teacher, chance, notify)


@pytest.mark.promise("B8", "A9")
@pytest.mark.part("model")
def test_all_holds_whatever_eight_people_do_together(registry: Any, tier: str, figure: Any) -> None:
    entry = registry.lms.institutions[0]
    paths, teachers = registry.jobs.within(entry, lambda one: prepared(one, registry.notify))
    ends, done = time.monotonic() + SECONDS[tier], Counter[str]()

    def act(chance: random.Random) -> None:
        while time.monotonic() < ends:
            verb, path, who = map(chance.choice, (VERBS, paths, teachers))
            try:
                registry.jobs.within(entry, partial(does, verb, path, who, chance, registry.notify))
                done[verb.__name__] += 1
            except Refusal:
                done["refused"] += 1
            except ConflictError:
                done["given up"] += 1

    seeds = [random.randrange(10**9) for _writer in range(WRITERS)]
    threads = [threading.Thread(target=partial(act, random.Random(seed))) for seed in seeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figure("writes of eight at once", done.total(), "writes", at_least=SECONDS[tier] * 5)
    for verb in ("hands_in", "releases", "takes_back"):
        figure(f"of them {verb.replace('_', ' ')}", done[verb], "writes", at_least=1)
    wrong = list(findings(registry.databases.database(entry)))
    figure("violations", len(wrong), "violations", at_most=0)
