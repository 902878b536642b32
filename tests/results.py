"""What tests measured, added up in one file: docs/reliability.json and the runs before it.

The file is a list of rows, one a line: test, promises, tier, storage, outcome, figures, seconds,
at, commit and the machine.
Of one test at one tier on one storage the last row stays; those of other commits stay too.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def add(path: Path, rows: Iterable[Row]) -> None:
    """Put rows into the file at once and whole, whoever else is adding to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write(path, [*read(path), *rows])


def read(path: Path) -> list[Row]:
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def write(path: Path, rows: Iterable[Row]) -> None:
    newest = {}
    for row in sorted(rows, key=lambda row: row["at"]):
        newest[row["test"], row["tier"], row["storage"]] = row
    lines = [json.dumps(newest[key], ensure_ascii=False, sort_keys=True) for key in sorted(newest)]
    fresh = path.with_suffix(".new")
    fresh.write_text("[" + ",\n".join(lines) + "]\n", "utf-8")
    fresh.replace(path)


def machine() -> Row:
    """What a figure depends on beside the code."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cpus": os.cpu_count(), "memory_gib": round(memory), "system": platform.system(),
            "python": platform.python_version()}  # fmt: skip


def commit() -> str:
    """The commit that is tested; with a plus when files differ from it."""
    found = _git("rev-parse", "--short=10", "HEAD") or "unknown"
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return found + ("+" if changed else "")


def _git(*words: str) -> str:
    said = subprocess.run(["git", *words], capture_output=True, text=True, check=False,
                          cwd=Path(__file__).parent)  # fmt: skip
    return said.stdout.strip()
