"""The only place where text becomes live markup, and back.

`safe_html` is an allow-list; nothing else in the product may make a `SafeHtml`, except of parts
that are escaped or that come from `safe_html`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt

from lms_leiderschap.web.cleaning import clean_text

LONGEST_MARKDOWN = 100_000
_INLINE = ("a", "b", "br", "em", "i", "s", "span", "strong", "sub", "sup", "u")
_LISTS = ("li", "ol", "ul", "table", "tbody", "td", "th", "thead", "tr")
_TAGS = {*_INLINE, *_LISTS, "blockquote", "h2", "h3", "h4", "h5", "p"}
_SPANS = {"colspan": {str(n) for n in range(2, 41)}, "rowspan": {str(n) for n in range(2, 201)}}
_RULES: dict[str, Any] = {
    "link_rel": "noopener noreferrer nofollow",
    "url_schemes": {"http", "https", "mailto"},
    "url_relative": "deny",
    "tag_attribute_values": {"td": _SPANS, "th": _SPANS},
}
_CLEANER = nh3.Cleaner(tags=_TAGS, attributes={"*": set(), "a": {"href"}}, **_RULES)
_NAMES_IMAGES = nh3.Cleaner(
    tags={*_TAGS, "img"}, attributes={"*": set(), "a": {"href"}, "img": {"alt"}}, **_RULES
)
_BETWEEN_BRACKETS = re.compile("[^<>]+")
# Exact for what nh3 writes: there a bracket inside a text or an attribute is always escaped.
_TAG = re.compile("(<[^<>]*>)")
_BREAK = re.compile("</?(?:p|br|div|h[1-6]|[uo]l|li|table|thead|tbody|tr|t[hd]|blockquote)[ >]")
_TITLE = re.compile("(</?)h1(?=[ >])")
# Without a bracket in the description and with an end to it: a text of "![![![…" takes one pass.
_SHOWN = re.compile(r"!\[([^\[\]\n]{0,500})\]\(([\w-]{1,200}\.(?:png|jpe?g|gif|webp))\)", re.I)
# Where a picture comes, between two signs for private use: nobody's keyboard has them.
_MARK_SIGNS = re.compile("[\ue000\ue001]")
_MARK = re.compile("\ue000([0-9]{1,6})\ue001")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


class SafeHtml(str):
    """Markup that Chameleon inserts as it stands, without `structure`.

    Only between tags: in an attribute it would not be escaped. Joined or cut it is a plain text
    again, and in the database too, so that no class of ours stands in a stored value.
    """

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


def safe_html(text: str, *, images: bool = False) -> SafeHtml:
    """`text` reduced to harmless markup: no script, style, class, id, or address but a web link.

    images  keep `<img alt="…">` (without its source), so that an image can be named in words
    """
    cleaner = _NAMES_IMAGES if images else _CLEANER
    markup = cleaner.clean(text.encode("utf-8", "ignore").decode())
    # A sign that never touches a bracket: `>` and U+0338 together would become one character.
    tidy = _BETWEEN_BRACKETS.sub(lambda run: clean_text(run[0]), markup)
    return SafeHtml(markup if tidy == markup else cleaner.clean(tidy))


@lru_cache(maxsize=512)
def markdown(text: str) -> SafeHtml:
    """What a plugin author wrote in markdown; HTML in it is shown as text.

    A text beyond LONGEST_MARKDOWN signs is shown as it was typed: it would keep a page waiting.
    """
    if len(text) > LONGEST_MARKDOWN:
        return safe_html(f"<p>{escaped(text)}</p>")
    return safe_html(_TITLE.sub(r"\1h2", _MARKDOWN.render(clean_text(text))))


def images_named(text: str) -> list[str]:
    """Names of the files that a text in markdown shows as a picture."""
    return [found[2] for found in _SHOWN.finditer(text)]


def markdown_with(text: str, images: Mapping[str, str]) -> SafeHtml:
    """The same as markdown(), with pictures: name to the address it is served from.

    A picture that is not among them is left out, with its description in its place.
    """
    drawn: list[str] = []

    def marked(found: re.Match[str]) -> str:
        described, name = escaped(found[1], quote=True), found[2]
        if name not in images:
            return found[1]
        address = escaped(images[name], quote=True)
        drawn.append(f'<img src="{address}" alt="{described}" loading="lazy"/>')
        return f"\ue000{len(drawn) - 1}\ue001"

    def picture(mark: re.Match[str]) -> str:
        # An author can still spell a mark as an entity: a number that nothing has is nothing.
        return "".join(drawn[int(mark[1]) :][:1])

    markup = markdown(_SHOWN.sub(marked, _MARK_SIGNS.sub("", text)))
    return SafeHtml(_MARK.sub(picture, markup))


def escaped(text: str, *, quote: bool = False) -> str:
    """`text` as markup that shows it, spelled as safe_html spells it; `quote` for an attribute."""
    return html.escape(text, quote=quote).replace("\xa0", "&nbsp;")


def unescaped(markup: str) -> str:
    """The text of a piece of safe_html between two tags; there are no other entities in it."""
    if "&" not in markup:
        return markup
    text = markup.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">")
    return text.replace("&amp;", "&")


def split_tags(markup: str) -> list[str]:
    """Text and tag in turns, text first; `markup` comes from safe_html."""
    return _TAG.split(markup)


def plain_text(markup: str) -> str:
    """What is read on the page: no tags, and a line feed where a line or a cell ends.

    markup  comes from safe_html
    """
    pieces = split_tags(markup)
    texts: list[str] = []
    gap = False
    for tag, piece in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        gap = gap or _BREAK.match(tag) is not None
        if not piece:
            continue
        text = unescaped(piece)
        if gap and texts and not texts[-1][-1].isspace() and not text[0].isspace():
            texts.append("\n")
        texts.append(text)
        gap = False
    return "".join(texts)
