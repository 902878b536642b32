"""The scoring of an instrument that brings none of its own."""

from collections.abc import Sequence
from fractions import Fraction

from lms_leiderschap.instrument.answers import Answers
from lms_leiderschap.instrument.chart import Chart, ChartKind
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.scoring import bases_of
from lms_leiderschap.instrument.tables import DimensionSpec, Rule

PERCENT = (0, 100)


def built_in(answers: Answers) -> list[Chart]:
    """One chart for the dimensions that are scored by one rule on the same measures.

    A profile of means, or a dumbbell where two measures are compared; bars of points, shares and
    attainment; a ladder of phases.
    """
    kinds: dict[tuple[Rule, tuple[str, ...]], list[DimensionSpec]] = {}
    for dimension in answers.dimensions:
        for measures in bases_of(answers.instrument, dimension):
            series = _in_order(answers.instrument, measures)
            kinds.setdefault((dimension.rule, series), []).append(dimension)
    return [_chart(answers, rule, measures, rows) for (rule, measures), rows in kinds.items()]


def score(answers: Answers) -> Sequence[Chart]:
    """The charts of the instrument's own score, or of the built-in one."""
    own = answers.instrument.score
    return own(answers) if own else built_in(answers)


def _chart(
    answers: Answers, rule: Rule, measures: Sequence[str], rows: Sequence[DimensionSpec]
) -> Chart:
    spec = answers.instrument
    titles = {row.key: row.title for row in spec.measures}
    several = len(measures) > 1
    values: dict[str, Fraction | Sequence[Fraction | None] | None] = {}
    for row in rows:
        numbers = [answers.mean(row, measure) for measure in measures]
        values[row.title] = numbers if several else numbers[0]
    alone = spec.title if several else f"{spec.title}: {titles[measures[0]]}"
    scale = spec.scale_of(measures[0])
    steps = (scale.minimum or 0, scale.maximum or 0)
    return Chart(
        kind=_kind(rule, len(measures)),
        title=alone,
        values=values,
        scale={"mean": steps, "phase": steps, "split_mean": (0, scale.total or 0)}.get(
            rule, PERCENT
        ),
        series=[titles[measure] for measure in measures] if several else (),
        labels=scale.labels if rule == "phase" else (),
        decimals=0 if rule == "phase" else answers.decimals,
        n=answers.n,
    )


def _in_order(spec: InstrumentSpec, measures: tuple[str, ...]) -> tuple[str, ...]:
    """Two measures that are compared: the first before the second."""
    for row in spec.comparisons:
        if row.kind == "measures" and {row.first, row.second} == set(measures):
            return row.first, row.second
    return measures


def _kind(rule: Rule, measures: int) -> ChartKind:
    if rule == "phase":
        return "ladder"
    if rule == "mean":
        return "dumbbell" if measures == 2 else "profile"
    return "bars"
