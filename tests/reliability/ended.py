"""A command that is ended unwarned at a chosen place: after so many calls and returns in it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence

PROGRAM = """
import os, signal, sys
from lms_leiderschap.cli import main
left, ending = int(sys.argv[1]), int(sys.argv[1]) > 0
def step(frame, event, argument):
    global left
    left -= 1
    if ending and not left:
        os.kill(os.getpid(), signal.SIGKILL)
import lms_leiderschap.app, lms_leiderschap.store.evolving, lms_leiderschap.submission.evolve
sys.setprofile(step)
code = main(sys.argv[2:])
sys.setprofile(None)
print(-left)
sys.exit(code)
"""


def length(words: Sequence[str]) -> int:
    """How many calls and returns there are in a command; it is carried out for that."""
    done = _run(0, words)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.splitlines()[-1])


def kill(words: Sequence[str], after: int) -> None:
    """Carry a command out and kill it after so many of them."""
    assert _run(after, words).returncode == -signal.SIGKILL


def _run(left: int, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(left), *words]
    return subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
