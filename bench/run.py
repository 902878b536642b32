"""make bench: what each step of the main road costs the server, beside what we allow it.

Makes its own data, starts the real server and drives it over HTTP; README.md says how it counts.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from urllib.parse import urldefrag

warnings.filterwarnings("ignore")

import steps  # noqa: E402
from browser import Browser  # noqa: E402
from data import Targets, make_data  # noqa: E402
from server import Server, free_port, write_settings  # noqa: E402

from lms_leiderschap.demo.make import PASSWORD  # noqa: E402

HERE = Path(__file__).parent
# CPU-ms of one step, and MiB: architecture, "Speed we hold ourselves to".
LIMITS = {"dashboard": 3, "open_assignment": 2.5, "hand_in": 12, "queue": 3, "open_submission": 6,
          "give_feedback": 10}
MEMORY = 120
WARM_UP = 8  # steps of each client before anything is counted; one where targets are few
SEALING = 62  # seconds: the audit log is sealed once a minute
Do = Callable[[Browser, tuple[str, str]], None]


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

    def measure(self, do: Do, targets: list[tuple[str, str]], *, again: bool,
                seconds: float | None = None) -> Measured:
        """Do a step for each target, in rounds (`again`) or until there are no more."""
        shares = [targets[number::len(self.clients)] or targets for number, _client
                  in enumerate(self.clients)]
        turns = [cycle(share) if again else iter(share) for share in shares]
        most = WARM_UP if again or len(targets) > 100 else 1
        self._together(do, turns, most, time.monotonic() + 60)
        self.server.settle()
        before = self.server.cpu()
        done = self._together(do, turns, 10 ** 6, time.monotonic() + (seconds or self.seconds))
        answers = self.server.cpu()[0] - before[0]
        self.server.settle()
        after = self.server.cpu()[1] - before[1]
        times = sorted(ms for client in self.clients for ms in client.times)
        cuts = quantiles(times, n=20)
        return Measured(done, round(len(times) / done, 1),
                        round(sum(client.octets for client in self.clients) / done / 1024, 1),
                        round(answers / done, 2), round(after / done, 2), round(cuts[9], 1),
                        round(cuts[18], 1))

    def _together(self, do: Do, turns: list[Iterator[tuple[str, str]]], most: int,
                  until: float) -> int:
        """All clients at once, each at most so many steps; how many were done."""
        done, wrong = [], []

        def drive(client: Browser, turn: Iterator[tuple[str, str]]) -> None:
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

    def sign_in(self, client: Browser, target: tuple[str, str]) -> None:
        client.cookies = {}
        client.sign_in(target[0], PASSWORD)
        self.signed_in[target[0]] = dict(client.cookies)


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


def measure_all(bench: Bench, targets: Targets) -> dict[str, Measured]:
    """Every step by itself, reading before writing."""
    teachers = [(email, "") for email in targets.teachers]
    readers = targets.participants[:200]
    # Teachers of one edition have the reports of different people in hand.
    random.Random(2026).shuffle(targets.waiting)
    waiting = list(zip(cycle(targets.teachers), targets.waiting))

    def at(do: Callable[..., None], **more: list[str]) -> Do:
        return lambda client, target: partial(do, **more)(client, target[1])

    everybody = targets.participants + teachers
    found = {"sign_in": bench.measure(bench.sign_in, everybody, again=False, seconds=600)}
    found["dashboard"] = bench.measure(at(steps.dashboard), readers, again=True)
    found["open_assignment"] = bench.measure(at(steps.open_page), readers, again=True)
    found["queue"] = bench.measure(at(steps.queue), teachers, again=True)
    found["open_submission"] = bench.measure(at(steps.open_page), targets.long, again=True)
    found["hand_in"] = bench.measure(at(steps.hand_in, words=targets.words),
                                     targets.participants, again=False)
    found["give_feedback"] = bench.measure(at(steps.give_feedback), waiting, again=False)
    return found


def table(found: dict[str, Measured], memory: float) -> str:
    lines = [f"{'step':<16}{'steps':>7}{'requests':>9}{'KiB':>8}{'CPU-ms':>8}{'at most':>8}"
             f"{'after':>8}{'p50 ms':>8}{'p95 ms':>8}"]
    for name, it in found.items():
        limit = LIMITS.get(name, "")
        over = "  over" if limit and it.cpu_ms > limit else ""
        lines.append(f"{name:<16}{it.steps:>7}{it.requests:>9}{it.kib:>8}{it.cpu_ms:>8}{limit:>8}"
                     f"{it.after_answer_ms:>8}{it.p50_ms:>8}{it.p95_ms:>8}{over}")
    over = "  over" if memory > MEMORY else ""
    lines.append(f"{'memory PSS, MiB':<40}{memory:>8}{MEMORY:>8}{over}")
    return "\n".join(lines)


def options() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--participants", type=int, default=1000)
    words.add_argument("--submissions", type=int, default=1000)
    words.add_argument("--clients", type=int, default=4)
    words.add_argument("--seconds", type=float, default=5, help="at most, for each step")
    words.add_argument("--keep", type=Path, metavar="DIR", help="put the data here and leave it")
    words.add_argument("--output", type=Path, default=HERE / "latest.json")
    return words.parse_args()


def commit() -> str:
    said = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True,
                          check=False)
    return said.stdout.strip() or "unknown"


def run(chosen: argparse.Namespace, directory: Path) -> None:
    ini = write_settings(directory)
    begun = time.monotonic()
    targets = make_data(ini, chosen.participants, chosen.submissions)
    made = time.monotonic() - begun
    server = Server(ini, free_port())
    try:
        bench = Bench(server, chosen.clients, chosen.seconds)
        found = measure_all(bench, targets)
        memory = round(server.pss(), 1)
        before = server.cpu()[1]
        time.sleep(SEALING)
        written = found["hand_in"].steps + found["give_feedback"].steps
        sealing = round((server.cpu()[1] - before) / written, 2)
        person, address = targets.participants[0]
        bench.clients[0].cookies = bench.signed_in[person]
        sent = weights(bench.clients[0], "/week", address)
    finally:
        server.stop()
    sign_in = found["sign_in"]
    sys.stdout.write(
        f"{chosen.participants} participants, {chosen.submissions} submissions (made in "
        f"{made:.0f} s), {chosen.clients} clients\n{table(found, memory)}\n"
        f"sealing the audit log in a quiet minute, per step that writes: {sealing} ms\n"
        f"KB sent: {', '.join(f'{name} {size}' for name, size in sent.items())}\n")
    chosen.output.write_text(json.dumps({
        "commit": commit(), "memory_pss_mib": memory,
        "steps": {name: asdict(found[name]) for name in LIMITS}, "sign_in": asdict(sign_in),
        "participants": chosen.participants, "submissions": chosen.submissions,
        "clients": chosen.clients, "sealing_ms": sealing, "sent": sent}, indent=2) + "\n", "utf-8")


def main() -> None:
    chosen = options()
    if chosen.keep:
        chosen.keep.mkdir(parents=True)
        run(chosen, chosen.keep)
        return
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as directory:
        run(chosen, Path(directory))


if __name__ == "__main__":
    main()
