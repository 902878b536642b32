"""Answers that nobody gave, to try an instrument with."""

from collections.abc import Mapping
from random import Random

from lms_leiderschap.instrument.coding import NOT_APPLICABLE
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.gathering import Row
from lms_leiderschap.instrument.rounding import exact, shown
from lms_leiderschap.instrument.tables import ItemSpec, ScaleSpec

# One in so many answers is left blank, and as many are "not applicable" where that is offered.
ONE_IN = 25
# Of a number without limits in the file.
LOWEST, HIGHEST = 0, 100


def sample_rows(instrument: InstrumentSpec, perspective: str, n: int, seed: int = 0) -> list[Row]:
    """Valid raw answers of ``n`` respondents, the same for the same seed.

    Where subjects are counted each respondent answers about another one. KeyError for an unknown
    perspective.
    """
    instrument.perspective(perspective)
    chance = Random(f"{instrument.key} {perspective} {seed}")  # noqa: S311 - nothing secret
    return [
        Row({item.key: _item(instrument, item, chance) for item in instrument.items}, f"s{number}")
        for number in range(n)
    ]


def _item(instrument: InstrumentSpec, item: ItemSpec, chance: Random) -> Mapping[str, object]:
    if instrument.kind_of(item) == "number":
        return _indicator(item, chance)
    return {measure: _answer(item, instrument.scale_of(measure), chance) for measure in item.ask}


def _answer(item: ItemSpec, scale: ScaleSpec, chance: Random) -> object:
    drawn = chance.randrange(ONE_IN)
    if drawn == 0:
        return None
    if drawn == 1 and scale.not_applicable:
        return NOT_APPLICABLE
    if scale.kind == "yes_no":
        return chance.choice(("yes", "no"))
    if scale.kind == "split":
        return _split(item, scale.total or 0, chance)
    if scale.kind == "text":
        return "Een antwoord om mee te proberen."[: scale.max_length]
    return chance.randint(int(scale.minimum or 0), int(scale.maximum or 0))


def _split(item: ItemSpec, total: int, chance: Random) -> Mapping[str, int]:
    cuts = sorted(chance.randint(0, total) for _ in item.options[1:])
    parts = [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]
    return {option.key: part for option, part in zip(item.options, parts, strict=True)}


def _indicator(item: ItemSpec, chance: Random) -> Mapping[str, object]:
    """Norm, target and actual as somebody would type them, the target never worse."""
    decimals = item.decimals or 0
    low = exact(item.minimum if item.minimum is not None else LOWEST)
    high = low + HIGHEST if item.maximum is None else exact(item.maximum)
    steps = int((high - low) * 10**decimals)
    drawn = sorted(chance.randint(0, steps) for _ in range(2))
    norm, target = drawn if item.better == "higher" else reversed(drawn)
    values = {"norm": norm, "target": target, "actual": chance.randint(0, steps)}
    return {
        measure: shown(low + exact(step) / 10**decimals, decimals)
        for measure, step in values.items()
    }
