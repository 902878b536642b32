"""The worker: what goes wrong at one institution does not stop the others."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Any

import pytest

from lms_leiderschap.institution.actions import post
from lms_leiderschap.web import jobs as jobs_module
from lms_leiderschap.web.jobs import Jobs
from tests.conftest import NOW, make_away_with_noord


def test_one_database_that_cannot_be_opened_stops_no_other_institution(
        registry: Any, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []
    jobs = Jobs(registry)
    jobs.periodic["look"] = (lambda institution, _at: seen.append(institution.key),
                             timedelta(seconds=1))
    make_away_with_noord(registry)
    with caplog.at_level(logging.CRITICAL, "lms_leiderschap"):
        jobs.run_once(NOW)
    assert seen == ["zuid"]


def test_one_delivery_that_cannot_be_put_off_stops_no_other_institution(registry: Any) -> None:
    seen: list[str] = []
    jobs = Jobs(registry)
    jobs.periodic["look"] = (lambda institution, _at: seen.append(institution.key),
                             timedelta(seconds=1))

    def fail(_jobs: Any, entry: Any, _number: int) -> None:
        registry.databases.close()
        make_away_with_noord(registry)
        raise OSError

    jobs.deliveries["mail"] = fail
    entry = registry.lms.entry("noord.test")
    jobs.within(entry, lambda noord: post(noord, "mail", {}, at=NOW))
    jobs.run_once(NOW + timedelta(minutes=1))
    assert seen == ["zuid"]


@pytest.mark.promise("E11")
def test_upkeep_that_lasts_is_no_silence_and_holds_up_no_end(
        registry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "PAUSE", 0.05)
    begun, go_on, beats = threading.Event(), threading.Event(), threading.Semaphore(0)

    def pack(_jobs: Any, _entry: Any, _at: Any) -> None:
        begun.set()
        go_on.wait()

    jobs = Jobs(registry)
    jobs.upkeep["pack"] = (pack, timedelta(days=1))
    jobs.beat = beats.release
    jobs.start()
    try:
        assert begun.wait(60)
        assert beats.acquire(timeout=60) and beats.acquire(timeout=60)
        ending = threading.Thread(target=jobs.stop, daemon=True)
        ending.start()
        ending.join(60)
        assert not ending.is_alive() and not go_on.is_set()
    finally:
        go_on.set()
