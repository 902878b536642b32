"""Exact numbers until the end, then rounded once: half away from zero, and never -0."""

from decimal import Decimal
from fractions import Fraction

AnyNumber = int | float | Decimal | Fraction


def exact(value: AnyNumber) -> Fraction:
    """The number as it was written: 0.1 is one tenth. ValueError for what is not finite."""
    try:
        return Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    except (OverflowError, ValueError):
        raise ValueError(f"{value} is not a number") from None


def rounded(value: AnyNumber, decimals: int) -> Fraction:
    """The value rounded to so many decimals, half away from zero."""
    ten = 10**decimals
    scaled = exact(value) * ten
    whole = int(abs(scaled) + Fraction(1, 2))
    return Fraction(whole if scaled >= 0 else -whole, ten)


def shown(value: AnyNumber, decimals: int) -> str:
    """The rounded value in Dutch notation: a comma, and a hyphen for what is below zero."""
    number = rounded(value, decimals)
    sign = "-" if number < 0 else ""
    digits = f"{int(abs(number) * 10**decimals):0{decimals + 1}d}"
    return f"{sign}{digits[:-decimals]},{digits[-decimals:]}" if decimals else f"{sign}{digits}"
