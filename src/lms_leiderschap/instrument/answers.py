"""One frozen round of one perspective that reached its threshold: what a score may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.rounding import AnyNumber, shown
from lms_leiderschap.instrument.scoring import band_of, group_value, measures_of
from lms_leiderschap.instrument.tables import BandSpec, DimensionSpec, ItemSpec
from lms_leiderschap.programme.mistake import Mistake, nearest


@dataclass(frozen=True, slots=True)
class Result:
    """One dimension on one measure, of at least as many respondents as the threshold.

    columns  item (or option) key to its coded answers, sorted; empty when one item has too few
    shared   the other measures that rest on the same answers
    """

    n: int
    value: Fraction
    spread: Fraction | None
    columns: Mapping[str, Sequence[Fraction]]
    shared: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """Means, shares and columns of answers; no person, and no order that would lead to one.

    Numbers are exact (Fraction): calculate with them and let the Chart round, once. None stands
    for what too few people answered. Reversed items are turned round. A measure that is left out is
    the first one asked. An unknown key is a KeyError with the nearest right one.

    n            respondents (or teachers, lessons) with at least one score
    perspective  key of the perspective that answered
    results      by dimension and measure; what is missing stays hidden
    """

    instrument: InstrumentSpec
    perspective: str
    n: int
    results: Mapping[tuple[str, str], Result]

    @property
    def dimensions(self) -> Sequence[DimensionSpec]:
        """What the items add up to, in the order of the file."""
        return self.instrument.dimensions

    @property
    def decimals(self) -> int:
        """How many decimals this instrument shows."""
        return self.instrument.scoring.decimals

    def mean(
        self, of: DimensionSpec | ItemSpec | str, measure: str | None = None
    ) -> Fraction | None:
        """The group's value of a dimension, or of an item (or option of a split) by its key.

        The mean of the respondents' scores; of phases the lower median, since they have no mean.
        Shares are 0 to 100, and points of a split add up to the total.
        """
        key = of if isinstance(of, str) else of.key
        if any(row.key == key for row in self.dimensions):
            result = self._result(key, measure)
            return result.value if result else None
        column = self.column(key, measure)
        dimension = self._dimension_of(key)
        return group_value(dimension, column) if column else None

    def number(self, of: DimensionSpec | str, measure: str | None = None) -> int:
        """How many respondents a value of a dimension rests on; 0 when it is hidden."""
        result = self._result(of if isinstance(of, str) else of.key, measure)
        return result.n if result else 0

    def difference(self, of: DimensionSpec | str, comparison: str) -> Fraction | None:
        """Second minus first of a comparison of measures; only where both rest on one base."""
        key = of if isinstance(of, str) else of.key
        row = self.instrument.comparison(comparison)
        first, second = self._result(key, row.first), self._result(key, row.second)
        if not first or not second or row.second not in first.shared:
            return None
        return second.value - first.value

    def column(self, of: ItemSpec | str, measure: str | None = None) -> Sequence[Fraction] | None:
        """The coded answers to one item (or option), sorted, so that no row can be followed."""
        key = of if isinstance(of, str) else of.key
        result = self._result(self._dimension_of(key).key, measure)
        return result.columns.get(key) if result else None

    def shares(
        self, of: DimensionSpec | ItemSpec | str, measure: str | None = None
    ) -> Mapping[int, Fraction] | None:
        """Per step of the scale (yes is 1, no is 0) the share of the answers, 0 to 100.

        Of one item, or of all items of a dimension together; empty for answers without steps. A
        distribution shows more than a mean: it needs the ``distribution_threshold``.
        """
        key = of if isinstance(of, str) else of.key
        named = [row for row in self.dimensions if row.key == key]
        dimension = named[0] if named else self._dimension_of(key)
        result = self._result(dimension.key, measure)
        least = self.instrument.privacy.distribution_threshold
        if result is None or not result.columns or result.n < least:
            return None
        columns = result.columns.values() if named else [result.columns[key]]
        given = [value for column in columns for value in column]
        steps = self._steps(dimension, measure)
        return {step: Fraction(100 * given.count(Fraction(step)), len(given)) for step in steps}

    def spread(self, of: DimensionSpec | str, measure: str | None = None) -> Fraction | None:
        """Standard deviation, of phases the mean distance; from the ``distribution_threshold``."""
        result = self._result(of if isinstance(of, str) else of.key, measure)
        least = self.instrument.privacy.distribution_threshold
        return result.spread if result and result.n >= least else None

    def text(self, value: AnyNumber) -> str:
        """A value as it is shown: rounded, with a comma."""
        return shown(value, self.decimals)

    def band(self, of: str, value: AnyNumber) -> BandSpec | None:
        """The words of the file for a value, chosen with the value as it is shown; None for none.

        of  key of the measure or comparison that the value is of
        """
        measures = [row.key for row in self.instrument.measures]
        return band_of(self.instrument, "measure" if of in measures else "comparison", of, value)

    def _steps(self, dimension: DimensionSpec, measure: str | None) -> range:
        scale = self.instrument.scale_of(measure or measures_of(self.instrument, dimension)[0])
        # Of a subject there is the mean of its forms, which need not be a step.
        if self.instrument.privacy.count == "subject":
            return range(0)
        if scale.kind == "yes_no":
            return range(2)
        if scale.kind not in ("likert", "phase"):
            return range(0)
        return range(int(scale.minimum or 0), int(scale.maximum or 0) + 1)

    def _result(self, dimension: str, measure: str | None) -> Result | None:
        known = [row.key for row in self.dimensions]
        if dimension not in known:
            raise _missing(f"there is no dimension '{dimension}'.", dimension, known)
        measures = measures_of(self.instrument, self.instrument.dimension(dimension))
        measure = measure or measures[0]
        if measure not in measures:
            raise _missing(f"'{dimension}' has no measure '{measure}'.", measure, measures)
        return self.results.get((dimension, measure))

    def _dimension_of(self, key: str) -> DimensionSpec:
        items = {row.key: row.dimension for row in self.instrument.items if row.dimension}
        options = {
            option.key: option.dimension for row in self.instrument.items for option in row.options
        }
        found = {**items, **options}
        if key not in found:
            known = [*(row.key for row in self.dimensions), *found]
            raise _missing(f"there is nothing scored of '{key}'.", key, known)
        return self.instrument.dimension(found[key])


def _missing(sentence: str, word: str, known: Sequence[str]) -> KeyError:
    """What Python calls a key that is not there, with the nearest that is."""
    return KeyError(Mistake(sentence, near=nearest(word, known)).sentence)
