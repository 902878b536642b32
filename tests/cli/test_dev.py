"""From nothing to a report that a teacher sees, in a real server; and what a change does there."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from bench.browser import Browser, Form, Page

pytestmark = pytest.mark.slow
HOST = "localhost"
PATIENCE = 60
FIVE_MINUTES = 300
LMS = [sys.executable, "-m", "lms_leiderschap.cli"]
WORDS = "Wij bezochten elkaars lessen en spraken erover. " * 30


class Dev:
    """``lms dev --json`` on a free port; `said` holds a line for every server that began."""

    def __init__(self, root: Path) -> None:
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        self.browsers: list[Browser] = []
        self.errors = root.parent / "errors"
        self.said: queue.Queue[dict[str, Any]] = queue.Queue()
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [*LMS, "dev", str(root), "--port", str(self.port), "--json"],
                stdout=subprocess.PIPE, stderr=errors, text=True)  # fmt: skip
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.put(json.loads(line))

    def began(self) -> dict[str, Any]:
        """What the next server says of itself."""
        return self.said.get(timeout=PATIENCE)

    def told(self, words: str) -> str:
        """What stands on stderr, once these words are there."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if words in (text := self.errors.read_text("utf-8")):
                return text
            time.sleep(0.1)
        raise AssertionError(f"{words!r} was not said: {text}")

    def enter(self, given: str) -> tuple[Browser, Page]:
        """Sign in with one click, and follow to the first page."""
        browser = Browser(HOST, self.port)
        self.browsers.append(browser)
        page = browser.get("/demo")
        marks = rf'name="person" value="([^"]+)"\s*/?>\s*<button><b>{given}'
        [person] = re.findall(marks, page.text)
        [form] = [each for each in page.forms() if ("person", person) in each.fields]
        answer = browser.send(page, form, "enter")
        while answer.status == 303:
            answer = browser.get(answer.location)
        return browser, answer

    def stop(self) -> None:
        for browser in self.browsers:
            browser.close()
        self.process.terminate()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[Any]:
    running: list[Dev] = []

    def begin(root: Path) -> Dev:
        running.append(Dev(root))
        return running[-1]

    yield begin
    for each in running:
        each.stop()


def new(tmp_path: Path, *words: str) -> Path:
    said = subprocess.run([*LMS, "plugin", "new", "team-scan", *words], cwd=tmp_path, check=True,
                          capture_output=True, text=True)  # fmt: skip
    assert said.stdout.splitlines()[-1] == "Next: lms dev team-scan"
    return tmp_path / "team-scan"


def address(page: Page, ending: str) -> str:
    """The first link on a page that ends so."""
    return next(link for link in re.findall(r'href="([^"#?]+)"', page.text)
                if link.rstrip("/").endswith(ending))  # fmt: skip


def write(form: Form) -> None:
    """Something in every field that is there."""
    for place, (name, value) in enumerate(form.fields):
        if not value and name in ("text", "what", "date", "who"):
            form.fields[place] = (name, WORDS if name == "text" else "12-03-2027")
    form.tick("names")


@pytest.mark.parametrize("words", [(), ("--python",)], ids=["folder", "python"])
def test_from_nothing_to_a_report_that_the_teacher_sees(
    tmp_path: Path, dev: Any, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    server = dev(new(tmp_path, *words))
    facts = server.began()
    assert facts["plugin"] == "team-scan"
    noor, week = server.enter("Noor")
    assert 'id="now">Eén verbeterpunt in het team<' in week.text
    work = address(week, "team-scan.verbeterpunt")
    page = noor.get(f"{work.rstrip('/')}/submit")
    form = page.form("hand_in")
    write(form)
    receipt = noor.send(page, form, "hand_in")
    assert receipt.status == 303, receipt.text
    assert "data-confirmed" in noor.get(receipt.location).text
    pieter, waiting = server.enter("Pieter")
    assert "Noor Jansen" in waiting.text or "Noor Jansen" in pieter.get("/queue").text
    version = receipt.location.removesuffix("/receipt")
    seen = pieter.get(f"{version}/")
    assert seen.status == 200 and "Wij bezochten elkaars lessen" in seen.text
    took = time.monotonic() - began
    with capsys.disabled():
        sys.stdout.write(f"\nfrom lms plugin new to a report with the teacher: {took:.1f} s\n")
    assert took < FIVE_MINUTES


def test_a_change_is_shown_and_a_mistake_leaves_what_was(tmp_path: Path, dev: Any) -> None:
    root = new(tmp_path)
    server = dev(root)
    server.began()
    file = root / "modules/team-scan.toml"
    whole = file.read_text("utf-8")
    file.write_text(whole.replace("Eén verbeterpunt in het team", "Een ander punt"), "utf-8")
    assert server.began()["told"] == ["The edition follows team-scan."]
    noor, week = server.enter("Noor")
    work = address(week, "team-scan.verbeterpunt")
    assert "Een ander punt" in noor.get(f"{work.rstrip('/')}/").text
    file.write_text(file.read_text("utf-8") + "\n[onzin\n", "utf-8")
    said = server.told("The page still shows what was there before.")
    assert re.search(r"modules/team-scan\.toml:\d+: ", said)
    assert noor.get("/week").status == 200
    file.write_text(whole, "utf-8")
    assert server.began()["told"] == ["The edition follows team-scan."]


def test_a_page_asked_for_while_it_begins_anew_is_answered(tmp_path: Path, dev: Any) -> None:
    root = new(tmp_path)
    server = dev(root)
    former = server.began()["pid"]
    file = root / "texts/na.md"
    file.write_text(file.read_text("utf-8") + "\nNog een zin.\n", "utf-8")
    answers = []
    until = time.monotonic() + PATIENCE
    while server.said.empty() and time.monotonic() < until:
        with urlopen(f"http://{HOST}:{server.port}/demo", timeout=PATIENCE) as answer:
            answers.append(answer.status)
    assert set(answers) == {200}
    assert server.began()["pid"] != former


def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    root = new(tmp_path)
    with socket.create_server((HOST, 0)) as taken:
        words = ["dev", str(root), "--port", str(taken.getsockname()[1])]
        said = subprocess.run([*LMS, *words], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "in use" in said.stderr and "Traceback" not in said.stderr


def test_another_version_of_code_brings_its_records_along(tmp_path: Path, dev: Any) -> None:
    root = new(tmp_path, "--python")
    server = dev(root)
    server.began()
    file = root / "src/lms_team_scan/__init__.py"
    step = '\n\n@plugin.upgrade(to="1.2.0")\ndef again(record):\n    return record | {"x": 1}\n'
    text = file.read_text("utf-8").replace('version="1.1.0"', 'version="1.2.0"')
    file.write_text(text + step, "utf-8")
    assert "Records brought to 1.2.0: 18." in server.began()["told"]


def test_when_it_is_stopped_nothing_is_left(tmp_path: Path, dev: Any) -> None:
    server = dev(new(tmp_path))
    pid = server.began()["pid"]
    os.kill(server.process.pid, signal.SIGKILL)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    else:
        raise AssertionError("the server still runs")
    assert sorted(path.name for path in (tmp_path / "team-scan/.lms-dev").iterdir())[0] == (
        ".gitignore")  # fmt: skip


def test_what_is_no_plugin_is_a_sentence(tmp_path: Path) -> None:
    said = subprocess.run([*LMS, "dev", str(tmp_path)], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "lms plugin new" in said.stderr and "Traceback" not in said.stderr
