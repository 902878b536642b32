"""From coded answers to one respondent's score, and from respondents to a group."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from lms_leiderschap.instrument.coding import AnswerError, Coded, read_item
from lms_leiderschap.instrument.rounding import AnyNumber, exact, rounded
from lms_leiderschap.instrument.tables import BandSpec, DimensionSpec, ItemSpec

if TYPE_CHECKING:
    from lms_leiderschap.instrument.definition import InstrumentSpec

# Item key to measure to coded value; what is unanswered is left out.
CodedRow = Mapping[str, Mapping[str, Coded]]
INDICATOR = ("norm", "target", "actual")


@dataclass(frozen=True, slots=True)
class Scored:
    """One respondent (or subject) in one dimension, on measures that share their items.

    scores  measure to score
    values  item (or option) key to measure to coded value, of the items that were used
    """

    scores: Mapping[str, Fraction]
    values: Mapping[str, Mapping[str, Fraction]]


@dataclass(frozen=True, slots=True)
class Indicator:
    """How one number stands between norm (0) and target (100).

    to_go  from actual to target; positive: still to go
    """

    status: Literal["met", "below_norm", "on_the_way", "unknown"]
    position: Fraction | None = None
    attainment: Fraction | None = None
    to_go: Fraction | None = None


def code(spec: "InstrumentSpec", answers: Mapping[str, Mapping[str, object]]) -> CodedRow:
    """Raw answers as coded ones; what would be refused or is unanswered is left out."""
    coded: dict[str, dict[str, Coded]] = {}
    for item, given in answers.items():
        try:
            read = read_item(spec, item, given)
        except AnswerError:
            read = _each(spec, item, given)
        coded[item] = {measure: value for measure, value in read.items() if value is not None}
    return coded


def _each(
    spec: "InstrumentSpec", item: str, given: Mapping[str, object]
) -> Mapping[str, Coded | None]:
    """The measures of an item that are not refused by themselves; of an indicator none."""
    kept: dict[str, Coded | None] = {}
    for measure, raw in given.items():
        try:
            kept.update(read_item(spec, item, {measure: raw}))
        except AnswerError:
            continue
    return {} if {"norm", "target"} <= kept.keys() else kept


def measures_of(spec: "InstrumentSpec", dimension: DimensionSpec) -> tuple[str, ...]:
    """The measures a dimension has a score on; of indicators only ``actual``."""
    if dimension.rule == "attainment":
        return ("actual",)
    return tuple(spec.items_of(dimension.key)[0].ask)


def bases_of(spec: "InstrumentSpec", dimension: DimensionSpec) -> list[tuple[str, ...]]:
    """The measures of a dimension, those that are compared with each other together."""
    bases = [{measure} for measure in measures_of(spec, dimension)]
    for comparison in spec.comparisons:
        pair = {comparison.first, comparison.second}
        if comparison.kind != "measures" or not pair <= set(measures_of(spec, dimension)):
            continue
        joined = [base for base in bases if base & pair]
        bases = [base for base in bases if not base & pair] + [set().union(*joined)]
    order = measures_of(spec, dimension).index
    return sorted((tuple(sorted(base, key=order)) for base in bases), key=lambda b: order(b[0]))


def score_row(
    spec: "InstrumentSpec", dimension: DimensionSpec, row: CodedRow, measures: Sequence[str]
) -> Scored | None:
    """One respondent's scores on measures that share their items; None with too few answers."""
    used = used_values(spec, dimension, row, measures)
    if len(used) < dimension.minimum_answered:
        return None
    times = 100 if dimension.rule == "yes_share" else 1
    return Scored({m: times * mean(values[m] for values in used.values()) for m in measures}, used)


def used_values(
    spec: "InstrumentSpec", dimension: DimensionSpec, row: CodedRow, measures: Sequence[str]
) -> Mapping[str, Mapping[str, Fraction]]:
    """Item (or option) key to measure to value, of the items answered on all these measures."""
    found = (_values(dimension, item, row, measures) for item in spec.items_of(dimension.key))
    return dict(pair for pair in found if pair is not None)


def _values(
    dimension: DimensionSpec, item: ItemSpec, row: CodedRow, measures: Sequence[str]
) -> tuple[str, dict[str, Fraction]] | None:
    given = row.get(item.key, {})
    if dimension.rule == "attainment":
        attained = indicator(item, given).attainment
        return None if attained is None else (item.key, {"actual": attained})
    if any(measure not in given for measure in measures):
        return None
    if dimension.rule == "split_mean":
        option = next(row for row in item.options if row.dimension == dimension.key)
        points = {m: value for m in measures if isinstance(value := given[m], Mapping)}
        return option.key, {m: points[m][dimension.key] for m in measures}
    return item.key, {m: value for m in measures if isinstance(value := given[m], Fraction)}


def indicator(item: ItemSpec, given: Mapping[str, object]) -> Indicator:
    """How an indicator stands; ``given`` holds coded values of norm, target and actual."""
    norm, target, actual = (given.get(measure) for measure in INDICATOR)
    if not (
        isinstance(norm, Fraction) and isinstance(target, Fraction) and isinstance(actual, Fraction)
    ):
        return Indicator("unknown")
    sign = -1 if item.better == "lower" else 1
    to_go = sign * (target - actual)
    if norm == target:
        met = to_go <= 0
        return Indicator("met" if met else "below_norm", None, Fraction(100 if met else 0), to_go)
    part = (actual - norm) / (target - norm)
    status: Literal["met", "below_norm", "on_the_way"] = "on_the_way"
    if part >= 1:
        status = "met"
    elif part < 0:
        status = "below_norm"
    return Indicator(status, 100 * part, 100 * min(Fraction(1), max(Fraction(0), part)), to_go)


def group_value(dimension: DimensionSpec, values: Sequence[Fraction]) -> Fraction:
    """The lower median of phases; of all else the unweighted mean of the respondents' scores."""
    return lower_median(values) if dimension.rule == "phase" else mean(values)


def mean(values: Iterable[Fraction]) -> Fraction:
    """The exact mean of at least one value."""
    row = list(values)
    return sum(row, Fraction(0)) / len(row)


def lower_median(values: Sequence[Fraction]) -> Fraction:
    """With an even number the lower of the two in the middle.

    A phase is reached only when more than half place the school there or higher.
    """
    return sorted(values)[(len(values) - 1) // 2]


def spread(dimension: DimensionSpec, values: Sequence[Fraction]) -> Fraction | None:
    """Of phases the mean distance to the group's phase, else the standard deviation (n - 1)."""
    if dimension.rule == "phase":
        middle = lower_median(values)
        return mean(abs(value - middle) for value in values)
    if len(values) < 2:
        return None
    middle = mean(values)
    variance = mean((value - middle) * (value - middle) for value in values) * Fraction(
        len(values), len(values) - 1
    )
    with localcontext() as context:
        context.prec = 40
        root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
    return Fraction(root)


def band_of(spec: "InstrumentSpec", on: str, of: str, value: AnyNumber) -> BandSpec | None:
    """The band of a value of a measure or comparison, chosen with the value as it is shown."""
    seen = rounded(value, spec.scoring.decimals)
    for band in spec.bands:
        above = band.lower is None or exact(band.lower) <= seen
        below = band.upper is None or seen < exact(band.upper)
        if (band.on, band.of) == (on, of) and above and below:
            return band
    return None
