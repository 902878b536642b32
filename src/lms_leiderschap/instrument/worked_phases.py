"""Worked examples of phases and of points: what the arithmetic makes of the answers of a case."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from lms_leiderschap.instrument.answers import Answers
from lms_leiderschap.instrument.coding import AnswerError, read_answer
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.gathering import Gathering, Row, answers_of
from lms_leiderschap.instrument.scoring import CodedRow, bases_of, code, score_row, used_values
from lms_leiderschap.instrument.tables import DimensionSpec, ItemSpec
from lms_leiderschap.instrument.worked_scores import (
    Found,
    Given,
    band_title,
    comparison_of,
    text_of,
)


def phase_case(spec: InstrumentSpec, given: Given) -> Found:
    """``pairs``, or a list per measure: the answers to the one item of a ``dimension``."""
    dimension = spec.dimension(given["dimension"])
    item = spec.items_of(dimension.key)[0]
    columns = {m: given[m] for m in item.ask if m in given}
    pairs = given.get("pairs") or list(zip(*columns.values(), strict=True))
    measures = tuple(columns) or tuple(item.ask)
    rows = [Row({item.key: dict(zip(measures, pair, strict=True))}) for pair in pairs]
    answers = answers_of(spec, given["perspective"], rows)
    coded = [code(spec, row.answers) for row in rows]
    together = Gathering(spec, coded, [str(n) for n in range(len(rows))], 1)
    found: Found = {
        "n_responded": len(rows),
        "n_base": len(together.scored(dimension, measures)),
        "visible": answers is not None,
    }
    if answers is None:
        return found
    found["n_scored"] = answers.number(dimension, measures[0])
    for measure in measures:
        found |= _phase(spec, dimension, answers, measure)
    return found | (_steps(spec, dimension, answers, measures) if len(measures) == 2 else {})


def perspectives_case(spec: InstrumentSpec, given: Given) -> Found:
    """A phase, or a list of them, under the key of each perspective, for one ``dimension``."""
    dimension = spec.dimension(given["dimension"])
    item, measure = spec.items_of(dimension.key)[0], given["measure"]
    found: Found = {}
    for key in perspectives_in(spec, given):
        phases = given[key] if isinstance(given[key], list) else [given[key]]
        answers = answers_of(spec, key, [Row({item.key: {measure: phase}}) for phase in phases])
        found[key] = answers.mean(dimension, measure) if answers else None
    comparison = comparison_of(spec, tuple(found))
    first, second = found[comparison.first], found[comparison.second]
    gap = None if first is None or second is None else second - first
    band = band_title(spec, "comparison", comparison.key, gap)
    return {**found, "difference": gap, "band": band}


def perspectives_in(spec: InstrumentSpec, given: Given) -> list[str]:
    """The perspectives that a case gives something for."""
    return [row.key for row in spec.perspectives if row.key in given]


def split_case(spec: InstrumentSpec, given: Given) -> Found:
    """Under each measure the points of one respondent, by item and dimension."""
    asked = _splits(spec)[0].ask
    measures = tuple(measure for measure in asked if measure in given)
    coded = code(spec, _split_answers(spec, {measure: given[measure] for measure in measures}))
    scores = {m: _scores(spec, coded, measures, m) for m in measures}
    whole = {m: _complete(spec, coded, (m,)) for m in measures}
    both = _complete(spec, coded, measures)
    found: Found = {**scores, "aspects_used": both, "complete_both": len(both)}
    for measure in measures:
        found[f"complete_{measure}"] = len(whole[measure])
        found[f"sum_{measure}"] = sum(value or 0 for value in scores[measure].values())
    if len(measures) == 2:
        found |= _shift(spec, scores, measures)
    return found


def split_group_case(spec: InstrumentSpec, given: Given) -> Found:
    """``respondents``: each the points of one ``measure``, by item and dimension."""
    measure = given["measure"]
    rows = [Row(_split_answers(spec, {measure: points})) for points in given["respondents"]]
    answers = answers_of(spec, given["perspective"], rows)
    means = {row.key: answers.mean(row, measure) if answers else None for row in spec.dimensions}
    return {
        "n_scored": answers.number(spec.dimensions[0], measure) if answers else 0,
        "visible": answers is not None,
        "mean": means,
        "shown": {key: text_of(spec, value) for key, value in means.items()},
        "sum": sum(value or 0 for value in means.values()),
    }


def split_values_case(spec: InstrumentSpec, given: Given) -> Found:
    """``splits``: points in the order of the options, accepted or refused."""
    item = _splits(spec)[0]
    found: Found = {"accepted": [], "refused": []}
    for split in given["splits"]:
        raw = {row.key: given for row, given in zip(item.options, split["points"], strict=True)}
        try:
            read_answer(spec, item.key, item.ask[0], raw)
            found["accepted"].append(split["id"])
        except AnswerError:
            found["refused"].append(split["id"])
    return found


def _phase(spec: InstrumentSpec, dimension: DimensionSpec, answers: Answers, measure: str) -> Found:
    result = answers.results.get((dimension.key, measure))
    column = [value for given in result.columns.values() for value in given] if result else []
    shares = answers.shares(dimension, measure)
    return {
        f"phase_{measure}": result.value if result else None,
        f"n_{measure}": result.n if result else 0,
        f"spread_{measure}": result.spread if result else None,
        "spread_shown": text_of(spec, answers.spread(dimension, measure)),
        "spread_visible": answers.spread(dimension, measure) is not None,
        "distribution_visible": shares is not None,
        "distribution": {str(step): column.count(Fraction(step)) for step in shares or ()},
    }


def _steps(
    spec: InstrumentSpec, dimension: DimensionSpec, answers: Answers, measures: tuple[str, ...]
) -> Found:
    comparison = comparison_of(spec, measures)
    gap = answers.difference(dimension, comparison.key)
    return {
        "difference": gap,
        "difference_visible": gap is not None,
        "difference_band": band_title(spec, "comparison", comparison.key, gap),
    }


def _splits(spec: InstrumentSpec) -> list[ItemSpec]:
    return [item for item in spec.items if item.options]


def _split_answers(spec: InstrumentSpec, by_measure: Given) -> Mapping[str, Mapping[str, object]]:
    """Points by dimension, as a case writes them, under the keys of the options, as kept."""
    return {
        item.key: {
            measure: {option.key: points[item.key].get(option.dimension) for option in item.options}
            for measure, points in by_measure.items()
            if item.key in points
        }
        for item in _splits(spec)
    }


def _scores(
    spec: InstrumentSpec, coded: CodedRow, measures: tuple[str, ...], measure: str
) -> dict[str, Fraction | None]:
    scores: dict[str, Fraction | None] = {}
    for row in spec.dimensions:
        base = next((b for b in bases_of(spec, row) if measure in b), (measure,))
        scored = score_row(spec, row, coded, [m for m in base if m in measures])
        scores[row.key] = scored.scores[measure] if scored else None
    return scores


def _complete(spec: InstrumentSpec, coded: CodedRow, measures: Sequence[str]) -> list[str]:
    """The splits that are whole on all these measures."""
    used = used_values(spec, spec.dimensions[0], coded, measures)
    return [item.key for item in _splits(spec) if any(row.key in used for row in item.options)]


def _shift(
    spec: InstrumentSpec,
    scores: Mapping[str, Mapping[str, Fraction | None]],
    measures: tuple[str, ...],
) -> Found:
    comparison = comparison_of(spec, measures)
    first, second = scores[comparison.first], scores[comparison.second]
    gaps = {key: (second[key] or Fraction(0)) - (first[key] or Fraction(0)) for key in first}
    dominant = max(first, key=lambda key: first[key] or 0)
    return {
        "difference": gaps,
        "difference_shown": {key: text_of(spec, gap) for key, gap in gaps.items()},
        "sum_difference": sum(gaps.values()),
        "difference_band": {
            key: band_title(spec, "comparison", comparison.key, gap) for key, gap in gaps.items()
        },
        f"dominant_{comparison.first}": dominant,
    }
