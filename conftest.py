"""Compiled templates are shared by all processes and applications of one test run.

Chameleon reads this when it is imported, so it stands before everything that imports it.
"""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest

pytest_plugins = ["tests.promises"]

MADE = "" if "CHAMELEON_CACHE" in os.environ else tempfile.mkdtemp(prefix="lms-templates-")
os.environ.setdefault("CHAMELEON_CACHE", MADE)


def pytest_unconfigure(config: pytest.Config) -> None:
    if MADE:
        shutil.rmtree(MADE, ignore_errors=True)
