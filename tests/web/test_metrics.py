"""Figures: what is counted, under which labels, and what it costs."""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.errors import SettingError
from lms_leiderschap.web.logs import Answering
from lms_leiderschap.web.metrics import Measuring, Metrics, forget_ended
from tests.submission.test_pages import FREE, REPORT, Desk, hand_in

MARK = "Zeldzaamwoord"


def figures(registry: Any) -> dict[str, float]:
    lines = registry.metrics.shown().decode().splitlines()
    found = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _space, value in found}


def test_answers_are_counted_by_page_and_never_by_what_was_typed(
    browse: Any, registry: Any
) -> None:
    desk = Desk(browse("anna"), REPORT)
    name = 'lms_requests_total{method="GET",route="Work:submit",status="2xx"}'
    before = figures(registry).get(name, 0)
    desk.page("submit")
    for path in (f"/{MARK}", f"/sign-in/{MARK}", f"/sign-in?next=/{MARK}"):
        desk.browser.get(path, expect_errors=True)
    desk.browser.request("/", method="OPTIONS", expect_errors=True)
    assert figures(registry)[name] == before + 1
    shown = registry.metrics.shown().decode()
    assert MARK.lower() not in shown.lower()
    routes = set(re.findall(r'route="([^"]*)"', shown))
    assert {"Work:submit", "unknown"} <= routes and len(routes) < 300


def test_a_job_measures_what_no_request_counts(browse: Any, registry: Any) -> None:
    form = Desk(browse("anna"), FREE).form()
    form["text"] = "Een verslag."
    hand_in(form, status=303)
    entry = registry.lms.institutions[0]
    measure, at = Measuring(registry), datetime.now(UTC)
    registry.jobs.within(entry, lambda institution: measure(institution, at))
    found = figures(registry)
    assert found['lms_outbox_waiting{institution="noord"}'] >= 1
    assert 0 <= found['lms_outbox_oldest_seconds{institution="noord"}'] < 600
    assert found['lms_database_bytes{institution="noord"}'] > 10_000
    assert found['lms_sessions{institution="noord"}'] >= 1
    assert all(0 < value < 1 for name, value in found.items() if "used_ratio" in name)


def test_a_job_says_when_it_last_succeeded_and_how_often_it_failed(registry: Any) -> None:
    at = datetime.now(UTC)
    entry = registry.lms.institutions[0]
    registry.jobs._run_job(entry, "good", lambda _jobs, _entry, _at: None, at)
    registry.jobs._run_job(entry, "bad", lambda _jobs, _entry, _at: 1 / 0, at)
    found = figures(registry)
    good = 'lms_job_success_timestamp_seconds{institution="noord",job="good"}'
    assert found[good] == at.timestamp()
    assert found['lms_job_failures_total{institution="noord",job="bad"}'] == 1


def test_counting_costs_less_than_a_twentieth_of_a_millisecond(figure: Any) -> None:
    metrics, answering, times = Metrics(), Answering("X"), 5000
    begun = time.thread_time()
    for _time in range(times):
        metrics.answered("Work:submit", "GET", 200, 0.003, answering)
    spent = (time.thread_time() - begun) / times
    figure("counting one answer", 1000 * spent, "ms of CPU", at_most=0.05)


def test_what_a_restart_of_all_left_is_forgotten_but_not_beside_one_that_runs(
    tmp_path: Path,
) -> None:
    ended, runs = tmp_path / "counter_4194305.db", tmp_path / "counter_1.db"
    ended.touch()
    runs.touch()
    forget_ended(tmp_path)
    assert ended.exists()
    runs.unlink()
    forget_ended(tmp_path)
    assert not ended.exists()


def test_a_place_for_figures_that_somebody_else_made_is_not_used(tmp_path: Path) -> None:
    """Its name can be guessed: a link would have us delete and write where it leads."""
    mine, link, file = tmp_path / "mine", tmp_path / "link", tmp_path / "file"
    mine.mkdir()
    ended = mine / "counter_4194305.db"
    ended.touch()
    link.symlink_to(mine)
    file.touch()
    (tmp_path / "nowhere").symlink_to(tmp_path / "new")
    for made in (link, file, tmp_path / "nowhere"):
        with pytest.raises(SettingError, match="no directory of this user"):
            forget_ended(made)
    assert ended.exists() and not (tmp_path / "new").exists()
    if os.getuid() == 0:  # nobody else can give a directory away
        os.chown(mine, 65534, 65534)
        with pytest.raises(SettingError, match="no directory of this user"):
            forget_ended(mine)
