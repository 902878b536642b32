"""Worked examples of single values: indicators, rounding, bands, what is refused."""

from fractions import Fraction

from lms_leiderschap.instrument.coding import AnswerError, read_answer, read_item, read_number
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.rounding import shown
from lms_leiderschap.instrument.scoring import code, indicator, score_row, used_values
from lms_leiderschap.instrument.worked_phases import perspectives_in
from lms_leiderschap.instrument.worked_scores import (
    Found,
    Given,
    band_title,
    comparison_of,
    text_of,
)

INDICATOR = ("norm", "target", "actual")


def indicator_case(spec: InstrumentSpec, given: Given) -> Found:
    """``values``: items with the norm, target and actual that one respondent typed."""
    answers = {row["item"]: {m: row[m] for m in INDICATOR if m in row} for row in given["values"]}
    coded = code(spec, answers)
    standing = {key: indicator(spec.item(key), coded[key]) for key in answers}
    dimensions: Found = {}
    for dimension in spec.dimensions:
        own = [standing[row.key] for row in spec.items_of(dimension.key) if row.key in standing]
        scored = score_row(spec, dimension, coded, ("actual",))
        score = scored.scores["actual"] if scored else None
        dimensions[dimension.key] = {
            "n": len(used_values(spec, dimension, coded, ("actual",))),
            "below_norm": sum(row.status == "below_norm" for row in own),
            "score": score,
            "shown": text_of(spec, score),
            "band": band_title(spec, "measure", "actual", score),
        }
    items = [
        {
            "item": key,
            "status": row.status,
            "position": row.position,
            "attainment": row.attainment,
            "to_go": row.to_go,
        }
        for key, row in standing.items()
    ]
    return {"items": items, "dimensions": dimensions}


def refused_case(spec: InstrumentSpec, given: Given) -> Found:
    """``values`` without a perspective: items with what was typed; which are refused."""
    refused = []
    for row in given["values"]:
        try:
            read_item(spec, row["item"], {m: row[m] for m in INDICATOR if m in row})
        except AnswerError:
            refused.append(row["item"])
    return {"refused": refused}


def typed_case(spec: InstrumentSpec, given: Given) -> Found:
    """``typed``: numbers in Dutch notation, and what is read."""
    return {"read": [read_number(typed) for typed in given["typed"]]}


def outcome_case(spec: InstrumentSpec, given: Given) -> Found:
    """``values`` of one item and measure, or ``pairs`` of an item and a measure: their outcome."""
    pairs = given.get("pairs") or [(given["item"], given["measure"])]
    # The lowest step of any scale, so that only the names can be wrong.
    values = given.get("values") or [1]
    outcomes = [_outcome(spec, item, measure, raw) for item, measure in pairs for raw in values]
    return {"outcome": outcomes}


def fractions_case(spec: InstrumentSpec, given: Given) -> Found:
    """``fractions``: exact values, how each is shown and which band it falls in."""
    values = [Fraction(text) for text in given["fractions"]]
    decimals = given.get("decimals", spec.scoring.decimals)
    found: Found = {"shown": [shown(value, decimals) for value in values]}
    if "on" in given:
        found["bands"] = [band_title(spec, given["on"], given["of"], value) for value in values]
    return found


def difference_case(spec: InstrumentSpec, given: Given) -> Found:
    """An exact value under the key of each of two perspectives."""
    values = {key: Fraction(given[key]) for key in perspectives_in(spec, given)}
    comparison = comparison_of(spec, tuple(values))
    gap = values[comparison.second] - values[comparison.first]
    found: Found = {f"{key}_shown": text_of(spec, value) for key, value in values.items()}
    return {**found, "difference_exact": gap, "difference_shown": text_of(spec, gap)}


def _outcome(spec: InstrumentSpec, item: str, measure: str, raw: object) -> str:
    try:
        return "unanswered" if read_answer(spec, item, measure, raw) is None else "scored"
    except AnswerError:
        return "refused"
