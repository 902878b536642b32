"""What is endless inside costs its reading copy, and the server neither time nor memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.submission import reading_child
from lms_leiderschap.submission.reading import read_file
from lms_leiderschap.submission.upload import KINDS
from tests.hostile.bombs import AT_THE_DOOR, BOMBS, IN_THE_PROCESS, related
from tests.hostile.conftest import Canary
from tests.submission.files import document, docx, paragraph

TOP = Path(__file__).parents[2]
QUICK = ("a billion laughs", "deep pages", "a docx in a docx, 8 deep", "as much text as is read")
DOCX = KINDS["docx"].media_type


@pytest.mark.promise("C5")
def test_a_bomb_costs_only_its_reading_copy(tmp_path: Path, tier: str, figure: Any) -> None:
    chosen = [*AT_THE_DOOR, *(QUICK if tier == "commit" else IN_THE_PROCESS)]
    (tmp_path / "good").write_bytes(docx())
    for number, name in enumerate(chosen):
        (tmp_path / str(number)).write_bytes(BOMBS[name]())
    paths = [tmp_path / "good", *(tmp_path / str(number) for number in range(len(chosen)))]
    said = subprocess.run(
        [sys.executable, "-m", "tests.hostile.reading_bombs", *map(str, paths)],
        cwd=TOP, capture_output=True, text=True, check=True,
    )  # fmt: skip
    good, *rows = map(json.loads, said.stdout.splitlines())
    assert good["state"] == "read"
    found = dict(zip(chosen, rows, strict=True))
    assert {name for name in chosen if found[name]["state"] == "refused"} == set(AT_THE_DOOR)
    figure("files made to do harm", len(found), "files", at_least=8)
    figure("looked at in", max(row["looked"] for row in rows), "s", at_most=1)
    figure("read or given up in", max(row["seconds"] for row in rows), "s", at_most=15)
    figure("growth of the server", max(row["grown"] for row in rows), "MB", at_most=50)


@pytest.mark.promise("C9")
@pytest.mark.parametrize("entity", [
    "<!DOCTYPE d SYSTEM '{url}'>", "<!DOCTYPE d [<!ENTITY x SYSTEM '{url}'>]>",
    "<!DOCTYPE d [<!ENTITY % x SYSTEM '{url}'> %x;]>", "<?xml-stylesheet href='{url}'?>",
])  # fmt: skip
def test_no_entity_of_a_document_is_fetched(tmp_path: Path, canary: Canary, entity: str) -> None:
    body = paragraph("&x;" if "ENTITY x" in entity else "x")
    path = tmp_path / "file"
    path.write_bytes(docx(whole=document(body, entity.format(url=canary.url))))
    read_file(path, DOCX)
    assert canary.hits() == 0


@pytest.mark.promise("C9")
def test_what_a_document_says_lies_elsewhere_is_left_there(tmp_path: Path, canary: Canary) -> None:
    path = tmp_path / "file"
    path.write_bytes(related(canary.url))
    assert read_file(path, DOCX).state == "read"
    secret = tmp_path / "secret.png"
    secret.write_text("GEHEIM")
    path.write_bytes(related(secret.as_uri()))
    assert "GEHEIM" not in str(read_file(path, DOCX))
    assert canary.hits() == 0


@pytest.mark.promise("C5", "C9")
def test_the_process_that_reads_makes_no_other() -> None:
    """As a user who is not root, whom the kernel lets do so; that takes no open file."""
    program = ("import os, runpy, sys\n"
               "child = runpy.run_path(sys.argv[1])\n"
               "os.getuid() or os.setuid(65534)\n"
               "child['shut']()\nos.fork() or os._exit(0)\n")  # fmt: skip
    ended = subprocess.run([sys.executable, "-c", program, reading_child.__file__],
                           capture_output=True, text=True, check=False)  # fmt: skip
    assert ended.returncode == 1 and "BlockingIOError" in ended.stderr


@pytest.mark.promise("C5", "C9")
@pytest.mark.parametrize("tried", [
    "open('/etc/passwd')", "open('made', 'w')", "socket.socket()", "os.pipe()",
    "subprocess.run(['true'])", "socket.create_connection(('127.0.0.1', int(sys.argv[2])))",
])  # fmt: skip
def test_the_process_that_reads_opens_nothing_else(
    tmp_path: Path, canary: Canary, tried: str
) -> None:
    """What a hole in the reading libraries could be used for, done in their place."""
    port = canary.listener.getsockname()[1]
    program = ("import os, runpy, socket, subprocess, sys\n"
               "child = runpy.run_path(sys.argv[1])\n"
               f"child['shut']()\n{tried}\n")  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-c", program, reading_child.__file__, str(port)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "Too many open files" in ended.stderr
    assert os.listdir(tmp_path) == []
    assert canary.hits() == 0
