"""From the answers of a closed round to what may be shown of one perspective."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms_leiderschap.instrument.answers import Answers, Result
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.scoring import (
    CodedRow,
    Scored,
    bases_of,
    code,
    group_value,
    mean,
    measures_of,
    score_row,
    spread,
)
from lms_leiderschap.instrument.tables import DimensionSpec


@dataclass(frozen=True, slots=True)
class Row:
    """The raw answers of one respondent.

    answers  item key to measure to raw value
    subject  whom the form is about, where the threshold counts subjects
    """

    answers: Mapping[str, Mapping[str, object]]
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Gathering:
    """The coded answers of one perspective, and how many a result must rest on.

    whom  per row the respondent, or the subject where subjects are counted
    """

    instrument: InstrumentSpec
    coded: Sequence[CodedRow]
    whom: Sequence[str]
    least: int

    def scored(self, dimension: DimensionSpec, measures: Sequence[str]) -> Mapping[str, Scored]:
        """Scores by respondent, or by subject the mean of its forms; who has none is left out."""
        found: dict[str, list[Scored]] = defaultdict(list)
        for who, row in zip(self.whom, self.coded, strict=True):
            scored = score_row(self.instrument, dimension, row, measures)
            if scored is not None:
                found[who].append(scored)
        return {who: _joined(dimension, forms, measures) for who, forms in found.items()}

    def results(
        self, dimension: DimensionSpec, measures: Sequence[str]
    ) -> Mapping[tuple[str, str], Result]:
        """Results of measures that share a base; each by itself when that base is too small."""
        together = self.scored(dimension, measures)
        if len(together) >= self.least:
            rows = list(together.values())
            return {(dimension.key, m): self._result(dimension, rows, m, measures)
                    for m in measures}  # fmt: skip
        alone = {m: list(self.scored(dimension, (m,)).values()) for m in measures}
        return {
            (dimension.key, m): self._result(dimension, rows, m, ())
            for m, rows in alone.items()
            if len(rows) >= self.least
        }

    def valid(self) -> set[str]:
        """Who has at least one score."""
        return {
            who
            for dimension in self.instrument.dimensions
            for measure in measures_of(self.instrument, dimension)
            for who in self.scored(dimension, (measure,))
        }

    def _result(
        self,
        dimension: DimensionSpec,
        rows: Sequence[Scored],
        measure: str,
        measures: Sequence[str],
    ) -> Result:
        scores = [row.scores[measure] for row in rows]
        columns: dict[str, list[Fraction]] = defaultdict(list)
        for row in rows:
            for key, values in row.values.items():
                columns[key].append(values[measure])
        whole = len(columns) == len(self.instrument.items_of(dimension.key)) and all(
            len(given) >= self.least for given in columns.values()
        )
        return Result(
            len(rows),
            group_value(dimension, scores),
            spread(dimension, scores),
            {key: tuple(sorted(given)) for key, given in columns.items()} if whole else {},
            tuple(measures),
        )


def answers_of(
    instrument: InstrumentSpec,
    perspective: str,
    rows: Sequence[Row],
    *,
    threshold: int | None = None,
) -> Answers | None:
    """What a closed round may show of one perspective; None below the threshold.

    rows       everything that was sent; what would be refused counts as unanswered
    threshold  of the institution; left out: that of the instrument

    A perspective that is named is exempt, unless subjects are counted: then what must stay hidden
    is the lesson. KeyError for an unknown perspective, ValueError for a row without its subject.
    """
    by_subject = instrument.privacy.count == "subject"
    if by_subject and not all(row.subject for row in rows):
        raise ValueError("this instrument counts subjects: each row needs one")
    named = instrument.perspective(perspective).identity == "named"
    least = 1 if named and not by_subject else threshold or instrument.privacy.threshold
    whom = [row.subject if by_subject else str(number) for number, row in enumerate(rows)]
    gathering = Gathering(instrument, [code(instrument, row.answers) for row in rows], whom, least)
    n = len(gathering.valid())
    if n < least:
        return None
    results: dict[tuple[str, str], Result] = {}
    for dimension in instrument.dimensions:
        for measures in bases_of(instrument, dimension):
            results.update(gathering.results(dimension, measures))
    return Answers(instrument, perspective, n, results)


def _joined(dimension: DimensionSpec, forms: Sequence[Scored], measures: Sequence[str]) -> Scored:
    """One subject: the mean of the forms about it, item by item as well."""
    if len(forms) == 1:
        return forms[0]
    items = sorted({key for form in forms for key in form.values})
    values = {
        key: {
            m: mean(form.values[key][m] for form in forms if key in form.values) for m in measures
        }
        for key in items
    }
    scores = {m: group_value(dimension, [form.scores[m] for form in forms]) for m in measures}
    return Scored(scores, values)
