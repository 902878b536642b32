"""make bench-sizes: the bench at every size on every storage, and what growing costs.

Writes results/<storage>-<submissions>.json, and results/growth.json with the figures of the largest
beside those of the smallest of each storage. A result of this commit that is there is not made
again, so a run that was broken off goes on. PostgreSQL is a server of its own, as the tests have.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from tests.postgresql import PostgreSQL  # noqa: E402

RESULTS = HERE / "results"
SIZES = {"file": (1_000, 100_000, 1_000_000), "sqlite": (1_000, 100_000),
         "postgresql": (1_000, 100_000)}  # fmt: skip
GROWTH = 1.3  # at most: architecture, "Speed"


@contextmanager
def place(storage: str) -> Iterator[str]:
    """What `run.py --storage` takes: an empty database."""
    if storage != "postgresql":
        yield storage
        return
    server = PostgreSQL(durable=True)
    try:
        server.create("bench")
        yield f"postgresql:{server.dsn('bench')}"
    finally:
        server.remove()


def result(storage: str, submissions: int, commit: str) -> dict[str, Any]:
    file = RESULTS / f"{storage}-{submissions}.json"
    if file.exists():
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        if found["commit"] == commit:
            return found
    with place(storage) as where:
        subprocess.run([sys.executable, HERE / "run.py", "--submissions", str(submissions),
                        "--storage", where, "--output", file], check=True)  # fmt: skip
    return json.loads(file.read_text("utf-8"))  # type: ignore[no-any-return]


def growth(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """CPU of each step at the large size, of that at the small one, both in bare pages."""
    floors = small["steps"]["floor"]["cpu_ms"], large["steps"]["floor"]["cpu_ms"]
    return {name: round((step["cpu_ms"] / floors[1])
                        / (small["steps"][name]["cpu_ms"] / floors[0]), 2)
            for name, step in large["steps"].items() if name not in ("floor", "sign_in")}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("storages", nargs="*", default=list(SIZES), metavar="STORAGE",
                       help=f"of {', '.join(SIZES)}; all without")  # fmt: skip
    words.add_argument("--most", type=int, default=max(max(SIZES.values())), metavar="SUBMISSIONS")
    chosen = words.parse_args()
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True,
                          check=True)
    told = {"commit": head.stdout.strip(), "at_most": GROWTH, "growth": {}}
    for storage in chosen.storages:
        small, *larger = [result(storage, size, told["commit"])
                          for size in SIZES[storage] if size <= chosen.most]  # fmt: skip
        for large in larger:
            ratios = growth(small, large)
            told["growth"][f"{storage}, {large['submissions']}"] = ratios
            for name, ratio in ratios.items():
                over = "  over" if ratio > GROWTH else ""
                print(f"{storage:<12}{large['submissions']:>9} {name:<16}{ratio:>6} x{over}")
    (RESULTS / "growth.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
