"""Whatever people do to a piece of work, in whatever order: nothing is lost and all agrees."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.reliability.course import Course

RUNS = {"commit": 60, "nightly": 300, "release": 2000}
STEPS = 50


@pytest.mark.promise("A8", "B3", "B4", "B8")
@pytest.mark.part("model")
def test_whatever_people_do_all_agrees(
    registry: Any, now: datetime, tier: str, figure: Any
) -> None:
    done = []

    class Here(Course):
        def teardown(self) -> None:
            done.append(self.account.versions)

    Here.registry, Here.begins = registry, now.replace(microsecond=0)
    run_state_machine_as_test(Here, settings=settings(
        max_examples=RUNS[tier], stateful_step_count=STEPS, deadline=None,
        suppress_health_check=list(HealthCheck)))  # fmt: skip
    figure("runs of 50 steps", len(done), "runs", at_least=RUNS[tier])
    versions = [version for course in done for version in course]
    figure("versions handed in", len(versions), "versions", at_least=RUNS[tier])
    for outcome in ("met", "returned", "talk"):
        found = sum(version.outcome == outcome for version in versions)
        figure(f"of them released as {outcome}", found, "versions", at_least=1)
    taken_back = sum(version.state == "withdrawn" for version in versions)
    figure("of them taken back", taken_back, "versions", at_least=1)
