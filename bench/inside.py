"""The same steps in one thread of this process: what they cost without a server around them.

For looking inside: `--profile` tells where the time goes, and the table how many objects were read
from the storage. Use the data that `run.py --data DIR` made, or rather a copy: it is written in.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import io
import json
import pstats
import sys
import time
import warnings
from dataclasses import asdict, dataclass
from email.message import Message
from email.parser import HeaderParser
from http.client import HTTPMessage
from itertools import cycle, islice
from pathlib import Path
from statistics import mean, median
from typing import Any
from urllib.parse import unquote

warnings.filterwarnings("ignore")

from browser import Browser  # noqa: E402
from data import read_targets, sign_in_all  # noqa: E402
from plan import Step, plan  # noqa: E402

from lms_leiderschap.app import make_app  # noqa: E402
from lms_leiderschap.cli import settings_of  # noqa: E402
from lms_leiderschap.web.layout import compile_templates  # noqa: E402


class Inside(Browser):
    """A browser whose requests go to the application itself; `spent` is CPU-ms in it."""

    def __init__(self, app: Any) -> None:
        super().__init__("127.0.0.1", 80)
        self.app, self.spent = app, 0.0
        self.profile: cProfile.Profile | None = None

    def exchange(self, method: str, path: str, body: bytes | None,
                 headers: dict[str, str]) -> tuple[int, HTTPMessage, bytes]:
        environ = _environ(method, path, body or b"", headers)
        told: list[Any] = []
        if self.profile:
            self.profile.enable()
        begun = time.thread_time()
        answer = self.app(environ, lambda *status_and_headers: told.extend(status_and_headers[:2]))
        content = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        self.spent += (time.thread_time() - begun) * 1000
        if self.profile:
            self.profile.disable()
        lines = "".join(f"{name}: {value}\r\n" for name, value in told[1])
        found: Message = HeaderParser(_class=HTTPMessage).parsestr(lines)
        return int(told[0].split()[0]), found, content  # type: ignore[return-value]


def _environ(method: str, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    where, _mark, query = path.partition("?")
    names = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": unquote(where, "latin-1"),
        "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": names.pop("HTTP_CONTENT_TYPE", ""),
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": False,
        "wsgi.run_once": False, **names,
    }  # fmt: skip


class Loads:
    """How many objects all connections have read from the storage so far."""

    def __init__(self, database: Any) -> None:
        self.database = database

    def __call__(self) -> int:
        found: list[int] = []
        self.database._connectionMap(lambda one: found.append(one.getTransferCounts()[0]))
        return sum(found)


@dataclass
class Cost:
    """One step: CPU-ms of it, objects it read from the storage, KiB it sent."""

    name: str
    steps: int
    median_ms: float
    mean_ms: float
    loads: float
    kib: float

    def __str__(self) -> str:
        return (f"{self.name:<16}{self.steps:>6}{self.median_ms:>10.2f}{self.mean_ms:>10.2f}"
                f"{self.loads:>8.1f}{self.kib:>8.1f}")


def measure(browser: Inside, step: Step, rounds: int, loads: Loads,
            cookies: dict[str, dict[str, str]]) -> Cost:
    turns = cycle(step.targets) if step.again else iter(step.targets)
    costs, objects, octets = [], [], []
    for number, target in enumerate(islice(turns, rounds + step.warm_up)):
        browser.cookies = dict(cookies[target[0]])
        if number == step.warm_up:
            gc.collect()
        browser.spent, browser.octets, before = 0.0, 0, loads()
        step.do(browser, target)
        if number >= step.warm_up:
            costs.append(browser.spent)
            objects.append(loads() - before)
            octets.append(browser.octets)
    return Cost(step.name, len(costs), round(median(costs), 2), round(mean(costs), 2),
                round(mean(objects), 1), round(mean(octets) / 1024, 1))


def options() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("directory", type=Path, help="a copy of what `run.py --data` made")
    words.add_argument("steps", nargs="*", help="names of steps; all without")
    words.add_argument("--rounds", type=int, default=200)
    words.add_argument("--json", action="store_true", help="only the figures, for a program")
    words.add_argument("--profile", type=int, metavar="LINES", help="show the dearest functions")
    words.add_argument("--sort", default="tottime")
    return words.parse_args()


def main() -> None:
    chosen = options()
    ini, targets = chosen.directory / "bench.ini", read_targets(chosen.directory)
    steps = plan(targets)
    cookies = sign_in_all(ini, list({email for step in steps for email, _at in step.targets}))
    app = make_app(settings_of(str(ini)))
    compile_templates(app.registry)
    browser = Inside(app)
    loads = Loads(app.registry.databases.database(app.registry.lms.institutions[0]))
    found = []
    if not chosen.json:
        print(f"{'step':<16}{'steps':>6}{'median ms':>10}{'mean ms':>10}{'loads':>8}{'KiB':>8}")
    for step in steps:
        if chosen.steps and step.name not in chosen.steps:
            continue
        browser.profile = cProfile.Profile() if chosen.profile else None
        found.append(measure(browser, step, chosen.rounds, loads, cookies))
        if not chosen.json:
            print(found[-1], flush=True)
        if browser.profile:
            pstats.Stats(browser.profile).sort_stats(chosen.sort).print_stats(chosen.profile)
    if chosen.json:
        print(json.dumps([asdict(cost) for cost in found]))
    app.registry.databases.close()


if __name__ == "__main__":
    main()
