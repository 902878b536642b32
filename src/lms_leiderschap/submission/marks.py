"""Remarks drawn into the text they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from lms_leiderschap.submission.blocks import Block
from lms_leiderschap.web.html import SafeHtml, escaped, split_tags, unescaped


class Anchor(NamedTuple):
    """Where a remark stands in a block.

    number      of the remark on the page; its mark is `m-<number>`
    kind        strong, question, improve or next_step
    start, end  offsets in the text of the block, in characters (code points)
    quote       the text between them at the time of writing
    """

    number: int
    kind: str
    start: int
    end: int
    quote: str


class Marked(NamedTuple):
    """A block with its remarks drawn in, and the anchors whose quote does not stand there."""

    html: SafeHtml
    unplaced: tuple[Anchor, ...]


def marked(block: Block, anchors: Sequence[Anchor]) -> Marked:
    """The block with a `<mark id="m-N" class="kind">` around what each anchor quotes.

    A mark that crosses other markup comes in pieces; the first one carries the id. An anchor is
    never moved to other text.
    """
    if not anchors:
        return Marked(SafeHtml(block["html"]), ())
    pieces = split_tags(block["html"])
    texts = [unescaped(piece) for piece in pieces[::2]]
    text = "".join(texts)
    placed = [anchor for anchor in anchors if _stands_in(text, anchor)]
    pieces[::2] = _marked_texts(texts, placed)
    unplaced = tuple(anchor for anchor in anchors if anchor not in placed)
    return Marked(SafeHtml("".join(pieces)), unplaced)


def _stands_in(text: str, anchor: Anchor) -> bool:
    quoted = anchor.start >= 0 and text[anchor.start : anchor.end] == anchor.quote
    return quoted and anchor.quote.strip() != ""


def _marked_texts(texts: Iterable[str], anchors: Sequence[Anchor]) -> Iterator[str]:
    named: set[int] = set()
    start = 0
    for text in texts:
        end = start + len(text)
        here = [anchor for anchor in anchors if anchor.start < end and anchor.end > start]
        # Space between list items or cells is no place for a mark.
        if here and text.strip():
            yield _cut_and_marked(text, start, here, named)
        else:
            yield escaped(text)
        start = end


def _cut_and_marked(text: str, start: int, anchors: Sequence[Anchor], named: set[int]) -> str:
    end = start + len(text)
    edges = {edge for anchor in anchors for edge in (anchor.start, anchor.end)}
    cuts = [start, *sorted(edge for edge in edges if start < edge < end), end]
    drawn = []
    for left, right in pairwise(cuts):
        piece = escaped(text[left - start : right - start])
        for anchor in anchors:
            if anchor.start <= left < anchor.end:
                place = "" if anchor.number in named else f' id="m-{int(anchor.number)}"'
                named.add(anchor.number)
                piece = f'<mark{place} class="{escaped(anchor.kind, quote=True)}">{piece}</mark>'
        drawn.append(piece)
    return "".join(drawn)
