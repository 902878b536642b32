"""One raw answer: scored, unanswered or refused; and coded, so that it can be added up.

Raw values are what is stored: a whole number, ``yes``, ``no``, ``na``, the points of a split under
the keys of its options, a number as it was typed, a text.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from lms_leiderschap.instrument.rounding import exact
from lms_leiderschap.instrument.tables import ItemSpec, ScaleSpec

if TYPE_CHECKING:
    from lms_leiderschap.instrument.definition import InstrumentSpec

NOT_APPLICABLE = "na"
YES_NO = {"yes": Fraction(1), "no": Fraction(0)}
# Of a split: the points of each dimension.
Coded = Fraction | str | Mapping[str, Fraction]
_TYPED = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?|-?\d+([.,]\d+)?")
_THOUSANDS = re.compile(r"\.(?=\d{3}(?!\d))")


class AnswerError(ValueError):
    """An answer that is refused, with one sentence why."""


def read_answer(spec: "InstrumentSpec", item: str, measure: str, raw: object) -> Coded | None:
    """The coded value of one raw answer; None when it counts as unanswered; AnswerError.

    A reversed item is turned round: minimum + maximum - raw. Yes is 1 and no is 0.
    """
    try:
        row = spec.item(item)
    except KeyError:
        raise AnswerError(f"there is no item '{item}'") from None
    if measure not in row.ask:
        raise AnswerError(f"item '{item}' does not ask '{measure}'")
    scale = spec.scale_of(measure)
    if scale.kind == "split":
        return _split(row, scale, raw)
    if raw is None or raw == "" or (raw == NOT_APPLICABLE and scale.kind != "text"):
        return None
    if scale.kind == "text":
        return _text(scale, raw)
    if scale.kind == "number":
        return _number(row, raw)
    if scale.kind == "yes_no":
        return _yes_no(raw)
    return _step(row, scale, raw)


def read_item(
    spec: "InstrumentSpec", item: str, given: Mapping[str, object]
) -> Mapping[str, Coded | None]:
    """All answers to one item by measure; AnswerError also for a target worse than its norm."""
    coded = {measure: read_answer(spec, item, measure, raw) for measure, raw in given.items()}
    norm, target = coded.get("norm"), coded.get("target")
    if isinstance(norm, Fraction) and isinstance(target, Fraction):
        lower_is_better = spec.item(item).better == "lower"
        if (target > norm) if lower_is_better else (target < norm):
            raise AnswerError("the target is worse than the norm")
    return coded


def read_number(typed: str) -> Fraction | None:
    """A number in Dutch notation; None for a blank; AnswerError.

    A comma stands before decimals. A point before exactly three digits marks thousands, any other
    point stands before decimals.
    """
    text = typed.strip()
    if not text:
        return None
    if not _TYPED.fullmatch(text):
        raise AnswerError(f"'{text}' is not a number")
    return Fraction(_THOUSANDS.sub("", text).replace(",", "."))


def _step(item: ItemSpec, scale: ScaleSpec, raw: object) -> Fraction:
    low, high = exact(scale.minimum or 0), exact(scale.maximum or 0)
    if type(raw) is not int or not low <= raw <= high:
        raise AnswerError(f"{raw!r} is not a whole number from {low} to {high}")
    return low + high - raw if item.reverse else Fraction(raw)


def _yes_no(raw: object) -> Fraction:
    if not isinstance(raw, str) or raw not in YES_NO:
        raise AnswerError(f"{raw!r} is neither yes nor no")
    return YES_NO[raw]


def _number(item: ItemSpec, raw: object) -> Fraction | None:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise AnswerError(f"{raw!r} is not a number")
    try:
        value = read_number(raw) if isinstance(raw, str) else exact(raw)
    except ValueError as error:
        raise AnswerError(str(error)) from None
    if value is None:
        return None
    if item.minimum is not None and value < exact(item.minimum):
        raise AnswerError(f"{raw} is below {item.minimum}")
    if item.maximum is not None and value > exact(item.maximum):
        raise AnswerError(f"{raw} is above {item.maximum}")
    if (value * 10 ** (item.decimals or 0)).denominator != 1:
        raise AnswerError(f"{raw} has more than {item.decimals or 0} decimals")
    return value


def _split(item: ItemSpec, scale: ScaleSpec, raw: object) -> Mapping[str, Fraction] | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, Mapping):
        raise AnswerError(f"{raw!r} is not a split")
    options = {option.key: option.dimension for option in item.options}
    if strange := sorted(str(key) for key in raw if key not in options):
        raise AnswerError(f"there is no option '{strange[0]}'")
    points = [raw.get(key) for key in options]
    if all(given is None or given == "" for given in points):
        return None
    low, high = exact(scale.minimum or 0), exact(scale.maximum or scale.total or 0)
    if not all(type(given) is int and low <= given <= high for given in points):
        raise AnswerError(f"the points are whole numbers from {low} to {high}, none left out")
    coded = {options[key]: Fraction(raw[key]) for key in options}
    if sum(coded.values()) != scale.total:
        raise AnswerError(f"the points add up to {sum(coded.values())}, not {scale.total}")
    return coded


def _text(scale: ScaleSpec, raw: object) -> str | None:
    if not isinstance(raw, str):
        raise AnswerError(f"{raw!r} is not a text")
    text = raw.strip()
    if scale.max_length is not None and len(text) > scale.max_length:
        raise AnswerError(f"{len(text)} characters, more than {scale.max_length}")
    return text or None
