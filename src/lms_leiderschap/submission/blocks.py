"""A text as blocks: typed, taken from a docx, or read from a pdf.

The text of a block is what stands between its tags, nothing added or left out: after a line, an
item or a cell there is a line feed in the markup itself. So `plain_text(block["html"])` is the
`textContent` of the block in a browser, and an offset means the same on both sides.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TypedDict

from lms_leiderschap.store.folder import new_id
from lms_leiderschap.web.cleaning import clean_text
from lms_leiderschap.web.html import escaped, plain_text, safe_html, split_tags

WORDS_A_MINUTE = 200

_KINDS = {
    "p": "paragraph",
    "h2": "heading",
    "h3": "heading",
    "h4": "heading",
    "h5": "heading",
    "ul": "list",
    "ol": "list",
    "table": "table",
    "blockquote": "quote",
}
_HEADINGS = {"# ": "h3", "## ": "h4", "### ": "h5"}
_MARKS = {"<h2>": "# ", **{f"<{tag}>": mark for mark, tag in _HEADINGS.items()}}
_NO_WORDS = frozenset("-–—•·*&/+=|.,:;…")
_BLANK_LINES = re.compile("\n{2,}")
_LOST_TAGS = re.compile("<(/?)(h1|h6|div)(?=[ />])", re.IGNORECASE)
_KEPT_INSTEAD = {"h1": "h2", "h6": "h5", "div": "p"}
_NESTED = "(?:p|h[2-5]|[uo]l|li|table|thead|tbody|tr|t[hd]|blockquote)"
_LINE_BEFORE = re.compile(rf"(?<=\S)(?=<{_NESTED}[ >])")
_LINE_AFTER = re.compile(rf"(?<=<br>)(?!\s)|(</{_NESTED}>)(?!\s|$)")
_HOLDS_BLOCKS = re.compile(f"<{_NESTED}[ >]")
_IMAGE = re.compile('<img(?: alt="([^"]*)")?>')
_PAGE_LINES = re.compile("[\v\f]")


class Block(TypedDict):
    """One piece of a text. In the database it is a plain dict.

    id    stays the same from version to version as long as the block does
    kind  paragraph, heading, list, table, quote, page (of a pdf) or image (its description)
    html  safe HTML
    """

    id: str
    kind: str
    html: str


def typed(text: str) -> str:
    """The one spelling of a typed text: a single blank line between blocks, no space at ends."""
    return "\n\n".join(_chunks(text))


def blocks_from_text(text: str, earlier: Iterable[Block] = ()) -> list[Block]:
    """Blocks of a text typed in a field; a blank line starts a new one.

    Lines that all begin with `- ` make a list; a line of its own after `# ` is a heading.
    earlier  blocks of the version before, whose ids are kept where a block is the same
    """
    return keep_ids([_typed_block(chunk) for chunk in _chunks(text)], earlier)


def text_from_blocks(blocks: Iterable[Block]) -> str:
    """The text to put back in the field: `typed(text)` for what came from blocks_from_text."""
    return "\n\n".join(filter(None, map(_typed_chunk, blocks)))


def blocks_from_html(markup: str, earlier: Iterable[Block] = ()) -> list[Block]:
    """Blocks of a document: one per outer element, loose text in paragraphs of its own."""
    renamed = _LOST_TAGS.sub(lambda tag: f"<{tag[1]}{_KEPT_INSTEAD[tag[2].lower()]}", markup)
    found = (_document_block(outer) for outer in _outer_elements(safe_html(renamed, images=True)))
    return keep_ids([block for block in found if block], earlier)


def blocks_from_pages(pages: Sequence[str]) -> list[Block]:
    """One block per page of a pdf, empty ones too, so that the page number is the place."""
    return [_block("page", _page_markup(page)) for page in pages]


def keep_ids(blocks: Iterable[Block], earlier: Iterable[Block]) -> list[Block]:
    """`blocks` with the ids of the same blocks in `earlier`, wherever they stood."""
    ids: defaultdict[tuple[str, str], deque[str]] = defaultdict(deque)
    for block in earlier:
        ids[block["kind"], block["html"]].append(block["id"])
    kept: list[Block] = []
    for block in blocks:
        same = ids.get((block["kind"], block["html"]))
        kept.append({**block, "id": same.popleft()} if same else block)
    return kept


def words(blocks: Iterable[Block]) -> int:
    """How many words the blocks have together."""
    return sum(count_words(plain_text(block["html"])) for block in blocks)


def count_words(text: str) -> int:
    """How many words stand in a plain text; a dash or bullet by itself is none."""
    return len([word for word in text.split() if word not in _NO_WORDS])


def reading_minutes(count: int) -> int:
    """Minutes to read `count` words with attention, at least one."""
    return max(1, -(-count // WORDS_A_MINUTE))


def _block(kind: str, markup: str) -> Block:
    return {"id": new_id(), "kind": kind, "html": markup}


def _chunks(text: str) -> list[str]:
    lines = (line.rstrip() for line in clean_text(text).split("\n"))
    return [chunk for chunk in _BLANK_LINES.split("\n".join(lines).strip("\n")) if chunk]


def _typed_block(chunk: str) -> Block:
    lines = chunk.split("\n")
    if all(line.startswith("- ") for line in lines):
        items = "".join(f"<li>{escaped(line[2:])}</li>\n" for line in lines)
        return _block("list", f"<ul>\n{items}</ul>")
    mark = chunk[: chunk.find(" ") + 1]
    if tag := _HEADINGS.get(mark) if len(lines) == 1 else None:
        return _block("heading", f"<{tag}>{escaped(chunk[len(mark) :])}</{tag}>")
    return _block("paragraph", _paragraph(chunk))


def _paragraph(text: str) -> str:
    lines = "<br>\n".join(map(escaped, text.split("\n")))
    return f"<p>{lines}</p>"


def _typed_chunk(block: Block) -> str:
    text = plain_text(block["html"])
    if block["kind"] == "list":
        return "\n".join(f"- {line}" for line in text.split("\n") if line.strip())
    if block["kind"] == "heading":
        return _MARKS.get(block["html"][:4], "") + text
    return text


def _outer_elements(markup: str) -> Iterator[str]:
    """Each outer block element, and each run of text and inline markup between two of them."""
    depth = 0
    run = ""
    for tag_or_text in split_tags(markup):
        name = tag_or_text[1:-1].split(" ")[0] if tag_or_text.startswith("<") else ""
        if depth == 0 and name in _KINDS:
            yield run
            run = ""
        run += tag_or_text
        if name and name not in ("br", "img"):
            depth += -1 if name.startswith("/") else 1
        if depth == 0 and name[1:] in _KINDS:
            yield run
            run = ""
    yield run


def _document_block(outer: str) -> Block | None:
    images = [html.unescape(alt).strip() for alt in _IMAGE.findall(outer)]
    if images and not plain_text(_IMAGE.sub("", outer)).strip():
        return _block("image", _paragraph(", ".join(filter(None, images))))
    named = _IMAGE.sub(_named_image, outer)
    text = plain_text(named)
    if not text.strip():
        return None
    kind = _KINDS.get(named[1:].split(">")[0].split(" ")[0]) if named[0] == "<" else None
    if kind is None:
        kind = "paragraph"
        loose = escaped(text) if _HOLDS_BLOCKS.search(named) else named.strip()
        named = f"<p>{loose}</p>"
    return _block(kind, _LINE_AFTER.sub(r"\1" "\n", _LINE_BEFORE.sub("\n", named)))


def _named_image(image: re.Match[str]) -> str:
    return f"[{escaped(html.unescape(image[1]))}]" if image[1] else ""


def _page_markup(page: str) -> str:
    chunks = map(_reflowed, _chunks(_PAGE_LINES.sub("\n", page)))
    return "\n".join(_paragraph(chunk) for chunk in chunks if chunk)


def _reflowed(chunk: str) -> str:
    """Lines of a printed paragraph joined; a clearly shorter one ends a paragraph or a heading."""
    lines = chunk.split("\n")
    full = max(map(len, lines)) * 0.7
    return "".join(line + (" " if len(line) > full else "\n") for line in lines).strip()
