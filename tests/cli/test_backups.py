"""Backups by command, beside a server in which people hand in."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from bench.browser import Browser
from bench.server import free_port
from tests.conftest import STORAGE
from tests.reliability import live

LMS = [sys.executable, "-W", "ignore", "-m", "lms_leiderschap.cli"]
pytestmark = [
    pytest.mark.slow, pytest.mark.promise("E2", "G5"), pytest.mark.part("backup"),
    pytest.mark.tier("nightly"),
    pytest.mark.skipif(STORAGE == "postgresql", reason="PostgreSQL makes its own backups"),
]  # fmt: skip
PEOPLE = 12


def lms(ini: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*LMS, *words, "--ini", str(ini)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def hand_in(port: int, sheets: list[live.Sheet], cookies: Any, done: list[live.Sent],
            stop: threading.Event) -> None:
    """One after the other, until told to stop; `done` gets what there is a receipt for."""
    browser, chance = Browser(live.HOST, port), random.Random()
    for sheet in sheets:
        if stop.is_set():
            break
        browser.cookies = dict(cookies[sheet.email])
        sent = live.fill_in(browser, sheet, chance)
        answer = live.send(browser, sent)
        assert answer is not None and answer.status == 303
        done.append(sent)
    browser.close()


def test_what_was_acknowledged_before_a_backup_is_in_it(
    tmp_path: Path, tier: str, figure: Any
) -> None:
    ini, sheets = live.make(tmp_path, PEOPLE)
    with live.opened(ini) as registry:
        cookies = live.sessions(registry, sorted({sheet.email for sheet in sheets}))
    server = live.serve(ini, free_port())
    done: list[live.Sent] = []
    stop = threading.Event()
    people = threading.Thread(target=hand_in, args=(server.port, sheets, cookies, done, stop))
    people.start()
    repository, moments = str(tmp_path / "repository"), []
    try:
        for _backup in range({"nightly": 3, "release": 10}[tier]):
            expected = list(done)
            made = lms(ini, "backup", repository, "--json")
            [facts] = json.loads(made.stdout)
            assert (made.returncode, facts["wrong"]) == (0, []), made.stderr
            moments.append((facts["backup"], expected))
        packed = lms(ini, "pack", "--minutes", "0")
        assert packed.returncode == 0, packed.stderr
        begun = time.monotonic()
        again = lms(ini, "backup", repository, "--json")
        figure("one more backup beside a server", time.monotonic() - begun, "s", at_most=900)
        assert json.loads(again.stdout)[0]["wrong"] == []
        looked = lms(ini, "verify", "--backup", repository)
        assert looked.returncode == 0, looked.stdout
    finally:
        stop.set()
        people.join()
        server.stop()
    assert done
    tried = lms(ini, "backup", "verify", repository, "--json")
    assert tried.returncode == 0, tried.stdout + tried.stderr
    lost = sum(_missing(ini, repository, name, expected, tmp_path) for name, expected in moments)
    figure("acknowledged before a backup and not in it", lost, "hand-ins", at_most=0)


def _missing(ini: Path, repository: str, name: str, expected: list[live.Sent],
             directory: Path) -> int:
    """How many hand-ins are not there after bringing back a backup."""
    into = directory / f"back-{name}"
    day, clock = name[:10], name[11:].replace("-", ":")
    back = lms(ini, "restore", "--from", repository, "--to", f"{day}T{clock}", "--into", str(into))
    assert back.returncode == 0, back.stdout + back.stderr
    named = ini.parent / "institutions.toml"
    before = named.read_text()
    named.write_text(before.replace(f"{STORAGE}:{_place(before)}", f"{STORAGE}:{into}"))
    try:
        with live.opened(ini) as registry:
            return sum(live.kept(registry, sent.sheet) != [[sent.sha256]] for sent in expected)
    finally:
        named.write_text(before)


def _place(institutions: str) -> str:
    return institutions.partition(f'"{STORAGE}:')[2].partition('"')[0]


def test_institutions_in_postgresql_are_told_and_keep_no_other_from_a_backup(
    tmp_path: Path,
) -> None:
    ini, _sheets = live.make(tmp_path, 2)
    file = tmp_path / "institutions.toml"
    whole = file.read_text("utf-8")
    file.write_text(f'{whole}\n[[institutions]]\nkey = "far"\nurl = "http://far.test"\n'
                    'hosts = ["far.test"]\nstorage = "postgresql:port=1 dbname=far"\n', "utf-8")
    for words in (["backup"], ["backup", "verify"]):
        ended = lms(ini, *words, str(tmp_path / "repository"))
        assert ended.returncode == 0 and "far is kept in PostgreSQL" in ended.stderr, ended.stderr
    ended = lms(ini, "backup", str(tmp_path / "repository"), "--institution", "far")
    assert ended.returncode == 1
