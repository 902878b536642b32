"""The table of what is promised and measured is what its sources say."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GROUPS = tomllib.loads((ROOT / "docs/promises.toml").read_text("utf-8")).values()
PROMISED = {name for group in GROUPS for name in group if name != "title"}


@pytest.mark.promise("E12")
def test_the_table_is_generated() -> None:
    checked = [sys.executable, ROOT / "bin/promises", "--check"]
    assert subprocess.run(checked, check=False).returncode == 0, "run: make promises"


@pytest.mark.promise("E12")
def test_every_test_holds_a_promise_that_is_made(request: pytest.FixtureRequest) -> None:
    named = {name for item in request.session.items for mark in item.iter_markers("promise")
             for name in mark.args}
    assert named - PROMISED == set()
