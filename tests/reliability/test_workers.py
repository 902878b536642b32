"""Two worker processes at one outbox: each mail leaves once, whatever becomes of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import transaction

from bench.server import TICKS, free_port, write_settings
from lms_leiderschap.demo.bulk import fill_bulk, participant_email
from lms_leiderschap.institution.actions import record
from lms_leiderschap.message.actions import mail_in, mail_link
from lms_leiderschap.people.actions import person_with
from lms_leiderschap.store.root import institution_in
from tests.conftest import STORAGE, storage_in
from tests.message.conftest import Server as MailServer
from tests.reliability.live import opened, within

MAILS = {"commit": 60, "nightly": 200, "release": 1000}
LMS = Path(sys.executable).with_name("lms")

pytestmark = pytest.mark.slow


@pytest.fixture
def post_office() -> Iterator[MailServer]:
    server = MailServer(free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def ini(tmp_path: Path, post_office: MailServer) -> Path:
    """An institution with one participant, on a storage for several processes."""
    place = "sqlite" if STORAGE == "file" else storage_in(tmp_path, "database", durable=True)
    found = write_settings(tmp_path, place)
    lines = found.read_text("utf-8")
    mail = f"lms.mail = smtp://127.0.0.1:{post_office.port}"
    found.write_text(lines.replace("lms.mail = files:mail", mail), "utf-8")
    with opened(found) as registry:
        fill_bulk(registry, 1, 0)
    return found


@pytest.fixture
def work(ini: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """work() starts a worker that is at work when it returns."""
    begun: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        with (ini.parent / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [LMS, "worker", ini, "--json"], stdout=subprocess.PIPE, stderr=log, cwd=ini.parent,
                env=os.environ | {"PYTHONWARNINGS": "ignore"})  # fmt: skip
        begun.append(process)
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["pid"] == process.pid
        return process

    yield begin
    for process in begun:
        process.terminate()
        process.wait(60)
        if process.stdout is not None:
            process.stdout.close()


def write_mails(ini: Path, count: int) -> None:
    def write(institution: Any) -> None:
        person = person_with(institution, participant_email(1))
        for _number in range(count):
            mail_link(institution, person, "invitation", at=datetime.now(UTC))

    with opened(ini) as registry:
        within(registry, write)


def states(ini: Path) -> list[str]:
    with opened(ini) as registry:
        found: list[str] = within(registry, lambda institution: [
            item["state"] for _number, item in mail_in(institution)])
    return found


def wait(until: Callable[[], bool], most: float = 120) -> None:
    end = time.monotonic() + most
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)


def counted(post_office: MailServer) -> Counter[str]:
    return Counter(str(mail["Message-ID"]) for mail in post_office.postman.mails)


@pytest.mark.promise("G10")
def test_two_workers_send_each_mail_once(
    ini: Path, work: Any, post_office: MailServer, tier: str, figure: Any
) -> None:
    write_mails(ini, MAILS[tier])
    workers = [work(), work()]
    wait(lambda: len(post_office.postman.mails) >= MAILS[tier])
    for worker in workers:
        worker.terminate()
    assert [worker.wait(60) for worker in workers] == [0, 0]
    found = counted(post_office)
    figure("mails", len(found), "mails", at_least=MAILS[tier])
    figure("sent twice", sum(found.values()) - len(found), "mails", at_most=0)
    figure("left behind", len(states(ini)), "mails", at_most=0)


@pytest.mark.promise("G10")
@pytest.mark.tier("nightly")
def test_a_worker_that_is_killed_sends_nothing_twice(
    ini: Path, work: Any, post_office: MailServer, tier: str, figure: Any
) -> None:
    write_mails(ini, MAILS[tier])
    first, other = work(), work()
    wait(lambda: len(post_office.postman.mails) >= MAILS[tier] // 2)
    first.send_signal(signal.SIGKILL)
    wait(lambda: "waiting" not in states(ini))
    other.terminate()
    assert other.wait(60) == 0
    found, left = counted(post_office), states(ini)
    figure("sent twice", sum(found.values()) - len(found), "mails", at_most=0)
    # The one in hand: claimed, perhaps sent. After a quarter of an hour a person is asked.
    figure("in the hands of the killed worker", len(left), "mails", at_most=1)
    assert set(left) <= {"sending"}
    assert len(found) >= MAILS[tier] - len(left)


@pytest.mark.promise("E7")
def test_two_that_seal_the_log_at_once_make_one_chain(ini: Path) -> None:
    with opened(ini) as one, opened(ini) as other:
        lines = within(one, _write_lines)
        first, second = _began_to_seal(one), _began_to_seal(other)
        first()
        with pytest.raises(transaction.interfaces.TransientError):
            second()
        within(other, lambda institution: institution.audit.seal())
        sealed, broken = within(one, lambda institution: (
            len(institution.audit.sealed), institution.audit.broken_at()))
    assert (sealed, broken) == (lines, None)


def _write_lines(institution: Any) -> int:
    for _line in range(20):
        record(institution, "role.given", by="system", at=datetime.now(UTC))
    return len(institution.audit.newest(1000))


def _began_to_seal(registry: Any) -> Callable[[], None]:
    """A transaction that has sealed what waits; what it gives commits and ends it."""
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(registry.lms.institutions[0], manager)
    institution_in(connection).audit.seal()

    def commit() -> None:
        try:
            manager.commit()
        except transaction.interfaces.TransientError:
            manager.abort()
            raise
        finally:
            connection.close()

    return commit


@pytest.mark.promise("G10")
@pytest.mark.tier("nightly")
def test_a_worker_with_nothing_to_do_costs_little(ini: Path, work: Any, figure: Any) -> None:
    worker = work()
    time.sleep(3)  # what is due at its start
    before, begun = _spent(worker.pid), time.monotonic()
    time.sleep(5)
    spent = (_spent(worker.pid) - before) / (time.monotonic() - begun)
    figure("CPU of a worker with nothing to do", spent, "ms per second", at_most=50)


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) * 1000 / TICKS


def test_a_file_has_its_jobs_in_its_server(tmp_path: Path) -> None:
    ini = write_settings(tmp_path)
    ended = subprocess.run([LMS, "worker", ini], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The storage file: of meting can be open in one process only")
