"""Which promise a test holds, in which tier it runs, and what it measured.

    @pytest.mark.promise("A1", "A9")        what docs/reliability.md promises
    @pytest.mark.tier("nightly")            not before that tier; without it, from the first on
    def test_…(tier, figure):
        kills = {"commit": 20, "nightly": 200, "release": 1000}[tier]
        figure("lost", lost, "hand-ins", at_most=0)

LMS_TEST_TIER chooses the tier ("commit" without it); LMS_RESULTS names a JSON file to which the
outcomes and figures of this run are added.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

TIERS = ("commit", "nightly", "release")
TIER = os.environ.get("LMS_TEST_TIER", "commit")
RESULTS = os.environ.get("LMS_RESULTS", "")
STORAGE = os.environ.get("LMS_TEST_STORAGE", "file")


@pytest.fixture
def tier() -> str:
    """The tier of this run: "commit", "nightly" or "release"."""
    return TIER


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[..., None]:
    """figure(name, value, unit, at_most=…, at_least=…): keep what was measured, then hold it
    against its limit."""

    def keep(
        name: str, value: float, unit: str,
        at_most: float | None = None, at_least: float | None = None,
    ) -> None:  # fmt: skip
        row = {"name": name, "value": round(value, 3), "unit": unit}
        row |= {"at_most": at_most} if at_most is not None else {}
        row |= {"at_least": at_least} if at_least is not None else {}
        request.node.user_properties.append(("figure", row))
        assert at_most is None or value <= at_most, f"{name}: {value} {unit}, at most {at_most}"
        assert at_least is None or value >= at_least, f"{name}: {value} {unit}, not {at_least}"

    return keep


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    now, later = [], []
    for item in items:
        if marks := list(item.iter_markers("promise")):
            names = sorted({name for mark in marks for name in mark.args})
            item.user_properties.append(("promises", names))
        first = item.get_closest_marker("tier")
        reached = first is None or TIERS.index(first.args[0]) <= TIERS.index(TIER)
        (now if reached else later).append(item)
    if later:
        config.hook.pytest_deselected(items=later)
        items[:] = now


class Results:
    """What this run found, added to the file when it ends."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        kept: dict[str, list[Any]] = {}
        for name, value in report.user_properties:
            kept.setdefault(name, []).append(value)
        ended = report.when == "call" or report.outcome != "passed"
        if "promises" in kept and ended:
            self.rows.append({
                "test": report.nodeid, "promises": kept["promises"][0], "tier": TIER,
                "storage": STORAGE, "outcome": report.outcome, "figures": kept.get("figure", []),
                "seconds": round(report.duration, 1),
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "commit": _commit(),
            })  # fmt: skip

    def pytest_sessionfinish(self) -> None:
        path = Path(RESULTS)
        known = json.loads(path.read_text("utf-8")) if path.exists() else []
        fresh = {(row["test"], row["tier"], row["storage"]) for row in self.rows}
        kept = [r for r in known if (r["test"], r["tier"], r["storage"]) not in fresh]
        rows = sorted(kept + self.rows, key=lambda r: (r["test"], r["tier"], r["storage"]))
        path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "promise(*names): the promises of docs/reliability.md")
    config.addinivalue_line("markers", "tier(name): the first tier that runs it")
    if RESULTS and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(), "lms-results")
