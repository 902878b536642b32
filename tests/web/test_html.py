import copy
import pickle
import time
import unicodedata
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from chameleon import PageTemplate
from hypothesis import given
from hypothesis import strategies as st

from lms_leiderschap.web.cleaning import clean_text
from lms_leiderschap.web.html import (
    LONGEST_MARKDOWN,
    SafeHtml,
    escaped,
    images_named,
    markdown,
    markdown_with,
    plain_text,
    safe_html,
    split_tags,
)

PIECES = [
    "<script>",
    "</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>",
    "<a href=' java\tscript:alert(1)'>",
    "<a href='java&#1;script:alert(1)'>",
    "<a href='https://example.org/?a=<b>&c=\"d\"'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;<img src=1 onerror=a()>'>",
    "<p title=x lang=nl dir=rtl style='color:red' class=x id=y onclick=z>",
    "<table><tr><td colspan=2 onmouseover=x>",
    "<iframe srcdoc='<script>'>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<b>",
    "</p>",
    "<br>",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "&amp;#60;",
    "&#1;",
    "\0",
    "\ud800",
    "\u0338",
    "\xa0",
    "<",
    ">",
    '"',
    "'",
    "`",
    "${7*191}",
    "tekst ",
]
soups = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8))).map("".join)


class Live(HTMLParser):
    """Everything that a browser would act on."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.read: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.read.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"comment {data!r}")


ALLOWED = set(
    "p br strong em b i u s sub sup h2 h3 h4 h5 ul ol li table thead tbody tr th td "
    "blockquote a span".split()
)


def assert_harmless(markup: str, more: frozenset[str] = frozenset()) -> None:
    for tag, attributes in Live(markup).tags:
        assert tag in ALLOWED | more
        if tag == "a":
            assert attributes.pop("rel") == "noopener noreferrer nofollow"
            address = attributes.pop("href", "https:")
            assert urlsplit(address).scheme in ("http", "https", "mailto")
        if tag in ("td", "th"):
            assert all(value.isdigit() for value in attributes.values())
            attributes = {k: v for k, v in attributes.items() if k not in ("colspan", "rowspan")}
        if tag == "img":
            attributes.pop("alt", None)
        assert attributes == {}


@given(soups)
def test_no_input_gives_live_markup(soup):
    assert_harmless(safe_html(soup))
    assert_harmless(safe_html(soup, images=True), frozenset(["img"]))


@given(soups)
def test_no_markdown_gives_live_markup(soup):
    assert_harmless(markdown(soup))


@given(soups)
def test_safe_markup_is_safe_as_it_stands_and_one_spelling(soup):
    once = safe_html(soup)
    assert safe_html(once) == once
    for tag in split_tags(once)[1::2]:
        assert tag.startswith("<") and tag.endswith(">")


@given(soups)
def test_safe_markup_holds_no_control_character(soup):
    assert all(
        sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs") for sign in safe_html(soup)
    )


@given(st.text())
def test_escaped_text_is_text(text):
    shown = Live(f"<p>{escaped(text)}</p>")
    assert [tag for tag, _ in shown.tags] == ["p"]


@given(soups)
def test_a_text_stays_in_its_attribute(text):
    [(_, attributes)] = Live(f'<p title="{escaped(text, quote=True)}">').tags
    assert list(attributes) == ["title"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<p>een <b>twee</b></p>", "<p>een <b>twee</b></p>"),
        ("<h1>te hoog</h1>", "te hoog"),
        ("a<script>alert(1)</script>b", "ab"),
        ("<style>p{}</style>x", "x"),
        ("<img src=x alt=kat>", ""),
        (
            '<a href="/elders" title="t">x</a>',
            '<a rel="noopener noreferrer nofollow">x</a>',
        ),
        (
            '<a href="mailto:a@b.nl">x</a>',
            '<a href="mailto:a@b.nl" rel="noopener noreferrer nofollow">x</a>',
        ),
        (
            '<table><tr><td colspan="2" rowspan="x">1</td></tr></table>',
            '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
        ),
        ("e\u0301 en &#101;&#769;", "\xe9 en \xe9"),
    ],
)
def test_only_what_is_on_the_list_is_kept(given, kept):
    assert safe_html(given) == kept


def test_an_image_is_kept_by_its_description_only_when_asked():
    shown = '<img src="x.png" alt="kat" onerror="a()">'
    assert safe_html(shown, images=True) == '<img alt="kat">'


def test_a_sign_behind_a_bracket_does_not_eat_it():
    assert safe_html("<p>\u0338</p>") == "<p>\u0338</p>"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>een <b>t</b>wee</p>", "een twee"),
        ("<p>een</p><p>twee</p>", "een\ntwee"),
        ("een<br>twee", "een\ntwee"),
        ("een<br>\ntwee", "een\ntwee"),
        ("<ul><li>een<ul><li>twee</li></ul></li></ul>", "een\ntwee"),
        ("<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>", "a\nb"),
        ("3 &lt; 5 &amp; x&nbsp;y", "3 < 5 & x\xa0y"),
        ("", ""),
    ],
)
def test_plain_text_is_what_is_read(markup, text):
    assert plain_text(markup) == text


@given(st.text())
def test_plain_text_of_a_text_is_that_text(text):
    assert plain_text(safe_html(escaped(text))) == clean_text(text)


def test_markdown_of_a_plugin_author_is_shown_with_its_html_as_text():
    brief = "# Opdracht\n\nLees *goed* <b>dit</b>:\n\n- een\n- twee\n\n|a|b|\n|-|-|\n|1|2|\n"
    shown = markdown(brief)
    assert "<h2>Opdracht</h2>" in shown
    assert "<em>goed</em> &lt;b&gt;dit" in shown
    assert "<li>een</li>" in shown
    assert "<td>1</td>" in shown


def test_chameleon_inserts_safe_markup_and_escapes_every_other_text():
    page = PageTemplate('<p>${x}</p><p tal:content="x"/>')
    assert page(x=safe_html("<b>x</b>")) == "<p><b>x</b></p><p><b>x</b></p>"
    assert page(x=safe_html("<b>x</b>") + "<") == "<p>&lt;b&gt;x&lt;/b&gt;&lt;</p>" + (
        "<p>&lt;b&gt;x&lt;/b&gt;&lt;</p>"
    )


def test_safe_markup_is_stored_as_a_plain_text():
    kept = pickle.loads(pickle.dumps(SafeHtml("<b>x</b>")))  # noqa: S301
    assert type(kept) is str
    assert type(copy.deepcopy(SafeHtml("x"))) is str


def test_deep_nesting_is_no_trouble():
    assert safe_html("<b>" * 50_000 + "x").count("x") == 1


N = 25_000
NASTY = {
    "pictures that never end": "![" * N,
    "brackets": "[" * N + "a" + "](b)" * N,
    "links that never end": "[a](" * N,
    "stars": "*a_" * N,
    "quotes": "> " * N + "x",
    "lists": "- " * N + "x",
    "quotes in lists": "- > " * N + "x",
    "ticks": "".join("`" * n + " " for n in range(400)),
    "a wide table": "|a" * N + "\n" + "|-" * N,
    "marks above one letter": "a" + "\u0300\u0316" * (2 * N),
    "marks as entities": "a" + "&#768;&#790;" * (N // 4),
    "references": "[a]: b\n" + "[a]" * N,
    "html": "<b>" * N,
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_no_markdown_of_a_hundred_thousand_signs_keeps_a_page_waiting(text):
    began = time.thread_time()
    markdown_with(text[:LONGEST_MARKDOWN], {"a.png": "/a.png"})
    images_named(text)
    # Seconds of the processor, with room for a slow machine: what was wrong took forty.
    assert time.thread_time() - began < 6


def test_markdown_beyond_its_size_is_shown_as_it_was_typed():
    assert markdown("*a* <b>" * LONGEST_MARKDOWN).startswith("<p>*a* &lt;b&gt;*a*")


def test_a_few_marks_above_a_letter_stay_and_any_number_of_other_signs():
    marks = "\u0316" * 15 + "\u0300" * 15
    assert clean_text(f"x{marks}\u0300!") == f"x{marks}!"
    assert clean_text("-" * 99) == "-" * 99


PICTURES = {"a.png": "/a", "b.png": "/b", "c.png": "/c"}


def shown(name: str, described: str) -> str:
    return f'<img src="/{name}" alt="{described}" loading="lazy"/>'


def test_each_picture_stands_where_the_text_shows_it():
    assert images_named("![a](a.png) ![b](x.svg) ![](c.png)") == ["a.png", "c.png"]
    text = "![een](a.png)![twee](b.png)0![drie](c.png) ![weg](d.png)"
    pictures = f"{shown('a', 'een')}{shown('b', 'twee')}0{shown('c', 'drie')}"
    assert markdown_with(text, PICTURES) == f"<p>{pictures} weg</p>\n"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("\ue0000\ue001![x](a.png)", "0" + shown("a", "x")),
        ("![x](a.png)&#xe000;7&#xe001;", shown("a", "x")),
        ('![" onload="b](a.png)', shown("a", "&quot; onload=&quot;b")),
    ],
)
def test_no_text_makes_a_picture_of_its_own(text, drawn):
    assert markdown_with(text, PICTURES) == f"<p>{drawn}</p>\n"
