"""The place that a remark is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lms_leiderschap.errors import Refusal
from lms_leiderschap.submission.blocks import Block
from lms_leiderschap.submission.model import Submission
from lms_leiderschap.texts import _
from lms_leiderschap.web.html import plain_text

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n+")


def anchor_of(
    submission: Submission, *, part: str = "", file: str = "", block: str = "", quote: str = ""
) -> dict[str, Any]:
    """A remark's anchor: version, part or file, block, start, end and the exact quote.

    block  id; "" for a part or file that has no blocks: the remark is about the whole of it
    quote  words of the block, spaces may differ; "" for the whole block
    Raises KeyError when there is no such place, Refusal (field "quote") when the words do not
    stand there.
    """
    anchor = {"version": submission.id, "part": part, "file": file, "block": block}
    if not block:
        if part not in submission.answers and file not in submission.files:
            raise KeyError(part or file)
        return anchor | {"start": 0, "end": 0, "quote": ""}
    text = plain_text(block_at(submission, part, file, block)["html"])
    start, end = _place(text, quote) if quote else (0, len(text))
    return anchor | {"start": start, "end": end, "quote": text[start:end]}


def block_at(submission: Submission, part: str, file: str, block: str) -> Block:
    """A block of a written part or of the reading copy of a file. Raises KeyError for another."""
    holder = submission.readings[file] if file else submission.answers[part]
    blocks: Sequence[Block] = holder.get("blocks", ())
    for known in blocks:
        if known["id"] == block:
            return known
    raise KeyError(block)


def sentences(text: str) -> list[str]:
    """The sentences of a block, each once and in their order."""
    found = (sentence.strip() for sentence in _SENTENCE_END.split(text))
    return list(dict.fromkeys(sentence for sentence in found if sentence))


def _place(text: str, quote: str) -> tuple[int, int]:
    words = r"\s+".join(map(re.escape, quote.split()))
    found = re.search(words, text) if words else None
    if found is None:
        raise Refusal(_("These words do not stand in this paragraph."), "quote")
    return found.span()
