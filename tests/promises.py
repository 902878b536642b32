"""Which promise a test holds, in which tier it runs, and what it measured.

    @pytest.mark.promise("A1", "A9")        ids of docs/promises.toml
    @pytest.mark.tier("nightly")            not before that tier; without it, from the first on
    @pytest.mark.part("kills")              of the release tier; without it, "rest"
    def test_…(tier, figure):
        kills = {"commit": 20, "nightly": 200, "release": 1000}[tier]
        figure("lost", lost, "hand-ins", at_most=0)

LMS_TEST_TIER    the tier, "commit" without it
LMS_TEST_PART    run only this part
LMS_RESULTS      a JSON file to which each outcome is added as soon as it is there
LMS_SUITE        the name under which the run as a whole is added too: the promise that the suite
                 passes on a storage
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests import results

TIERS = ("commit", "nightly", "release")
PARTS = ("kills", "faults", "load", "model", "backup", "access", "input", "clocks", "storage",
         "operations", "speed", "rest")  # fmt: skip
TIER = os.environ.get("LMS_TEST_TIER", "commit")
PART = os.environ.get("LMS_TEST_PART", "")
RESULTS = os.environ.get("LMS_RESULTS", "") and os.path.abspath(os.environ["LMS_RESULTS"])
SUITE = os.environ.get("LMS_SUITE", "")
STORAGE = os.environ.get("LMS_TEST_STORAGE", "file")
SUITE_PROMISE = "G1"


@pytest.fixture
def tier() -> str:
    """The tier of this run: "commit", "nightly" or "release"."""
    return TIER


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[..., None]:
    """figure(name, value, unit, at_most=…, at_least=…, asked=…): keep what was measured, then hold
    it against its limit.

    asked  the most that was promised, where a test on a busy machine allows more: a value above it
           fails no test and falls short in the table
    """

    def keep(
        name: str, value: float, unit: str,
        at_most: float | None = None, at_least: float | None = None, asked: float | None = None,
    ) -> None:  # fmt: skip
        row = {"name": name, "value": round(value, 3), "unit": unit}
        row |= {"asked": asked} if asked is not None else {}
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
            item.user_properties.append(("whole", _is_whole(item)))
        (now if _is_due(item) else later).append(item)
    if later:
        config.hook.pytest_deselected(items=later)
        items[:] = now


def _is_whole(item: pytest.Item) -> bool:
    """Whether it asks all that was promised: what grows with the tier does so in the last one."""
    return TIERS[-1] == TIER or "tier" not in getattr(item, "fixturenames", ())


def _is_due(item: pytest.Item) -> bool:
    first, own = item.get_closest_marker("tier"), item.get_closest_marker("part")
    part = own.args[0] if own else "rest"
    if part not in PARTS:
        raise pytest.UsageError(f"{item.nodeid}: no part {part!r} among {PARTS}")
    reached = first is None or TIERS.index(first.args[0]) <= TIERS.index(TIER)
    return reached and PART in ("", part)


class Results:
    """What this run found, in the file as soon as it is found: it may be interrupted."""

    def __init__(self) -> None:
        self.about = {"tier": TIER, "storage": STORAGE, "commit": results.commit(),
                      "machine": results.machine()}  # fmt: skip
        self.begun = datetime.now(UTC)
        self.outcomes: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        kept: dict[str, list[Any]] = {}
        for name, value in report.user_properties:
            kept.setdefault(name, []).append(value)
        if report.when != "call" and report.outcome == "passed":
            return
        self.outcomes[report.outcome] += 1
        if "promises" in kept:
            self.add(report.nodeid, kept["promises"][0], report.outcome, kept.get("figure", []),
                     report.duration, _why(report), whole=kept["whole"][0])  # fmt: skip

    def add(self, test: str, promises: list[str], outcome: str, figures: list[Any],
            seconds: float, why: str = "", *, whole: bool = True) -> None:  # fmt: skip
        row = self.about | {
            "test": test, "promises": promises, "whole": whole, "outcome": outcome,
            "figures": figures,
            "seconds": round(seconds, 1), "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }  # fmt: skip
        results.add(Path(RESULTS), [row | ({"why": why} if why else {})])

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if not SUITE:
            return
        seconds = (datetime.now(UTC) - self.begun).total_seconds()
        figures = [{"name": name, "value": self.outcomes[name], "unit": "tests"}
                   for name in ("passed", "failed", "skipped")]  # fmt: skip
        self.add(SUITE, [SUITE_PROMISE], "failed" if exitstatus else "passed", figures, seconds)


def _why(report: pytest.TestReport) -> str:
    """Why it did not pass, in a line."""
    if report.outcome == "passed":
        return ""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2]
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message.splitlines()[0][:200] if crash else "it did not end as a test"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "promise(*names): the promises of docs/promises.toml")
    config.addinivalue_line("markers", "tier(name): the first tier that runs it")
    config.addinivalue_line("markers", "part(name): the part of the release tier that runs it")
    if RESULTS and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(), "lms-results")
