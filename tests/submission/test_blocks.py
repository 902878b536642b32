import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_leiderschap.submission.blocks import (
    blocks_from_html,
    blocks_from_pages,
    blocks_from_text,
    keep_ids,
    reading_minutes,
    text_from_blocks,
    typed,
    words,
)
from lms_leiderschap.submission.marks import Anchor, marked
from lms_leiderschap.web.html import plain_text, safe_html

TYPED = """# Aanleiding

In november hebben 23 collega's
de scan ingevuld.

- de spreiding < 2 & "groot"
- het team wil dit

Slot."""

lines = st.one_of(
    st.sampled_from(["", " ", "- a", "# a", "## b", "###  c", "-", "#", "a - b", "\u0338", "<b>"]),
    st.text(max_size=12),
)
texts = st.lists(lines).map("\n".join)
TAGS = ["<p>", "</p>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<br>"] + [
    "<b>",
    "</b>",
    "<h1>",
    "</h1>",
    "<div>",
    "<img alt='kat \"x\"'>",
    "<blockquote>",
    "a",
    " ",
    "\n",
]
soups = st.lists(st.one_of(st.sampled_from(TAGS), st.text(max_size=5))).map("".join)


class Text(HTMLParser):
    """What a browser calls textContent."""

    def __init__(self, markup):
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_data(self, data):
        self.text += data


def assert_well_made(blocks):
    for block in blocks:
        assert sorted(block) == ["html", "id", "kind"]
        assert len(block["id"]) == 13
        assert type(block["html"]) is str
        assert safe_html(block["html"]) == block["html"]
        assert plain_text(block["html"]) == Text(block["html"]).text
    assert len({block["id"] for block in blocks}) == len(blocks)


def shape(blocks):
    return [(block["kind"], block["html"]) for block in blocks]


def test_typed_text_becomes_blocks():
    assert shape(blocks_from_text(TYPED)) == [
        ("heading", "<h3>Aanleiding</h3>"),
        ("paragraph", "<p>In november hebben 23 collega's<br>\nde scan ingevuld.</p>"),
        (
            "list",
            '<ul>\n<li>de spreiding &lt; 2 &amp; "groot"</li>\n<li>het team wil dit</li>\n</ul>',
        ),
        ("paragraph", "<p>Slot.</p>"),
    ]


def test_no_text_has_no_blocks():
    assert blocks_from_text(" \r\n\t\n\0") == []


@given(texts)
def test_typed_text_comes_back_as_it_was(text):
    blocks = blocks_from_text(text)
    assert_well_made(blocks)
    assert text_from_blocks(blocks) == typed(text)
    assert blocks_from_text(text_from_blocks(blocks), blocks) == blocks


def test_only_space_at_ends_and_between_blocks_changes():
    assert typed("\n a  \r\n\r\n\r\n b\n") == " a\n\n b"


@given(soups)
def test_any_document_becomes_well_made_blocks(soup):
    blocks = blocks_from_html(soup)
    assert_well_made(blocks)
    assert all(block["kind"] == "image" or words([block]) >= 0 for block in blocks)


@given(soups)
def test_no_letter_of_a_document_is_lost(soup):
    kept = "".join(plain_text(block["html"]) for block in blocks_from_html(soup))
    given_letters = [sign for sign in plain_text(safe_html(soup)) if sign.isalnum()]
    left = iter(kept)
    assert all(sign in left for sign in given_letters)


@given(st.lists(st.text(), max_size=4))
def test_each_page_of_a_pdf_is_one_block(pages):
    blocks = blocks_from_pages(pages)
    assert_well_made(blocks)
    assert [block["kind"] for block in blocks] == ["page"] * len(pages)


def test_a_document_gives_a_block_per_outer_element():
    found = blocks_from_html(
        "<h1>Titel</h1>los <b>eind</b><p>een</p><ul><li>a<ol><li>b</li></ol></li></ul>"
        '<table><tr><td colspan="2">1</td></tr></table><p></p><script>x</script>'
        '<p><img src="data:x" alt="Een foto"></p><p>zie <img alt="plan"> hier</p>'
    )
    assert shape(found) == [
        ("heading", "<h2>Titel</h2>"),
        ("paragraph", "<p>los <b>eind</b></p>"),
        ("paragraph", "<p>een</p>"),
        ("list", "<ul>\n<li>a\n<ol>\n<li>b</li>\n</ol>\n</li>\n</ul>"),
        (
            "table",
            '<table>\n<tbody>\n<tr>\n<td colspan="2">1</td>\n</tr>\n</tbody>\n</table>',
        ),
        ("image", "<p>Een foto</p>"),
        ("paragraph", "<p>zie [plan] hier</p>"),
    ]


def test_printed_lines_are_joined_and_a_short_one_ends_the_paragraph():
    page = (
        "Resultaten\nIn november hebben drieentwintig collega's de\n"
        "scan ingevuld en besproken in het team\nmet elkaar.\fEinde"
    )
    [block] = blocks_from_pages([page])
    assert plain_text(block["html"]) == (
        "Resultaten\nIn november hebben drieentwintig collega's de "
        "scan ingevuld en besproken in het team met elkaar.\nEinde"
    )


def test_a_block_keeps_its_id_when_it_is_the_same_even_when_it_moved():
    first = blocks_from_text("een\n\ntwee\n\ndrie")
    second = blocks_from_text("drie\n\neen\n\ntwee!\n\neen", first)
    ids = {block["html"]: block["id"] for block in first}
    assert second[0]["id"] == ids["<p>drie</p>"]
    assert second[1]["id"] == ids["<p>een</p>"]
    assert second[2]["id"] not in ids.values()
    assert second[3]["id"] not in ids.values()


def test_many_equal_blocks_are_compared_in_no_time():
    blocks = blocks_from_text("x\n\n" * 20_000)
    start = time.process_time()
    assert keep_ids(blocks_from_text("x\n\n" * 20_000), blocks) == blocks
    assert time.process_time() - start < 2


def test_words_are_counted_over_lines_items_and_cells():
    assert words(blocks_from_text("een twee\ndrie\n\n- vier\n- vijf - zes\n\n- -")) == 6
    assert words(blocks_from_html("<table><tr><td>een</td><td>twee</td></tr></table>")) == 2
    assert [reading_minutes(count) for count in (0, 200, 201, 3000)] == [1, 1, 2, 15]


def anchored(block, number, quote, kind="strong"):
    start = plain_text(block["html"]).index(quote)
    return Anchor(number, kind, start, start + len(quote), quote)


def test_a_remark_is_marked_where_it_quotes():
    [block] = blocks_from_text("De spreiding & meer bespreek ik.")
    html, unplaced = marked(block, [anchored(block, 12, "spreiding & meer", "question")])
    assert html == (
        '<p>De <mark id="m-12" class="question">spreiding &amp; meer</mark> bespreek ik.</p>'
    )
    assert unplaced == ()


def test_marks_may_overlap_and_cross_other_markup():
    [block] = blocks_from_html("<p>een <b>twee</b> drie</p>")
    html, _ = marked(
        block, [anchored(block, 1, "n twee d"), anchored(block, 2, "wee dr", "improve")]
    )
    assert html == (
        '<p>ee<mark id="m-1" class="strong">n </mark><b><mark class="strong">t</mark>'
        '<mark id="m-2" class="improve"><mark class="strong">wee</mark></mark></b>'
        '<mark class="improve"><mark class="strong"> d</mark></mark>'
        '<mark class="improve">r</mark>ie</p>'
    )


def test_a_mark_over_list_items_leaves_the_space_between_them():
    [block] = blocks_from_text("- een\n- twee")
    html, _ = marked(block, [anchored(block, 1, "een\ntwee")])
    assert html == (
        '<ul>\n<li><mark id="m-1" class="strong">een</mark></li>\n'
        '<li><mark class="strong">twee</mark></li>\n</ul>'
    )


@pytest.mark.parametrize(
    ("start", "end", "quote"),
    [(0, 3, "twee"), (-4, 4, "twee"), (90, 94, "twee"), (3, 4, " "), (4, 4, "")],
)
def test_a_remark_whose_quote_is_not_there_is_not_placed(start, end, quote):
    [block] = blocks_from_text("een twee")
    anchor = Anchor(1, "strong", start, end, quote)
    assert marked(block, [anchor]) == (block["html"], (anchor,))


@given(texts, st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60))))
def test_marks_change_no_text_and_stay_harmless(text, places):
    for block in blocks_from_text(text):
        plain = plain_text(block["html"])
        anchors = [
            Anchor(number, '"><script>', start, start + length, plain[start : start + length])
            for number, (start, length) in enumerate(places)
        ]
        html, unplaced = marked(block, anchors)
        assert Text(html).text == plain
        assert "<script" not in html
        assert html.count('id="m-') == len(anchors) - len(unplaced)
        assert safe_html(html) == block["html"]


def test_a_long_report_with_twenty_remarks_is_drawn_at_once():
    sentence = "In november hebben drieentwintig collega's de scan ingevuld & besproken. "
    blocks = blocks_from_text("\n\n".join([sentence * 5] * 60))
    assert words(blocks) >= 2700
    anchors = {
        block["id"]: [anchored(block, number, "scan ingevuld & besproken")]
        for number, block in enumerate(blocks[:20])
    }
    spent = []
    for _ in range(20):
        start = time.process_time()
        for block in blocks:
            marked(block, anchors.get(block["id"], ()))
        spent.append(time.process_time() - start)
    assert min(spent) < 0.002  # 0.7 ms when it was written, on a busy machine
