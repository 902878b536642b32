"""The larger tiers say what they cannot look at on this machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[1]
ASKED = re.compile(r"""which\(["']([\w-]+)["']""")


def tier(path: Path) -> list[str]:
    """The lines of a run that only tells its parts, on a machine with what `path` holds."""
    told = subprocess.run([sys.executable, TOP / "bin/tier", "release"], text=True, check=True,
                          capture_output=True, env=os.environ | {"PATH": str(path)})  # fmt: skip
    return told.stdout.splitlines()


def test_what_is_not_here_is_told_at_the_begin_and_at_the_end(tmp_path: Path) -> None:
    programs = [tmp_path / name for name in ("cc", "strace")]
    for program in programs:
        program.touch(0o755)
    assert not any(line.startswith(("cc is", "strace is")) for line in tier(tmp_path))
    for program in programs:
        program.unlink()
    lines = tier(tmp_path)
    told = [number for number, line in enumerate(lines)
            if line == "cc is not here, so what needs it is not looked at: install gcc libc6-dev."]
    parts = [number for number, line in enumerate(lines) if line.startswith("  kills-")]
    assert len(told) == 2 and told[0] < parts[0] < told[1]


def test_every_program_that_a_test_asks_for_is_known() -> None:
    asked = {name for file in (TOP / "tests").rglob("*.py")
             for name in ASKED.findall(file.read_text("utf-8"))}  # fmt: skip
    assert len(asked) > 3
    known = re.findall(r'"([\w-]+)": "', (TOP / "bin/tier").read_text("utf-8"))
    assert asked <= set(known)
