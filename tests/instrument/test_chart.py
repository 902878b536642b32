"""A chart is checked when it is made, rounds once, and is plain both ways."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.programme.plain import SpecError


def test_values_are_rounded_here_and_only_here() -> None:
    chart = Chart("profile", "t", {"a": Fraction(43, 20), "b": Decimal("3.45"), "c": 2, "d": None})
    assert chart.values == {"a": 2.2, "b": 3.5, "c": 2, "d": None}
    assert chart.scale == (1, 5)
    assert Chart("bars", "t", {"a": Fraction(-1, 25)}, scale=(-1, 1)).values == {"a": 0.0}


@pytest.mark.parametrize(
    "chart",
    [
        Chart("profile", "t", {"a": 1.5}, sentence="s", n=7),
        Chart("dumbbell", "t", {"a": (1, 2.5), "b": (None, 3)}, series=("nu", "straks")),
        Chart("bars", "t", {"a": -3.5, "b": 12}, decimals=0),
        Chart("ladder", "t", {"a": 2}, labels=("een", "twee", "drie", "vier", "vijf")),
        Chart("radar", "t", {"a": 1, "b": 2, "c": 3}),
    ],
    ids=lambda chart: chart.kind,
)
def test_it_is_plain_both_ways(chart: Chart) -> None:
    assert Chart.from_data(chart.to_data()) == chart


def test_bars_begin_at_zero_and_end_at_the_longest() -> None:
    assert Chart("bars", "t", {"a": 12, "b": 3}).scale == (0, 12)
    assert Chart("bars", "t", {"a": -4, "b": 3}).scale == (-4, 3)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "profil"}, "did you mean 'profile'"),
        ({"values": {}}, "a table of values"),
        ({"values": {"a": "2"}}, "'a' needs a number"),
        ({"values": {"a": True}}, "'a' needs a number"),
        ({"values": {"a": float("nan")}}, "'a' needs a number"),
        ({"values": {"a": float("inf")}}, "'a' needs a number"),
        ({"values": {"a": 5.1}}, "outside the scale of 1 to 5"),
        ({"values": {"a": (1, 2)}}, "2 numbers and the chart 0 series"),
        ({"values": {"a": (1, 2)}, "series": ("x", "y", "z")}, "2 numbers and the chart 3 series"),
        ({"scale": (5, 1)}, "a lowest and a highest"),
        ({"decimals": 9}, "decimals are 0 to 3"),
        ({"scale": (0, float("inf"))}, "a lowest and a highest"),
        ({"kind": "bars", "values": {"a": 10**400}}, "'a' needs a number"),
        ({"kind": "bars", "values": {"a": 1e300}}, "too large"),
        ({"values": {str(row): 2 for row in range(61)}}, "60 rows at most"),
        ({"values": {"a": (2,) * 13}, "series": list("abcdefghijklm")}, "12 series at most"),
        ({"title": "t" * 501}, "500 signs at most"),
        ({"values": {"a" * 501: 2}}, "500 signs at most"),
        ({"labels": ("a" * 501, "b", "c", "d", "e")}, "500 signs at most"),
        ({"title": "T\udcff"}, "half a sign"),
        ({"kind": "dumbbell"}, "two series"),
        ({"kind": "radar"}, "3 to 8 axes, not 1"),
        ({"kind": "ladder", "values": {"a": 2.5}}, "no whole step"),
        ({"labels": ("a", "b")}, "one label for each whole step"),
    ],
)
def test_what_cannot_be_drawn_is_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError, match=sentence):
        Chart(**{"kind": "profile", "title": "t", "values": {"a": 2}, **values})
