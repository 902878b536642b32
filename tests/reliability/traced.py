"""What a process asks of the disk, seen by strace: what it writes and what it has synced.

A path counts as unsynced from the moment it is written, or a name is made, moved or taken away in
it, until fsync. A new name is a change of the directory it stands in.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

WRITES = ("write", "pwrite64", "writev", "pwritev", "ftruncate", "fallocate", "copy_file_range",
          "sendfile")  # fmt: skip
SYNCS = ("fsync", "fdatasync")
NAMES = ("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "mkdir",
         "mkdirat")  # fmt: skip
ANSWERS = ("sendto", "sendmsg")
CALLS = (*WRITES, *SYNCS, *NAMES, *ANSWERS, "openat", "unlink", "unlinkat")
# What is made anew from the rest, or is no part of what is kept.
PASSING = re.compile(
    r"\.lock$|\.tmp$|\.index$|\.index_tmp$|-shm$|/blobs/tmp(/|$)|/\.layout$|/\.removed$|"
    r"/oids\.sqlite3|/main\.sqlite3$"
)


def strace() -> str:
    """The program; without it the test is skipped."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed: nothing here sees what is asked of the disk")
    return found


@contextmanager
def watching(pids: list[int], told: Path, *more: str) -> Iterator[None]:
    """Write down what these running processes and their threads ask; `more` for strace."""
    command = [*_strace(told), *more, *(word for pid in pids for word in ("-p", str(pid)))]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert process.stderr is not None
    for _pid in pids:
        process.stderr.readline()  # attached
    try:
        yield
    finally:
        process.terminate()  # it lets go of them; they go on
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def run(command: list[str], told: Path, *more: str) -> int:
    """Run a command to its end under the same eyes; how it ended."""
    return subprocess.run([*_strace(told), *more, *command], check=False, timeout=300).returncode


def _strace(told: Path) -> list[str]:
    return [strace(), "-f", "-y", "-s", "24", "-e", f"trace={','.join(CALLS)}", "-o", str(told)]


def unsynced(told: Path, directory: Path, answer: str,
             there: Iterable[Path] = ()) -> list[set[str]]:  # fmt: skip
    """At each answer that begins so: paths below the directory that the disk may not have.

    there  what stood in the directory before
    """
    known = set(map(str, there))
    open_paths: set[str] = set()
    found = []
    for call, words in _calls(told):
        if call in (*ANSWERS, "write", "writev") and f'"{answer}' in words:
            found.append({path for path in open_paths if not PASSING.search(path)})
        for path, is_synced in _effects(call, words, known, open_paths):
            if path == str(directory) or path.startswith(f"{directory}/"):
                (open_paths.discard if is_synced else open_paths.add)(path)
    return found


def synced(told: Path) -> list[Path]:
    """The paths that were synced, in their order."""
    found = (re.match(r"\d+<(/[^>]+)>", words) for call, words in _calls(told) if call in SYNCS)
    return [Path(path[1]) for path in found if path]


def _calls(told: Path) -> Iterator[tuple[str, str]]:
    """Name and arguments of each call that was done, in the order in which they ended."""
    begun: dict[str, str] = {}
    for line in told.read_text("utf-8", "replace").splitlines():
        pid, _space, text = line.partition(" ")
        text = text.strip()
        if text.endswith("<unfinished ...>"):
            begun[pid] = text.removesuffix("<unfinished ...>")
            continue
        if again := re.match(r"<\.\.\. \w+ resumed>", text):
            text = begun.pop(pid, "") + text[again.end():]
        call, _bracket, words = text.partition("(")
        if not re.search(r"\) += -1 ", words):
            yield call, words


def _effects(call: str, words: str, known: set[str],
             open_paths: set[str]) -> Iterator[tuple[str, bool]]:  # fmt: skip
    """Paths that a call leaves unsynced (False) or synced (True)."""
    if call in (*WRITES, *SYNCS):
        if path := re.match(r"\d+<(/[^>]+)>", words):
            yield path[1], call in SYNCS
    elif call in NAMES:
        old, *_more, new = re.findall(r'"(/[^"]*)"', words) * 2
        known.add(new)
        yield os.path.dirname(new), False
        if old in open_paths and not call.startswith("mkdir"):
            yield new, False
        if call.startswith("rename"):
            yield os.path.dirname(old), False
            yield old, True
    elif call == "openat" and "O_CREAT" in words:
        if (path := re.search(r'"(/[^"]*)"', words)) and path[1] not in known:
            known.add(path[1])
            if not PASSING.search(path[1]):
                yield os.path.dirname(path[1]), False
    elif call.startswith("unlink") and (path := re.search(r'"(/[^"]*)"', words)):
        known.discard(path[1])
        yield path[1], True
