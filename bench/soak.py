"""Half load for as long as asked, and whether the memory of the server grows meanwhile.

Each client rests as long as its last step took, so the server is busy half of the time. People
read all the while; hand-ins and feedback are spread over the whole time. The proportional set size
is noted thirty times; what it grows is the slope of the last two thirds of them, when the caches
are full, over the whole length.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from statistics import linear_regression, mean
from typing import Any

warnings.filterwarnings("ignore")

from browser import Browser  # noqa: E402
from data import make_data, sign_in_all  # noqa: E402
from plan import Step, Target, plan  # noqa: E402
from server import Server, free_port, write_settings  # noqa: E402

CLIENTS, NOTED = 4, 30
Turn = tuple[Step, Target]


def turns(steps: list[Step], pause: float, until: float) -> Iterator[Turn]:
    """Reading, and once in `pause` seconds a step that writes, while there are any left."""
    reading = cycle([(step, cycle(step.targets)) for step in steps if step.again])
    writing = [(step, target) for step in steps if not step.again for target in step.targets]
    following = time.monotonic() + pause
    while time.monotonic() < until:
        if writing and time.monotonic() >= following:
            following += pause
            yield writing.pop()
        step, targets = next(reading)
        yield step, next(targets)


def drive(port: int, mine: Iterator[Turn], cookies: dict[str, dict[str, str]],
          wrong: list[Exception], done: list[str]) -> None:
    browser = Browser("127.0.0.1", port)
    try:
        for step, target in mine:
            browser.cookies = dict(cookies[target[0]])
            begun = time.monotonic()
            step.do(browser, target)
            done.append(step.name)
            time.sleep(time.monotonic() - begun)
    except Exception as error:  # told by the thread that waits
        wrong.append(error)
    finally:
        browser.close()


def share(steps: list[Step], client: int) -> list[Step]:
    return [Step(step.name, step.do, step.targets[client::CLIENTS] or step.targets, step.again)
            for step in steps]


def soak(directory: Path, minutes: float) -> dict[str, Any]:
    ini = write_settings(directory)
    steps = plan(make_data(ini, 1000, 1000))
    cookies = sign_in_all(ini, list({email for step in steps for email, _at in step.targets}))
    writing = sum(len(step.targets) for step in steps if not step.again)
    server = Server(ini, free_port())
    wrong: list[Exception] = []
    done: list[str] = []
    try:
        until = time.monotonic() + minutes * 60
        pause = CLIENTS * minutes * 60 / writing
        threads = [threading.Thread(target=drive, args=(
            server.port, turns(share(steps, client), pause, until), cookies, wrong, done))
            for client in range(CLIENTS)]  # fmt: skip
        begun = server.cpu()[0]
        for thread in threads:
            thread.start()
        noted = []
        for _note in range(NOTED):
            time.sleep(minutes * 60 / NOTED)
            noted.append(server.pss())
        busy = (server.cpu()[0] - begun) / (minutes * 60_000)
        for thread in threads:
            thread.join()
    finally:
        server.stop()
    if wrong:
        raise wrong[0]
    late = noted[NOTED // 3:]
    slope = linear_regression(range(len(late)), late).slope
    return {"minutes": minutes, "steps": len(done), "busy": round(busy, 2),
            "first_mib": round(noted[0], 1), "mean_mib": round(mean(late), 1),
            "last_mib": round(noted[-1], 1), "grown_mib": round(slope * NOTED, 1),
            "noted_mib": [round(size, 1) for size in noted]}  # fmt: skip


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--minutes", type=float, default=30)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="lms-soak-") as directory:
        sys.stdout.write(json.dumps(soak(Path(directory), chosen.minutes)) + "\n")


if __name__ == "__main__":
    main()
