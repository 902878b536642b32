"""Pages stay as fast when an institution grows, and memory stays as it is while people work."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench"
EACH = 16  # versions of each participant, in the small institution as in the large one
pytestmark = [pytest.mark.slow, pytest.mark.part("speed"), pytest.mark.tier("nightly")]


def said(script: str, *words: object) -> Any:
    """What a script of the bench says, as JSON."""
    ended = subprocess.run([sys.executable, BENCH / script, *map(str, words)], check=True,
                           capture_output=True, text=True)  # fmt: skip
    return json.loads(ended.stdout.splitlines()[-1]) if ended.stdout else None


def costs(directory: Path, submissions: int) -> dict[str, dict[str, float]]:
    """What each step costs in an institution with so many versions, by its name."""
    made = [sys.executable, BENCH / "data.py", directory, submissions // EACH, submissions]
    subprocess.run(list(map(str, made)), check=True, capture_output=True)
    return {step["name"]: step for step in said("inside.py", directory, "--json")}


@pytest.mark.promise("G6")
def test_a_page_costs_as_much_in_a_large_institution(
    tmp_path: Path, tier: str, figure: Callable[..., None]
) -> None:
    small = costs(tmp_path / "small", 1_600)
    large = costs(tmp_path / "large", {"nightly": 32_000, "release": 1_000_000}[tier])
    for name, step in small.items():
        growth = large[name]["median_ms"] / step["median_ms"]
        figure(f"{name}: CPU in a large institution, of that in a small one", growth, "×",
               at_most=1.3)  # fmt: skip


@pytest.mark.promise("G7")
def test_memory_does_not_grow_while_people_work(tier: str, figure: Callable[..., None]) -> None:
    found = said("soak.py", "--minutes", {"nightly": 3, "release": 30}[tier])
    figure("memory under half load", found["mean_mib"], "MiB")
    figure("growth of it", found["grown_mib"], "MiB", at_most=10)
    assert found["steps"] > 100 * found["minutes"]
