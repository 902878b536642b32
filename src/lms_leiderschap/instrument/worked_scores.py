"""Worked examples of scores: what the arithmetic makes of the answers of a case."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lms_leiderschap.instrument.answers import Answers
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.gathering import Gathering, Row, answers_of
from lms_leiderschap.instrument.quadrant import by_attention, points_of
from lms_leiderschap.instrument.rounding import shown
from lms_leiderschap.instrument.scoring import band_of, bases_of, code, score_row, used_values
from lms_leiderschap.instrument.tables import ComparisonSpec, DimensionSpec

Given = Mapping[str, Any]
Found = dict[str, Any]


def text_of(spec: InstrumentSpec, value: Fraction | None) -> str | None:
    """A value as it is shown; None when it is hidden."""
    return None if value is None else shown(value, spec.scoring.decimals)


def band_title(spec: InstrumentSpec, on: str, of: str, value: Fraction | None) -> str | None:
    """The title of the band of a value."""
    band = None if value is None else band_of(spec, on, of, value)
    return band.title if band else None


def score_case(spec: InstrumentSpec, given: Given) -> Found:
    """``answers``: respondents with their answers to the items of one ``dimension``."""
    dimension = spec.dimension(given["dimension"])
    measures = (given["measure"],) if "measure" in given else bases_of(spec, dimension)[0]
    rows = [_row(person["answers"], measures) for person in given["answers"]]
    found: Found = {
        "n_responded": len(rows),
        "respondents": [
            {**_respondent(spec, dimension, row, measures), "respondent": person["respondent"]}
            for person, row in zip(given["answers"], rows, strict=True)
        ],
    }
    answers = answers_of(spec, given["perspective"], rows)
    if len(measures) == 1:
        return found | _group(spec, dimension, answers, measures[0], rows)
    comparison = comparison_of(spec, measures)
    group = {"n_responded": len(rows), **_compared(spec, dimension, answers, comparison)}
    return found | {"group": group} | _quadrant(spec, dimension, answers, comparison, given)


def lesson_case(spec: InstrumentSpec, given: Given) -> Found:
    """``lessons``: forms with the subject they are about, for one ``dimension``."""
    dimension = spec.dimension(given["dimension"])
    measure = bases_of(spec, dimension)[0][0]
    rows = [replace(_row(form["answers"], (measure,)), subject=form["subject"])
            for form in given["lessons"]]  # fmt: skip
    lessons = []
    for form, row in zip(given["lessons"], rows, strict=True):
        own = _respondent(spec, dimension, row, (measure,))
        lessons.append({**own, "lesson": form["lesson"], "share": own["score"]})
    scored = _gathered(spec, rows, by_subject=True).scored(dimension, (measure,))
    answers = answers_of(spec, given["perspective"], rows)
    school = _group(spec, dimension, answers, measure, rows)
    school["subjects_scored"] = len(scored)
    school["lessons_scored"] = sum(lesson["score"] is not None for lesson in lessons)
    subjects = {subject: row.scores[measure] for subject, row in scored.items()}
    return {"lessons": lessons, "subjects": subjects, "school": school}


def threshold_case(spec: InstrumentSpec, given: Given) -> Found:
    """``subjects_scored``: a number only, of the subjects with a score."""
    return {"visible": given["subjects_scored"] >= spec.privacy.threshold}


def comparison_of(spec: InstrumentSpec, keys: tuple[str, ...]) -> ComparisonSpec:
    """The comparison of these two measures or perspectives; KeyError."""
    for row in spec.comparisons:
        if {row.first, row.second} == set(keys):
            return row
    raise KeyError(f"there is no comparison of {' and '.join(keys)}")


def _row(answers: Given, measures: tuple[str, ...]) -> Row:
    """A case with one measure leaves its name out."""
    return Row({
        item: given if isinstance(given, Mapping) else {measures[0]: given}
        for item, given in answers.items()
    })  # fmt: skip


def _respondent(
    spec: InstrumentSpec, dimension: DimensionSpec, row: Row, measures: tuple[str, ...]
) -> Found:
    coded = code(spec, row.answers)
    used = len(used_values(spec, dimension, coded, measures))
    scored = score_row(spec, dimension, coded, measures)
    scores = {m: scored.scores[m] if scored else None for m in measures}
    if len(measures) == 1:
        score = scores[measures[0]]
        return {"answered": used, "score": score, "shown": text_of(spec, score)}
    comparison = comparison_of(spec, measures)
    first, second = scores[comparison.first], scores[comparison.second]
    gap = None if first is None or second is None else second - first
    return {"pairs": used, **scores, comparison.key: gap}


def _gathered(spec: InstrumentSpec, rows: list[Row], by_subject: bool = False) -> Gathering:
    whom = [row.subject if by_subject else str(number) for number, row in enumerate(rows)]
    return Gathering(spec, [code(spec, row.answers) for row in rows], whom, 1)


def _group(
    spec: InstrumentSpec,
    dimension: DimensionSpec,
    answers: Answers | None,
    measure: str,
    rows: list[Row],
) -> Found:
    value = answers.mean(dimension, measure) if answers else None
    result = answers.results.get((dimension.key, measure)) if answers else None
    by_subject = spec.privacy.count == "subject"
    return {
        "n_scored": len(_gathered(spec, rows, by_subject).scored(dimension, (measure,))),
        "visible": value is not None,
        "mean": value,
        "shown": text_of(spec, value),
        "band": band_title(spec, "measure", measure, value),
        "sd": result.spread if result else None,
        "sd_visible": answers is not None and answers.spread(dimension, measure) is not None,
    }


def _compared(
    spec: InstrumentSpec,
    dimension: DimensionSpec,
    answers: Answers | None,
    comparison: ComparisonSpec,
) -> Found:
    gap = answers.difference(dimension, comparison.key) if answers else None
    found: Found = {
        "n_base": answers.number(dimension, comparison.first) if answers else 0,
        "visible": gap is not None,
        comparison.key: gap,
        f"{comparison.key}_shown": text_of(spec, gap),
        "band": band_title(spec, "comparison", comparison.key, gap),
    }
    for measure in (comparison.first, comparison.second):
        found[measure] = answers.mean(dimension, measure) if answers else None
        found[f"{measure}_shown"] = text_of(spec, found[measure])
    return found


def _quadrant(
    spec: InstrumentSpec,
    dimension: DimensionSpec,
    answers: Answers | None,
    comparison: ComparisonSpec,
    given: Given,
) -> Found:
    charts = [chart for chart in spec.charts if chart.kind == "quadrant"]
    if not charts or answers is None:
        return {}
    lines = {name: given[name] for name in ("x_line", "y_line") if name in given}
    chart = replace(charts[0], **lines)
    points = points_of(answers, dimension.key, chart)
    items = [
        {
            "item": point.item,
            "n": point.n,
            chart.x_measure: point.x,
            chart.y_measure: point.y,
            comparison.key: point.gap,
            "priority": point.priority,
            "corner": point.corner,
        }
        for point in points
    ]
    return {"items_visible": bool(points), "items": items, "order": by_attention(points)}
