"""What a score sees of a closed round: nothing below the threshold, and nobody above it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_leiderschap.instrument.answers import Answers
from lms_leiderschap.instrument.builtin import built_in, score
from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.gathering import Row, answers_of
from lms_leiderschap.instrument.samples import sample_rows

PLUGINS = Path(__file__).parents[2] / "plugins"
SPECS = {
    path.stem: InstrumentSpec.from_folder(path.parent, "", path.name)
    for path in sorted(PLUGINS.glob("*/src/*/instruments/*.toml"))
}
PLG, GAP = SPECS["plg-vragenlijst"], SPECS["performance-gap-scan"]
LESSON = SPECS["kijkwijzer-les"]
DIMENSION = "leiderschap"
PERSPECTIVES = [(spec, row.key) for spec in SPECS.values() for row in spec.perspectives]


def name(value: Any) -> str:
    return value.key if isinstance(value, InstrumentSpec) else str(value)


def plg(rows: Sequence[Sequence[object]]) -> list[Row]:
    """Answers to the five items of the first dimension; the fourth is turned round."""
    return [
        Row({f"leiderschap-{n}": {"current": raw} for n, raw in enumerate(row, 1)}) for row in rows
    ]


def seen(spec: InstrumentSpec, perspective: str, rows: Sequence[Row]) -> Answers:
    answers = answers_of(spec, perspective, rows)
    assert answers is not None
    return answers


@pytest.mark.parametrize(("spec", "perspective"), PERSPECTIVES, ids=name)
@pytest.mark.parametrize("n", [0, 4, 5, 500])
def test_sample_answers_give_charts_from_the_threshold(
    spec: InstrumentSpec, perspective: str, n: int
) -> None:
    rows = sample_rows(spec, perspective, n, seed=7)
    assert rows == sample_rows(spec, perspective, n, seed=7)
    answers = answers_of(spec, perspective, rows)
    exempt = spec.perspective(perspective).identity == "named"
    exempt = exempt and spec.privacy.count == "respondent"
    assert (answers is None) == (n == 0 or (n == 4 and not exempt))
    if answers is not None:
        assert answers.n == n
        charts = built_in(answers)
        assert [Chart.from_data(chart.to_data()) for chart in charts] == charts
        shown = [v for chart in charts for row in chart.values for v in chart.numbers(row)]
        assert n != 500 or None not in shown


def test_every_sample_answer_is_valid() -> None:
    from lms_leiderschap.instrument.coding import read_item

    for spec, perspective in PERSPECTIVES:
        for row in sample_rows(spec, perspective, 40, seed=1):
            for item, raw in row.answers.items():
                read_item(spec, item, raw)


def test_a_reversed_item_arrives_turned_round() -> None:
    answers = seen(PLG, "team", plg([[4, 5, 4, 2, 3]] * 5))
    assert answers.column("leiderschap-4") == (4,) * 5
    assert answers.mean(DIMENSION) == 4
    assert answers.mean("leiderschap-4") == 4


def test_a_dimension_that_too_few_scored_stays_hidden() -> None:
    answers = seen(PLG, "team", [
        *plg([[4, 5, 4, 2, 3]] * 4),
        Row({f"visie-{n}": {"current": 3} for n in range(1, 6)}),
    ])  # fmt: skip
    assert answers.n == 5
    assert answers.mean(DIMENSION) is None
    assert answers.column("leiderschap-1") is None
    assert answers.number(DIMENSION) == 0
    assert answers.results == {}


def test_items_of_a_dimension_are_shown_all_or_none() -> None:
    rows = plg([[4, 4, 4, 2, 4]] * 4 + [[4, 4, 4, 2, "na"]])
    answers = seen(PLG, "team", rows)
    assert answers.mean(DIMENSION) == 4
    assert answers.column("leiderschap-1") is None
    assert answers.mean("leiderschap-1") is None
    unanswered = seen(PLG, "team", plg([[4, 4, 4, 2]] * 5))
    assert unanswered.mean(DIMENSION) == 4
    assert unanswered.column("leiderschap-1") is None


def test_a_named_perspective_is_exempt() -> None:
    assert seen(PLG, "self", plg([[4, 5, 4, 2, 3]])).mean(DIMENSION) == 4
    assert answers_of(PLG, "self", plg([["na", None, 3]])) is None


def test_an_institution_may_ask_for_more() -> None:
    rows = plg([[3, 3, 3, 3, 3]] * 7)
    assert answers_of(PLG, "team", rows, threshold=8) is None
    assert answers_of(PLG, "team", rows, threshold=7) is not None


def test_subjects_are_counted_where_they_must_stay_hidden() -> None:
    lessons = sample_rows(LESSON, "observer", 12)
    few = [Row(row.answers, f"t{number % 4}") for number, row in enumerate(lessons)]
    assert answers_of(LESSON, "observer", few) is None
    five = [Row(row.answers, f"t{number % 5}") for number, row in enumerate(lessons)]
    assert seen(LESSON, "observer", five).n == 5
    with pytest.raises(ValueError, match="each row needs one"):
        answers_of(LESSON, "observer", [Row(lessons[0].answers)])


def test_spread_and_shares_wait_for_ten() -> None:
    nine = seen(PLG, "team", plg([[4, 4, 4, 2, 4]] * 9))
    assert nine.shares("leiderschap-1") is None
    assert nine.spread(DIMENSION) is None
    ten = seen(PLG, "team", plg([[4, 4, 4, 2, 4]] * 9 + [[2, 4, 4, 2, 4]]))
    assert ten.shares("leiderschap-1") == {1: 0, 2: 10, 3: 0, 4: 90, 5: 0}
    assert ten.shares(DIMENSION) == {1: 0, 2: 2, 3: 0, 4: 98, 5: 0}
    assert ten.spread(DIMENSION) > 0  # type: ignore[operator]
    lessons = seen(LESSON, "observer", sample_rows(LESSON, "observer", 30))
    assert lessons.shares("klimaat") == {}


def test_a_difference_needs_one_base() -> None:
    def gap(pairs: Sequence[tuple[object, object]]) -> list[Row]:
        return [
            Row({
                f"richting-{n}": {"importance": first, "performance": second} for n in range(1, 5)
            })
            for first, second in pairs
        ]  # fmt: skip

    whole = seen(GAP, "team", gap([(4, 3)] * 5 + [(5, "na")]))
    assert whole.difference("richting", "gap") == 1
    assert whole.mean("richting", "importance") == 4  # without whom has no performance
    alone = seen(GAP, "team", gap([(4, 3)] * 4 + [(5, "na"), ("na", 2)]))
    assert alone.mean("richting", "importance") == Fraction(21, 5)
    assert alone.mean("richting", "performance") == Fraction(14, 5)
    assert alone.difference("richting", "gap") is None


def test_a_band_is_chosen_with_the_value_as_it_is_shown() -> None:
    answers = seen(PLG, "team", plg([[4, 5, 4, 2, 3]] * 5))
    titles = [answers.band("current", value) for value in (Fraction(69, 20), Fraction(17, 5))]
    assert [band.title for band in titles if band] == ["Meestal aanwezig", "Wisselend"]
    assert answers.text(Fraction(69, 20)) == "3,5"
    assert answers.band("self-team", Fraction(-1)).title == "Schoolleider is positiever"  # type: ignore[union-attr]


def test_an_unknown_word_gets_the_nearest_right_one() -> None:
    answers = seen(PLG, "team", plg([[4, 5, 4, 2, 3]] * 5))
    with pytest.raises(KeyError, match="did you mean 'leiderschap'"):
        answers.mean("leidershap")
    with pytest.raises(KeyError, match="did you mean 'current'"):
        answers.mean(DIMENSION, "curent")
    with pytest.raises(KeyError, match="did you mean 'visie'"):
        answers.number("visies")
    with pytest.raises(KeyError):
        answers_of(PLG, "nobody", [])


def test_what_would_be_refused_counts_as_unanswered() -> None:
    rows = plg([[4, 4, 4, 2, 4]] * 4 + [[9, "4", True, 2.5, 4]])
    assert answers_of(PLG, "team", rows) is None


def test_an_own_score_takes_the_place_of_the_built_in_one() -> None:
    from dataclasses import replace

    def own(answers: Answers) -> list[Chart]:
        means = {row.title: answers.mean(row) for row in answers.dimensions}
        return [Chart("profile", "Waar staat het team?", means)]

    rows = plg([[4, 5, 4, 2, 3]] * 5)
    chart = score(seen(replace(PLG, score=own), "team", rows))[0]
    assert chart.title == "Waar staat het team?"
    assert chart.values["Gedeeld leiderschap"] == 4.0
    assert chart.values["Gedeelde visie en waarden"] is None
    assert score(seen(PLG, "team", rows))[0].title.startswith(PLG.title)


@given(st.integers(5, 30), st.integers(0, 10**6))
def test_the_order_of_the_answers_leaves_no_trace(n: int, seed: int) -> None:
    rows = sample_rows(PLG, "team", n, seed)
    mixed = rows.copy()
    random.Random(seed).shuffle(mixed)
    assert answers_of(PLG, "team", rows) == answers_of(PLG, "team", mixed)


def test_nothing_in_answers_holds_a_row() -> None:
    """Columns are sorted each by itself, so that a place in one says nothing about another."""
    rows = plg([[1, 5, 1, 5, 1], [5, 1, 5, 1, 5], [2, 4, 2, 4, 2], [4, 2, 4, 2, 4], [3] * 5])
    answers = seen(PLG, "team", rows)
    assert [field.name for field in fields(answers)] == [
        "instrument", "perspective", "n", "results"
    ]  # fmt: skip
    for result in answers.results.values():
        for column in result.columns.values():
            assert list(column) == sorted(column)


@given(st.integers(5, 25), st.integers(0, 10**6))
def test_points_of_a_split_add_up(n: int, seed: int) -> None:
    spec = SPECS["cultuur-concurrerende-waarden"]
    answers = answers_of(spec, "team", sample_rows(spec, "team", n, seed))
    if answers is not None and answers.number("familie") >= 5:
        assert sum(answers.mean(row) or 0 for row in answers.dimensions) == 100
        shifts = [answers.difference(row, "verschuiving") for row in answers.dimensions]
        assert None in shifts or sum(shift or 0 for shift in shifts) == 0
