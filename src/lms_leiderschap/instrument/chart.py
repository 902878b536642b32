"""One chart: what is to be seen, as plain values; the core draws it with its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, cast

from lms_leiderschap.instrument.rounding import exact, rounded
from lms_leiderschap.programme.mistake import SpecError
from lms_leiderschap.programme.plain import Plain
from lms_leiderschap.texts import _

ChartKind = Literal["profile", "radar", "dumbbell", "bars", "ladder"]
Number = int | float
Given = int | float | Decimal | Fraction
# Further axes cannot be read, and two make a line.
FEWEST_AXES, MOST_AXES = 3, 8
MOST_ROWS, MOST_SERIES, LONGEST_TEXT = 60, 12, 500
# Beyond it a drawing has no place for it, and a whole number no decimal notation.
LARGEST = 10**15
DEFAULT_SCALE = (1, 5)


@dataclass(frozen=True, slots=True)
class Chart(Plain, noun=_("a chart")):
    """Values with a title, drawn in one of five ways and always a table as well.

    kind      ``profile`` dots on a line per row · ``radar`` 3 to 8 axes · ``dumbbell`` two values
              per row and the way between them · ``bars`` · ``ladder`` phases: whole numbers
    values    row to number; a tuple of numbers when there are ``series``; None where there are too
              few answers. A Fraction or Decimal will do: it is rounded here, half away from zero
    scale     lowest and highest value, (1, 5) when left out; bars begin at 0 then and end at the
              longest
    sentence  what the chart says, shown above it
    series    names of the numbers of a tuple, such as ("Nu", "Gewenst")
    labels    names of the whole steps of the scale, from the lowest
    decimals  0 to 3
    n         number of respondents (or teachers, lessons) it rests on

    At most 60 rows, 12 series and 500 signs in each text. SpecError for more, and for values that
    cannot be drawn.
    """

    kind: ChartKind
    title: str
    values: Mapping[str, Given | Sequence[Given | None] | None]
    scale: Sequence[Number] = ()
    sentence: str = ""
    series: Sequence[str] = ()
    labels: Sequence[str] = ()
    decimals: int = 1
    n: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.values, Mapping) or not self.values:
            raise SpecError("a chart needs a table of values.", "values")
        if type(self.decimals) is not int or not 0 <= self.decimals <= 3:
            raise SpecError("decimals are 0 to 3.", "decimals")
        if len(self.values) > MOST_ROWS:
            raise SpecError(f"a chart has {MOST_ROWS} rows at most.", "values")
        values = {str(row): self._row(str(row), value) for row, value in self.values.items()}
        object.__setattr__(self, "values", values)
        if not self.scale:
            object.__setattr__(self, "scale", self._own_scale())
        Plain.__post_init__(self)
        self._check()

    def numbers(self, row: str) -> tuple[Number | None, ...]:
        """The numbers of one row, one for each series."""
        value = self.values[row]
        return cast("tuple[Number | None, ...]", value if isinstance(value, tuple) else (value,))

    def _row(self, row: str, value: object) -> object:
        if isinstance(value, list | tuple):
            if len(value) > MOST_SERIES:
                raise SpecError(f"a chart has {MOST_SERIES} series at most.", "series")
            return tuple(self._number(row, item) for item in value)
        return self._number(row, value)

    def _number(self, row: str, value: object) -> Number | None:
        """The value to be shown; a whole number stays one."""
        if value is None or (type(value) is int and abs(value) <= LARGEST):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
            raise SpecError(f"'{row}' needs a number, not {value!r}.", row, ("values",))
        try:
            number = float(rounded(exact(value), self.decimals))
        except (ValueError, OverflowError):
            raise SpecError(f"'{row}' needs a number.", row, ("values",)) from None
        if abs(number) > LARGEST:
            raise SpecError(f"'{row}' is too large to be drawn.", row, ("values",))
        return number

    def _own_scale(self) -> tuple[Number, Number]:
        if self.kind != "bars":
            return DEFAULT_SCALE
        known = [0.0, *(number for row in self.values for number in self.numbers(row) if number)]
        low, high = min(known), max(known)
        return low, (high if high > low else 1)

    def _check_texts(self) -> None:
        texts = {"title": [self.title], "sentence": [self.sentence], "values": self.values,
                 "series": self.series, "labels": self.labels}  # fmt: skip
        for word, found in texts.items():
            if any(len(text) > LONGEST_TEXT for text in found):
                raise SpecError(f"a text of a chart has {LONGEST_TEXT} signs at most.", word)

    def _check(self) -> None:
        self._check_texts()
        if len(self.scale) != 2 or not -LARGEST <= self.scale[0] < self.scale[1] <= LARGEST:
            raise SpecError("a scale is a lowest and a highest value.", "scale")
        wanted = len(self.series) or 1
        if self.kind == "dumbbell" and wanted != 2:
            raise SpecError("a dumbbell has two series: name them.", "series")
        if self.kind == "radar" and not FEWEST_AXES <= len(self.values) <= MOST_AXES:
            sentence = f"a radar has {FEWEST_AXES} to {MOST_AXES} axes, not {len(self.values)}."
            raise SpecError(sentence, "values")
        if self.labels and len(self.labels) != self.scale[1] - self.scale[0] + 1:
            raise SpecError("there is one label for each whole step of the scale.", "labels")
        for row in self.values:
            self._check_row(row, wanted)

    def _check_row(self, row: str, wanted: int) -> None:
        numbers = self.numbers(row)
        if len(numbers) != wanted or (isinstance(self.values[row], tuple) and not self.series):
            sentence = f"'{row}' has {len(numbers)} numbers and the chart {len(self.series)} series"
            raise SpecError(f"{sentence}: name each.", row, ("values",))
        low, high = self.scale
        for number in numbers:
            if number is None:
                continue
            if not low <= number <= high:
                sentence = f"'{row}' is {number}, outside the scale of {low} to {high}."
                raise SpecError(sentence, row, ("values",))
            if self.kind == "ladder" and number != int(number):
                raise SpecError(f"'{row}' is no whole step: {number}.", row, ("values",))
