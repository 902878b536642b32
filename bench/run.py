"""make bench: what each step of the main road costs the server, beside what we allow it.

Makes its own data, starts the real server and drives it over HTTP; README.md says how it counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from urllib.parse import urldefrag

warnings.filterwarnings("ignore")

from browser import Browser  # noqa: E402
from data import Targets, make_data, read_targets, sign_in_all, write_targets  # noqa: E402
from plan import Do, Step, Target, plan  # noqa: E402
from server import Server, free_port, write_settings  # noqa: E402

from lms_leiderschap.demo.make import PASSWORD  # noqa: E402

HERE = Path(__file__).parent
# CPU-ms of one step, and MiB: architecture, "Speed we hold ourselves to".
LIMITS = {"dashboard": 3, "open_assignment": 2.5, "hand_in": 12, "queue": 3, "open_submission": 6,
          "give_feedback": 10}
MEMORY, ONE_REPORT = 120, 20
SEALING = 62  # seconds: the audit log is sealed once a minute
FLOOR_PATHS = [("", f"/{number:04}") for number in range(0, 1000, 5)]
SIGN_INS = 40


@dataclass
class Measured:
    """One step: requests and KiB of one, CPU of the server in answers and after them, waits."""

    steps: int
    requests: float
    kib: float
    cpu_ms: float
    after_answer_ms: float
    p50_ms: float
    p95_ms: float


class Bench:
    """Clients that each speak over one connection, as the persons they are told to be."""

    def __init__(self, server: Server, clients: int, seconds: float) -> None:
        self.server, self.seconds = server, seconds
        self.clients = [Browser("127.0.0.1", server.port) for _client in range(clients)]
        self.signed_in: dict[str, dict[str, str]] = {}

    def measure(self, step: Step, seconds: float | None = None) -> Measured:
        """Do a step for each of its targets, in rounds (`again`) or until there are no more."""
        shares = [step.targets[number::len(self.clients)] or step.targets for number, _client
                  in enumerate(self.clients)]
        turns = [cycle(share) if step.again else iter(share) for share in shares]
        self._together(step.do, turns, step.warm_up, time.monotonic() + 60)
        self.server.settle()
        before = self.server.cpu()
        done = self._together(step.do, turns, 10 ** 6, time.monotonic() + (seconds or self.seconds))
        answers = self.server.cpu()[0] - before[0]
        self.server.settle()
        after = self.server.cpu()[1] - before[1]
        times = sorted(ms for client in self.clients for ms in client.times)
        cuts = quantiles(times, n=20)
        return Measured(done, round(len(times) / done, 1),
                        round(sum(client.octets for client in self.clients) / done / 1024, 1),
                        round(answers / done, 2), round(after / done, 2), round(cuts[9], 1),
                        round(cuts[18], 1))

    def _together(self, do: Do, turns: list[Iterator[Target]], most: int,
                  until: float) -> int:
        """All clients at once, each at most so many steps; how many were done."""
        done, wrong = [], []

        def drive(client: Browser, turn: Iterator[Target]) -> None:
            client.times, client.octets = [], 0
            client.close()  # the server drops a connection that was quiet for a minute
            try:
                for _number in range(most):
                    target = next(turn, None)
                    if target is None or time.monotonic() > until:
                        return
                    client.cookies = dict(self.signed_in.get(target[0], {}))
                    do(client, target)
                    done.append(target)
            except Exception as error:  # told by the thread that waits
                wrong.append(error)

        threads = [threading.Thread(target=drive, args=pair)
                   for pair in zip(self.clients, turns, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if wrong:
            raise wrong[0]
        return len(done)


def sign_in(client: Browser, target: Target) -> None:
    client.cookies = {}
    client.sign_in(target[0], PASSWORD)


def floor_page(client: Browser, target: Target) -> None:
    if client.get(target[1]).status != 200:
        raise AssertionError("the bare page does not answer")


def weights(client: Browser, page: str, next_page: str) -> dict[str, float]:
    """KB that a browser is sent for a first page with all it names, and for the next one."""
    first = client.get(page, **{"Accept-Encoding": "br, gzip"})
    named = {urldefrag(url)[0] for url in re.findall(r'(?:href|src)="(/static/[^"]+)"', first.text)}
    assets = [client.get(url, **{"Accept-Encoding": "br, gzip"}) for url in sorted(named)]
    sizes = {url.path.rpartition("/")[2]: round(len(url.body) / 1000, 1) for url in assets}
    following = client.get(next_page, **{"Accept-Encoding": "br, gzip"})
    return {"first_load_kb": round(len(first.body) / 1000 + sum(sizes.values()), 1),
            "next_page_kb": round(len(following.body) / 1000, 1),
            "html_kb": round(len(first.body) / 1000, 1), **sizes}


def measure_floor(clients: int, seconds: float, directory: Path) -> Measured:
    """The bare page (floor.py), served and driven in the same way."""
    port = free_port()
    command = [sys.executable, HERE / "floor.py", directory, str(port)]
    server = Server(directory / "bench.ini", port, instead=command)
    try:
        return Bench(server, clients, seconds).measure(Step("floor", floor_page, FLOOR_PATHS))
    finally:
        server.stop()


def measure_all(bench: Bench, targets: Targets) -> dict[str, Measured]:
    """Every step by itself, reading before writing; signing in last, it counts no step."""
    found = {step.name: bench.measure(step) for step in plan(targets)}
    people = [(email, "") for email, _address in targets.participants[:SIGN_INS]]
    found["sign_in"] = bench.measure(Step("sign_in", sign_in, people, again=False))
    return found


def table(found: dict[str, Measured], memory: float) -> str:
    floor = found["floor"].cpu_ms
    lines = [f"{'step':<16}{'steps':>7}{'requests':>9}{'KiB':>8}{'CPU-ms':>8}{'at most':>8}"
             f"{'/ floor':>8}{'after':>8}{'p50 ms':>8}{'p95 ms':>8}"]
    for name, it in found.items():
        limit = LIMITS.get(name, "")
        over = "  over" if limit and it.cpu_ms > limit else ""
        lines.append(f"{name:<16}{it.steps:>7}{it.requests:>9}{it.kib:>8}{it.cpu_ms:>8}{limit:>8}"
                     f"{it.cpu_ms / floor:>8.1f}{it.after_answer_ms:>8}{it.p50_ms:>8}{it.p95_ms:>8}"
                     f"{over}")
    lines.append(f"{'one report in, its feedback out':<40}{one_report(found):>8}{ONE_REPORT:>8}")
    over = "  over" if memory > MEMORY else ""
    lines.append(f"{'memory PSS, MiB':<40}{memory:>8}{MEMORY:>8}{over}")
    return "\n".join(lines)


def one_report(found: dict[str, Measured]) -> float:
    """CPU-ms of a report handed in, found in the queue, opened, given feedback and released.

    Giving feedback begins with opening a version; that of 3,000 words counts in its place.
    """
    return round(sum(found[name].cpu_ms for name in ("hand_in", "queue", "give_feedback")), 2)


def options() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--participants", type=int, help="1000, or one per 16 submissions")
    words.add_argument("--submissions", type=int, default=1000)
    words.add_argument("--storage", default="file", help="file, sqlite, or postgresql:DSN of an "
                       "empty database")  # fmt: skip
    words.add_argument("--clients", type=int, default=4)
    words.add_argument("--seconds", type=float, default=5, help="at most, for each step")
    words.add_argument("--data", type=Path, metavar="DIR", help="take a copy of the data that lies "
                       "here; make it first when it does not (file and sqlite)")  # fmt: skip
    words.add_argument("--output", type=Path, default=HERE / "latest.json")
    chosen = words.parse_args()
    if chosen.participants is None:
        chosen.participants = max(1000, chosen.submissions // 16)
    return chosen


def machine() -> dict[str, str | int]:
    """What it ran on, and how many others did: the load before the run."""
    return {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count() or 0,
            "python": platform.python_version(), "load_before": os.getloadavg()[0]}  # type: ignore[dict-item]


def commit() -> str:
    said = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True,
                          check=False)
    return said.stdout.strip() or "unknown"


def prepared(chosen: argparse.Namespace, directory: Path) -> Targets:
    """Put the data of this run into `directory`."""
    if chosen.data is None:
        ini = write_settings(directory, chosen.storage)
        return make_data(ini, chosen.participants, chosen.submissions)
    if not chosen.data.exists():
        chosen.data.mkdir(parents=True)
        ini = write_settings(chosen.data, chosen.storage)
        write_targets(chosen.data, make_data(ini, chosen.participants, chosen.submissions))
    shutil.copytree(chosen.data, directory, dirs_exist_ok=True)
    return read_targets(directory)


def run(chosen: argparse.Namespace, directory: Path) -> None:
    before = machine()
    begun = time.monotonic()
    targets = prepared(chosen, directory)
    ini = directory / "bench.ini"
    made = time.monotonic() - begun
    found = {"floor": measure_floor(chosen.clients, chosen.seconds, directory)}
    cookies = sign_in_all(ini, [*(email for email, _at in targets.participants),
                                *targets.teachers])
    server = Server(ini, free_port())
    try:
        bench = Bench(server, chosen.clients, chosen.seconds)
        bench.signed_in = cookies
        found |= measure_all(bench, targets)
        memory = round(server.pss(), 1)
        quiet = server.cpu()[1]
        time.sleep(SEALING)
        written = found["hand_in"].steps + found["give_feedback"].steps
        sealing = round((server.cpu()[1] - quiet) / written, 2)
        person, address = targets.participants[0]
        bench.clients[0].cookies = dict(cookies[person])
        sent = weights(bench.clients[0], "/week", address)
    finally:
        server.stop()
    sys.stdout.write(
        f"{chosen.participants} participants, {chosen.submissions} submissions on "
        f"{chosen.storage.partition(':')[0]} (ready in {made:.0f} s), {chosen.clients} clients\n"
        f"{table(found, memory)}\n"
        f"sealing the audit log in a quiet minute, per step that writes: {sealing} ms\n"
        f"KB sent: {', '.join(f'{name} {size}' for name, size in sent.items())}\n")
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(json.dumps({
        "commit": commit(), "machine": before, "storage": chosen.storage.partition(":")[0],
        "participants": chosen.participants, "submissions": chosen.submissions,
        "clients": chosen.clients, "memory_pss_mib": memory,
        "one_report_cpu_ms": one_report(found),
        "steps": {name: asdict(it) for name, it in found.items()},
        "sealing_ms": sealing, "sent": sent}, indent=2) + "\n", "utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as directory:
        run(options(), Path(directory))


if __name__ == "__main__":
    main()
