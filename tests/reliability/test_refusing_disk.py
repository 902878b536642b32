"""The disk refuses one call, each in its turn: nobody gets a receipt for what is not there.

As SQLite tests itself: strace has the N-th fsync fail, then the N-th write, for every N that a
hand-in or a feedback comes to.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any, NamedTuple

import pytest

from bench.browser import Browser, Page
from bench.server import Server, free_port
from lms_leiderschap.demo.bulk import teacher_email
from lms_leiderschap.store.folder import find
from tests.conftest import STORAGE
from tests.reliability import live, traced

LOGS = {"file": ("Data.fs", "Data.fs.tmp"), "sqlite": ("main.sqlite3-wal", "main.sqlite3")}
REFUSED = (500, 503, 507)
MOST = 60  # calls of one request
TEACHER = teacher_email(1)


class Case(NamedTuple):
    """A form that is filled in, its button, and where it is looked for."""

    sent: live.Sent
    button: str
    address: str


class Site:
    """A server of one process and one thread, so that the N-th call is the same one each time."""

    def __init__(self, directory: Path) -> None:
        self.ini, self.sheets = live.make(directory, 12)
        text = self.ini.read_text("utf-8").replace("threads = 4", "threads = 1")
        self.ini.write_text(text.replace("[app:main]", "[app:main]\nlms.jobs = false"), "utf-8")
        with live.opened(self.ini) as registry:
            who = {sheet.email for sheet in self.sheets} | {TEACHER}
            self.cookies = live.sessions(registry, sorted(who))
        self.directory, self.port = directory, free_port()
        self.server = Server(self.ini, self.port)
        self.browser = Browser(live.HOST, self.port)
        self.waits: list[float] = []

    def hand_in(self) -> Case:
        sheet = self.sheets.pop()
        self.browser.cookies = dict(self.cookies[sheet.email])
        return Case(live.fill_in(self.browser, sheet, random.Random()), "hand_in", sheet.path)

    def give_feedback(self) -> Case:
        """On a version that is handed in now."""
        case = self.hand_in()
        answer = live.send(self.browser, case.sent)
        assert answer is not None and answer.status == 303
        address = answer.location.removesuffix("receipt")
        self.browser.cookies = dict(self.cookies[TEACHER])
        page = self.browser.get(address)
        if not any("ready" in form.buttons for form in page.forms()):
            return self.give_feedback()  # nobody is asked for feedback on this one
        form = page.form("ready")
        form.fill("step", "Vraag een collega om mee te lezen.")
        form.tick("decision", "met")
        sent = live.Sent(live.Sheet(TEACHER, address), page, form, cookies=self.browser.cookies)
        return Case(sent, "ready", address)

    def send(self, case: Case) -> Page | None:
        self.browser.cookies = dict(case.sent.cookies)
        return live.send(self.browser, case.sent, case.button)

    def refused(self, case: Case, *inject: str) -> tuple[Page | None, list[str]]:
        """Send while the disk refuses; the answer, and the calls that it refused."""
        told = self.directory / "told"
        with traced.watching([self.server.pid], told, *inject):
            answer = self.send(case)
        lines = told.read_text("utf-8", "replace").splitlines()
        return answer, [line for line in lines if "(INJECTED)" in line]

    def come_back(self) -> None:
        """As systemd does: start again when the process ended; nothing while it lives."""
        try:
            self.server.process.wait(timeout=2)
        except TimeoutExpired:
            return
        self.server.stop()
        begun = time.monotonic()
        self.server = Server(self.ini, self.port)
        self.waits.append(time.monotonic() - begun)


@pytest.fixture
def site(tmp_path: Path) -> Any:
    if STORAGE not in LOGS:
        pytest.skip("PostgreSQL has its own disk; what it says when that refuses is its own")
    traced.strace()
    made = Site(tmp_path)
    yield made
    made.browser.close()
    made.server.stop()


@pytest.mark.slow
@pytest.mark.tier("nightly")
@pytest.mark.part("faults")
@pytest.mark.promise("A2", "A9", "A10", "E10")
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("what", ["hand_in", "give_feedback"])
def test_a_disk_that_refuses_one_call(
    site: Site, what: str, error: str, figure: Callable[..., None]
) -> None:
    calls = "fsync,fdatasync" if error == "EIO" else "write,pwrite64,writev"
    paths = [word for name in LOGS[STORAGE] if error == "ENOSPC"
             for word in ("-P", str(site.directory / "database" / name))]  # fmt: skip
    found: Counter[str] = Counter()
    done = []
    for number in range(1, MOST):
        case = getattr(site, what)()
        rule = f"inject={calls}:error={error}:when={number}"
        answer, refused = site.refused(case, "-e", rule, *paths)
        if not refused:
            break  # a request comes to fewer calls than that
        found["refused"] += 1
        kept = [line for line in refused if f"{site.directory}/database" in line]
        found["receipts all the same"] += bool(kept and answer and answer.status == 303)
        found["not calm"] += bool(answer and answer.status not in (303, *REFUSED))
        found["ended"] += answer is None
        if answer is None:
            site.come_back()
        again = site.send(case)
        found["second tries without an answer"] += again is None or again.status != 303
        done.append(case)
    site.server.stop()
    found["untrue"] = _untrue(site.ini, done)
    site.server = Server(site.ini, site.port)
    figure("calls refused in turn", found["refused"], "calls", at_least=1)
    figure("servers that ended and began again", found["ended"], "times")
    if site.waits:
        figure("started again, longest", max(site.waits), "s", at_most=15, asked=3)
    for name in ("receipts all the same", "not calm", "second tries without an answer", "untrue"):
        figure(name, found[name], "of those", at_most=0)


def _untrue(ini: Path, cases: list[Case]) -> int:
    """How many are not there exactly once, as they were sent."""
    with live.opened(ini) as registry:
        wrong = [case for case in cases if case.button == "hand_in"
                 and live.kept(registry, case.sent.sheet) != [[case.sent.sha256]]]  # fmt: skip
        states = [live.within(registry, lambda one, at=case.address: _states(one, at))
                  for case in cases if case.button == "ready"]  # fmt: skip
    return len(wrong) + len([state for state in states if state != ["ready"]])


def _states(institution: Any, address: str) -> list[str]:
    version = find(institution, tuple(address.strip("/").split("/")))
    return [feedback.state for feedback in version.feedback.values()]
