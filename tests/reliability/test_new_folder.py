"""A folder that is uploaded to one server is there in the other, while people go on working."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.browser import Browser, Page, Upload
from bench.server import Server, free_port, write_settings
from lms_leiderschap.demo.bulk import fill_bulk, teacher_email
from lms_leiderschap.demo.make import PASSWORD
from lms_leiderschap.institution.actions import SYSTEM
from lms_leiderschap.people.actions import give_role, person_with
from lms_leiderschap.permissions import Role
from tests.addon.zips import zipped
from tests.reliability import live

PEOPLE = 8
ADMIN = teacher_email(1)


def make(directory: Path) -> tuple[Path, list[live.Sheet]]:
    ini = write_settings(directory, "sqlite")
    with live.opened(ini) as registry:
        fill_bulk(registry, PEOPLE, 0)

        def with_admin(institution: Any) -> list[live.Sheet]:
            admin = person_with(institution, ADMIN)
            give_role(admin, Role.ADMIN, why="", by=SYSTEM, at=datetime.now(UTC))
            return live.sheets_of(institution, PEOPLE)

        return ini, live.within(registry, with_admin)


@pytest.mark.slow
def test_two_servers_on_one_database_have_it_within_five_seconds(tmp_path: Path) -> None:
    ini, sheets = make(tmp_path)
    one, other = Server(ini, free_port()), Server(ini, free_port())
    stop, failed, done = threading.Event(), [], []
    try:
        cookies = live.signed_in(one.port, sorted({sheet.email for sheet in sheets}))
        admin = Browser(live.HOST, one.port)
        admin.sign_in(ADMIN, PASSWORD)

        def work(number: int, email: str) -> None:
            """Read on both servers, and hand in on one of them, until told to stop."""
            browsers = [Browser(live.HOST, port) for port in (one.port, other.port)]
            for browser in browsers:
                browser.cookies = dict(cookies[email])
            own = [sheet for sheet in sheets if sheet.email == email]
            while not stop.is_set():
                for browser in browsers:
                    page = browser.get("/week")
                    (done if page.status == 200 else failed).append(("/week", page.status))
                if own:
                    browser = browsers[number % 2]
                    sent = live.fill_in(browser, own.pop(), random.Random(number))
                    answer = live.send(browser, sent)
                    status = answer.status if answer else 0
                    (done if status == 303 else failed).append((sent.sheet.path, status))
            for browser in browsers:
                browser.close()

        threads = [threading.Thread(target=work, args=(number, email))
                   for number, email in enumerate(cookies)]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        path = add_to_edition(admin)
        took = time.monotonic() - began
        there = [reads(port, cookies, path) for port in (one.port, other.port)]
        whole = time.monotonic() - began
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        admin.close()
        one.stop()
        other.stop()
    assert failed == [] and len(done) >= PEOPLE * 2
    assert there == [200, 200]
    assert took < 5 and whole < 5


def add_to_edition(admin: Browser) -> str:
    """Upload, switch on, add the module to the edition; the address of the edition."""
    upload = Upload("zip", "samen.zip", "application/zip", zipped())
    send(admin, "/add-addon", "add", uploads=[upload])
    send(admin, "/addons/samen/switch-on", "on")
    board = admin.get("/editions")
    path = next(line.split('"')[0] for line in board.text.split('href="')
                if line.startswith("/programmes/"))
    path = path.partition("?")[0].rstrip("/")
    path = "/".join(path.split("/")[:5])
    send(admin, f"{path}/move?module=samen-leren", "move")
    return path


def send(browser: Browser, path: str, button: str, uploads: Any = ()) -> Page:
    page = browser.get(path)
    answer = browser.send(page, page.form(button), button, uploads=list(uploads))
    assert answer.status == 303, (path, answer.status, answer.text[:2000])
    return answer


def reads(port: int, cookies: dict[str, dict[str, str]], path: str) -> int:
    """What a participant gets who opens the new assignment on one of the servers."""
    own = next(iter(cookies.values()))
    browser = Browser(live.HOST, port)
    browser.cookies = dict(own)
    week = browser.get("/week").text
    home = next(line.split("/work/")[0] for line in week.split('href="')
                if line.startswith(path) and "/work/" in line)
    status = browser.get(f"{home}/work/samen-leren.punt").status
    browser.close()
    return status
