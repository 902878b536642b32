"""A chart in a page: its drawing has words and no styles, and its table has the same numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from pyramid import testing

from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.web.charts import draw_chart
from lms_leiderschap.web.chartshapes import ticks
from lms_leiderschap.web.formats import Formats
from lms_leiderschap.web.html import SafeHtml

SVG = "{http://www.w3.org/1999/xhtml}"
ROWS = {"Gedeeld leiderschap": 2.6, "Visie & <waarden>": 3.5, "Samen leren": None, "Delen": 4}
TWO = {row: (value, 4.5) for row, value in ROWS.items()}
CHARTS = [
    Chart("profile", "Waar staat het <team>?", ROWS, n=17),
    Chart("profile", "Nu en gewenst", TWO, series=("Nu", "Gewenst")),
    Chart("dumbbell", "Twee metingen", TWO, series=("Nulmeting", "Nameting")),
    Chart("radar", "Beelden", TWO, series=("Team", "Schoolleider")),
    Chart("bars", "Verschuiving", {"a": -17.5, "b": 13.3, "c": None}),
    Chart("bars", "Punten", {"a": (10, 30), "b": (None, 2)}, scale=(0, 100), series=("x", "y")),
    Chart("ladder", "Fasen", {"a": (1, 5), "b": (2, None)}, series=("Nu", "Gewenst"),
          labels=("een", "twee", "drie", "vier", "vijf")),
    Chart("profile", "Niets", {"a": None}),
]  # fmt: skip


@pytest.fixture
def request_() -> Iterator[Any]:
    request = testing.DummyRequest()
    with testing.testConfig(request=request):
        request.fmt = Formats(ZoneInfo("Europe/Amsterdam"), "nl")
        yield request


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f'<div xmlns="http://www.w3.org/1999/xhtml">{html}</div>')  # noqa: S314


def words(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: f"{chart.kind}-{chart.title}")
def test_every_kind_is_drawn_with_a_name_and_a_table(chart: Chart, request_: Any) -> None:
    html = draw_chart(request_, chart)
    assert isinstance(html, SafeHtml)
    page = parsed(html)
    drawing = page.find(f".//{SVG}svg[@role='img']")
    assert drawing is not None
    title = drawing.find(f"{SVG}title")
    assert title is not None
    assert title.text == chart.title
    assert drawing.get("aria-labelledby") == title.get("id")
    table = page.findall(f".//{SVG}details//{SVG}tbody/{SVG}tr")
    assert [words(row.find(f"{SVG}th")) for row in table] == list(chart.values)  # type: ignore[arg-type]
    for row, name in zip(table, chart.values, strict=True):
        shown = [words(cell) for cell in row.findall(f"{SVG}td")]
        expected = [
            "too few answers" if number is None else request_.fmt.number(number, chart.decimals)
            for number in chart.numbers(name)
        ]
        assert shown == expected


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: f"{chart.kind}-{chart.title}")
def test_nothing_is_inline_and_nothing_lies_outside(chart: Chart, request_: Any) -> None:
    page = parsed(draw_chart(request_, chart))
    for element in page.iter():
        assert not {"style", "fill", "stroke"} & set(element.keys())
        assert not [key for key in element.keys() if key.startswith("on")]  # noqa: SIM118
        for name in ("x", "x1", "x2", "width"):
            value = element.get(name, "")
            assert not value.endswith("%") or 0 <= float(value[:-1]) <= 100
        for name in ("y", "y1", "y2", "width", "height"):
            assert float(element.get(name, "0").removesuffix("%")) >= 0


def test_a_mark_stands_where_its_value_is(request_: Any) -> None:
    page = parsed(
        draw_chart(request_, Chart("profile", "t", {"a": 1, "b": 2.5, "c": None, "d": 5}))
    )
    marks = [mark.get("x") for mark in page.findall(f".//{SVG}svg[@class='at s1']")]
    assert marks == ["0.00%", "37.50%", "100.00%"]
    ways = page.findall(f".//{SVG}line[@class='way s1']")
    assert [(way.get("x1"), way.get("x2")) for way in ways] == [("0.00%", "37.50%")]


def test_series_differ_by_shape(request_: Any) -> None:
    page = parsed(draw_chart(request_, CHARTS[1]))
    first, second = (page.findall(f".//{SVG}svg[@class='at {style}']") for style in ("s1", "s2"))
    assert {child.tag for mark in first for child in mark} == {f"{SVG}circle"}
    assert {child.tag for mark in second for child in mark} == {f"{SVG}path"}


def test_bars_begin_at_zero(request_: Any) -> None:
    page = parsed(draw_chart(request_, Chart("bars", "t", {"a": -10, "b": 30})))
    found = [(bar.get("x"), bar.get("width")) for bar in page.iter(f"{SVG}rect")]
    assert found == [("0.00%", "25.00%"), ("25.00%", "75.00%")]


def test_what_is_hidden_is_said_in_words(request_: Any) -> None:
    text = words(parsed(draw_chart(request_, CHARTS[0])).find(f".//{SVG}svg"))  # type: ignore[arg-type]
    assert "too few answers" in text


def test_a_sentence_of_the_chart_comes_first_and_else_what_stands_out(request_: Any) -> None:
    def says(chart: Chart) -> str:
        found = parsed(draw_chart(request_, chart)).find(f".//{SVG}p[@class='says']")
        return "" if found is None else words(found)

    assert says(Chart("profile", "t", {"a": 2, "b": 3}, sentence="Kijk.")) == "Kijk."
    assert says(Chart("profile", "t", {"a": 2, "b": 3.5})) == "Highest: b, 3,5. Lowest: a, 2."
    assert says(Chart("profile", "t", {"a": 2, "b": 2})) == ""
    two = Chart("dumbbell", "t", {"a": (2, 3), "b": (4, 1.5)}, series=("Voor", "Na"))
    assert says(two) == "Largest difference: b. Voor: 4, Na: 1,5."


def test_two_charts_on_a_page_have_different_ids(request_: Any) -> None:
    both = draw_chart(request_, CHARTS[0]) + draw_chart(request_, CHARTS[0])
    ids = re.findall(r' id="([^"]+)"', both)
    assert len(ids) == len(set(ids)) == 2


def test_plain_data_will_do(request_: Any) -> None:
    from_data = draw_chart(request_, CHARTS[2].to_data())
    assert "Nameting" in from_data


@pytest.mark.parametrize(
    ("low", "high", "steps"),
    [
        (1, 5, [1, 2, 3, 4, 5]),
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (-17.5, 13.3, [-10, 0, 10]),
        (0, 0.3, [0, 0.1, 0.2, 0.3]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, steps: list[float]) -> None:
    assert ticks(low, high) == steps
