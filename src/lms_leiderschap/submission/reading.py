"""The reading copy of an uploaded file: what a teacher reads in the browser.

A job makes it after the hand-in, in a process of its own with limits on time, memory and output,
so that a file made to do harm costs one reading copy and nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Literal

from lms_leiderschap.submission import reading_child
from lms_leiderschap.submission.blocks import (
    Block,
    blocks_from_html,
    blocks_from_pages,
    keep_ids,
    words,
)
from lms_leiderschap.submission.upload import PROTECTED, FileProblem, look_at
from lms_leiderschap.texts import _

MIB = 1 << 20
MOST_OUTPUT = 3 * MIB  # half a million words; the server takes up to twelve times as much for it
MOST_BLOCKS = 20_000
LEAST_WORDS_A_PAGE = 4  # "Scanned with …" at the foot of a page is no text layer

State = Literal["read", "scan", "locked", "unreadable"]
SENTENCES: Mapping[State, str] = {
    "read": "",
    "scan": _(
        "This PDF consists of images. Handing in is possible; your teacher can then only respond "
        "per page."
    ),
    "locked": PROTECTED,
    "unreadable": _("This file cannot be read here. It can be downloaded."),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a file.

    state     ``read``; ``scan``: pages without text; ``locked``: protected; ``unreadable``
    blocks    of the text; of a pdf and a scan one per page
    pages     of a pdf, 0 for a docx
    sentence  what the participant reads about it, empty when all went well
    """

    state: State
    blocks: tuple[Block, ...] = ()
    pages: int = 0
    words: int = 0

    @property
    def sentence(self) -> str:
        return SENTENCES[self.state]


def read_file(
    path: str | os.PathLike[str],
    media_type: str,
    *,
    seconds: int = 20,
    memory: int = 512 * MIB,
    earlier: Iterable[Block] = (),
) -> Reading:
    """Read a docx or pdf; never raises for what is in the file.

    media_type  as decided by look_at when the file came in
    seconds     of wall clock, and of CPU
    memory      bytes of address space
    earlier     blocks of the version before, whose ids are kept where a block is the same
    """
    try:
        with Path(path).open("rb") as source:
            kind = look_at(source, "")
    except FileProblem as problem:
        return Reading("locked" if problem.message == PROTECTED else "unreadable")
    if kind.media_type != media_type:
        return Reading("unreadable")
    return _reading(_found_by_child(kind.key, os.fspath(path), seconds, memory), earlier)


def _found_by_child(kind: str, path: str, seconds: int, memory: int) -> dict[str, Any]:
    """What the child says, or nothing. The kernel holds its output to the limit."""
    program = [sys.executable, "-P", "-X", "utf8", reading_child.__file__]
    limits = [str(seconds), str(memory), str(MOST_OUTPUT)]
    with TemporaryFile() as output:
        try:
            subprocess.run(  # noqa: S603 -- our own program, no shell
                [*program, kind, path, *limits],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                timeout=seconds,
                check=True,
            )
            output.seek(0)
            found: dict[str, Any] = json.loads(output.read(MOST_OUTPUT))
        except (subprocess.SubprocessError, ValueError):
            return {}
    return found


def _reading(found: dict[str, Any], earlier: Iterable[Block]) -> Reading:
    if found.get("state") == "locked":
        return Reading("locked")
    pages = found.get("pages", [])
    blocks = blocks_from_pages(pages) if pages else blocks_from_html(found.get("html", ""))
    if not blocks or len(blocks) > MOST_BLOCKS:
        return Reading("unreadable")
    count = words(blocks)
    state: State = "scan" if count < LEAST_WORDS_A_PAGE * len(pages) else "read"
    return Reading(state, tuple(keep_ids(blocks, earlier)), len(pages), count)
