"""The worked examples of an instrument, worked out again and compared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.rounding import exact
from lms_leiderschap.instrument.worked_phases import (
    perspectives_case,
    perspectives_in,
    phase_case,
    split_case,
    split_group_case,
    split_values_case,
)
from lms_leiderschap.instrument.worked_scores import (
    Found,
    Given,
    lesson_case,
    score_case,
    threshold_case,
)
from lms_leiderschap.instrument.worked_values import (
    difference_case,
    fractions_case,
    indicator_case,
    outcome_case,
    refused_case,
    typed_case,
)

# What a case shows to guard against: the wrong outcome.
WRONG_OUTCOMES = ("not_", "leaked_", "mean_is_not_used", "without_reversal_would_be")
TOLERANCE = 0.000001

Work = Callable[[InstrumentSpec, Given], Found]
Shape = Callable[[InstrumentSpec, Given], bool]


def _with(*names: str) -> Shape:
    return lambda spec, given: all(name in given for name in names)


def _per_measure(kind: type) -> Shape:
    def fits(spec: InstrumentSpec, given: Given) -> bool:
        found = [given[row.key] for row in spec.measures if row.key in given]
        return bool(found) and all(isinstance(value, kind) for value in found)

    return fits


def _two_perspectives(*names: str) -> Shape:
    return lambda spec, given: (
        len(perspectives_in(spec, given)) == 2 and all(name in given for name in names)
    )


# How a case is recognised by what it gives; the first that fits.
KINDS: Sequence[tuple[Shape, Work]] = (
    (_with("answers", "dimension", "perspective"), score_case),
    (_with("lessons", "dimension", "perspective"), lesson_case),
    (_with("lessons", "subjects_scored"), threshold_case),
    (_with("pairs", "dimension", "perspective"), phase_case),
    (_with("respondents", "measure", "perspective"), split_group_case),
    (_with("splits"), split_values_case),
    (_with("values", "item", "measure"), outcome_case),
    (_with("values", "perspective"), indicator_case),
    (_with("values"), refused_case),
    (_with("typed"), typed_case),
    (_with("fractions"), fractions_case),
    (_with("pairs"), outcome_case),
    (_two_perspectives("dimension", "measure"), perspectives_case),
    (_two_perspectives(), difference_case),
    (_per_measure(list), phase_case),
    (_per_measure(dict), split_case),
)


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of the worked examples, one sentence each.

    wrong    what comes out differently
    unknown  what this version cannot work out
    agreed   number of values that came out as the example says
    """

    wrong: Sequence[str]
    unknown: Sequence[str]
    agreed: int


def check_examples(instrument: InstrumentSpec) -> list[str]:
    """One sentence for each value that comes out differently or that cannot be worked out."""
    examined = examine(instrument)
    return [*examined.wrong, *examined.unknown]


def examine(instrument: InstrumentSpec) -> Examined:
    """Work out every case of every example that came with an instrument."""
    wrong: list[str] = []
    unknown: list[str] = []
    agreed = 0
    for place, case, given, tolerance in _cases(instrument):
        work = next((work for fits, work in KINDS if fits(instrument, given)), None)
        if work is None:
            unknown.append(f"{place}: this version cannot work out a case of this kind.")
            continue
        try:
            found = work(instrument, given)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            wrong.append(f"{place}: it does not fit the instrument: {error}.")
            continue
        for name, same in _compare("", case["expect"], found, tolerance):
            if same is None:
                unknown.append(f"{place}: this version does not work out '{name}'.")
            elif same:
                wrong.append(f"{place}: {same}")
            else:
                agreed += 1
    return Examined(wrong, unknown, agreed)


def _cases(instrument: InstrumentSpec) -> Iterator[tuple[str, Given, Given, Fraction]]:
    """Place in words, case, what is given with that of the case it refers to, and tolerance."""
    for example in instrument.examples:
        file: Mapping[str, Any] = example
        by_name = {case["name"]: case for case in file["cases"]}
        for case in file["cases"]:
            given = dict(case["given"])
            other = by_name.get(given.pop("same_as", ""))
            given = {**(other["given"] if other else {}), **given}
            if file.get("instrument", given.get("instrument")) == instrument.key:
                place = f"{file.get('file', 'example')}, case '{case['name']}'"
                yield place, case, given, exact(file.get("tolerance", TOLERANCE))


def _compare(
    name: str, expected: Any, found: Any, tolerance: Fraction
) -> Iterator[tuple[str, str | None]]:
    """Name and sentence of each value: "" when it agrees, None when it was not worked out."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            inside = f"{name}.{key}" if name else key
            if key.startswith(WRONG_OUTCOMES):
                continue
            if key not in found:
                yield inside, None
            else:
                yield from _compare(inside, value, found[key], tolerance)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for place, (left, right) in enumerate(zip(expected, found, strict=True)):
            yield from _compare(f"{name}[{place}]", left, right, tolerance)
    elif _same(expected, found, tolerance):
        yield name, ""
    else:
        shown = float(found) if isinstance(found, Fraction) else found
        yield name, f"'{name}' is {shown!r}, and the example says {expected!r}."


def _same(expected: Any, found: Any, tolerance: Fraction) -> bool:
    numbers = int | float | Fraction
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, numbers) and isinstance(found, numbers):
        return abs(exact(expected) - exact(found)) <= tolerance
    return bool(expected == found)
