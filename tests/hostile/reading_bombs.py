"""The program that test_bombs.py starts: it reads files as the server does, and says what it took.

One JSON line per path on its command line: the state, the seconds, and by how many MB the memory
of this process has grown at most since it began.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from lms_leiderschap.submission.reading import read_file
from lms_leiderschap.submission.upload import KINDS, FileProblem, look_at


def peak() -> float:
    """The most memory this process ever had, in MB; getrusage would count its parent's too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(paths: list[str]) -> None:
    read_file(paths[0], KINDS["docx"].media_type)  # loads what reading needs
    before = peak()
    for path in paths:
        start = time.monotonic()
        with Path(path).open("rb") as source:
            try:
                media_type = look_at(source, path).media_type
            except FileProblem:
                media_type = ""
        looked = time.monotonic() - start
        state = read_file(path, media_type, seconds=10).state if media_type else "refused"
        print(json.dumps({"state": state, "looked": looked, "seconds": time.monotonic() - start,
                          "grown": peak() - before}), flush=True)  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
