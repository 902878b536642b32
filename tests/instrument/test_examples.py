"""The worked examples that stand with the instruments come out exactly as they say."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.examples import check_examples, examine

PLUGINS = Path(__file__).parents[2] / "plugins"
FILES = sorted(PLUGINS.glob("*/src/*/instruments/*.toml"))
# Values that come out as the examples say, at least; and the cases that wait for later work.
AGREED = {
    "balanced-scorecard-leerrendement": 70,
    "cultuur-concurrerende-waarden": 60,
    "ink-positiebepaling": 40,
    "kijkwijzer-les": 50,
    "performance-gap-scan": 75,
    "plg-vragenlijst": 80,
}
WAITING = {
    "cultuur-concurrerende-waarden": {"one_respondent"},
    "performance-gap-scan": {"why_one_base"},
    "plg-vragenlijst": {
        *("alpha_after_reversal", "not_reported"),
        *("paired_ten", "paired_five_unclear", "paired_same_change_for_all", "paired_decline"),
        *("unpaired", "below_threshold", "from_threshold", "named_perspective", "too_long"),
        *("invited_by_address", "half_up", "open_link", "nobody_reachable"),
    },
}


def read(path: Path) -> InstrumentSpec:
    return InstrumentSpec.from_folder(path.parent, "instruments/", path.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_the_examples_come_out(path: Path) -> None:
    examined = examine(read(path))
    assert list(examined.wrong) == []
    assert examined.agreed >= AGREED[path.stem]
    waiting = {sentence.split("'")[1] for sentence in examined.unknown}
    assert waiting == WAITING.get(path.stem, set())


def numbers_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for key in value for found in numbers_in(value[key], (*path, key))]
    if isinstance(value, list):
        return [found for n, item in enumerate(value) for found in numbers_in(item, (*path, n))]
    return [path] if type(value) in (int, float) else []


def test_a_changed_number_is_found() -> None:
    spec = read(next(path for path in FILES if path.stem == "ink-positiebepaling"))
    place = next(n for n, file in enumerate(spec.examples) if "phase" in str(file["file"]))
    file = copy.deepcopy(dict(spec.examples[place]))
    expect = file["cases"][0]["expect"]  # type: ignore[index]
    expect["phase_current"] = 3
    wrong = examine(replace(spec, examples=[file])).wrong
    assert [sentence.split(", case ")[1] for sentence in wrong] == [
        "'even_group_takes_lower_phase': 'phase_current' is 2.0, and the example says 3."
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_every_number_that_agrees_is_looked_at(path: Path) -> None:
    """Each expected number, raised by one, gives a complaint unless its case is not worked out."""
    spec = read(path)
    guards = ("not_", "leaked_", "mean_is_not_used", "without_reversal")
    waiting = WAITING.get(spec.key, set())
    for number, example in enumerate(spec.examples):
        for case_number, case in enumerate(example["cases"]):  # type: ignore[var-annotated,arg-type]
            if case["name"] in waiting:
                continue
            for steps in numbers_in(case["expect"]):
                if str(steps[-1]).startswith(guards):
                    continue
                file = copy.deepcopy(dict(example))
                inner: Any = file["cases"][case_number]["expect"]  # type: ignore[index]
                for step in steps[:-1]:
                    inner = inner[step]
                inner[steps[-1]] += 1
                found = examine(replace(spec, examples=[file])).wrong
                assert len(found) == 1, (number, case["name"], steps)


def test_an_unknown_kind_and_an_unknown_value_are_named() -> None:
    spec = read(next(path for path in FILES if path.stem == "plg-vragenlijst"))
    cases = [
        {"name": "new", "given": {"weather": "rain"}, "expect": {"mood": 1}},
        {"name": "more", "given": {"fractions": ["1/2"]}, "expect": {"shown": ["0,5"], "x": 1}},
        {"name": "odd", "given": {"fractions": ["a half"]}, "expect": {"shown": ["0,5"]}},
    ]
    file = {"file": "instruments/examples/e.json", "instrument": spec.key, "cases": cases}
    found = check_examples(replace(spec, examples=[file]))
    assert len(found) == 3
    assert "case 'odd'" in found[0]
    assert "it does not fit the instrument" in found[0]
    assert found[1].endswith("case 'new': this version cannot work out a case of this kind.")
    assert found[2].endswith("case 'more': this version does not work out 'x'.")
