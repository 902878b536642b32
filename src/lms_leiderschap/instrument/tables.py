"""The tables of an instrument file, one class each; what fits together is checked elsewhere.

The words are those of the file. Keys are for ever: answers are stored under them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lms_leiderschap.programme.plain import Plain
from lms_leiderschap.texts import _

ScaleKind = Literal["likert", "phase", "split", "yes_no", "number", "text"]
Rule = Literal["mean", "split_mean", "phase", "yes_share", "attainment"]
Number = int | float | None


@dataclass(frozen=True, slots=True)
class SourceSpec(Plain, noun=_("a source")):
    """Where structure and wording come from.

    replaceable  an institution may load its own licensed texts under the same keys
    """

    structure: str
    wording: str
    licence: str
    replaceable: bool = False


@dataclass(frozen=True, slots=True)
class PrivacySpec(Plain, noun=_("the privacy of an instrument")):
    """What keeps answers from being recognised.

    threshold               least number that a group result of an anonymous perspective rests on
    distribution_threshold  least number from which spread and distribution are shown
    count                   what is counted: forms, or the teachers or lessons they are about
    """

    threshold: int = 5
    distribution_threshold: int = 10
    count: Literal["respondent", "subject"] = "respondent"


@dataclass(frozen=True, slots=True)
class ScoringSpec(Plain, noun=_("the scoring of an instrument")):
    """``decimals`` are shown and used to choose a band; ``alpha``: may reliability be reported."""

    decimals: int = 1
    alpha: bool = False


@dataclass(frozen=True, slots=True)
class PerspectiveSpec(Plain, noun=_("a perspective")):
    """From where someone answers.

    identity    ``named``: knows beforehand that the answer is recognisable
    account     false: by link
    merge_into  perspective that takes these answers when they are too few
    """

    key: str
    title: str
    about: str
    identity: Literal["named", "anonymous"]
    account: bool
    merge_into: str = ""


@dataclass(frozen=True, slots=True)
class ScaleSpec(Plain, noun=_("a scale")):
    """How an answer is given; ``labels`` from lowest to highest, of yes_no first no, then yes."""

    key: str
    kind: ScaleKind
    minimum: Number = None
    maximum: Number = None
    step: Number = None
    total: int | None = None
    labels: Sequence[str] = ()
    not_applicable: str = ""
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class MeasureSpec(Plain, noun=_("a measure")):
    """What is asked about an item, such as ``current`` and ``wanted``."""

    key: str
    title: str
    prompt: str
    scale: str


@dataclass(frozen=True, slots=True)
class DimensionSpec(Plain, noun=_("a dimension")):
    """What items add up to; ``minimum_answered`` items give one respondent a score."""

    key: str
    title: str
    about: str
    rule: Rule
    minimum_answered: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class OptionSpec(Plain, noun=_("an option")):
    """One statement among which the points of a split are divided."""

    key: str
    dimension: str
    text: str


@dataclass(frozen=True, slots=True)
class WordingSpec(Plain, noun=_("a wording")):
    """The text of an item for one perspective."""

    perspective: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemSpec(Plain, noun=_("an item")):
    """One question.

    ask        measures, all of one scale kind
    dimension  may be left out for a split and for a text only
    options    of a split; phases: of a phase, one sentence per phase
    unit, decimals, better, minimum, maximum, norm, target   of a number; norm and target are
               proposals in that unit
    """

    key: str
    text: str
    ask: Sequence[str]
    dimension: str = ""
    hint: str = ""
    reverse: bool = False
    wordings: Sequence[WordingSpec] = ()
    options: Sequence[OptionSpec] = ()
    phases: Sequence[str] = ()
    unit: str = ""
    decimals: int | None = None
    better: Literal["", "higher", "lower"] = ""
    minimum: Number = None
    maximum: Number = None
    norm: Number = None
    target: Number = None


@dataclass(frozen=True, slots=True)
class ComparisonSpec(Plain, noun=_("a comparison")):
    """Second minus first, of two measures or of two perspectives on one measure.

    ``others`` is the mean of all visible perspectives except ``self``.
    """

    key: str
    title: str
    kind: Literal["measures", "perspectives"]
    first: str
    second: str
    measure: str = ""


@dataclass(frozen=True, slots=True)
class ChartSpec(Plain, noun=_("a chart")):
    """One chart of the results, over dimensions or items.

    by, series              what the series are and which
    comparison              instead of those: a difference
    x_measure … corners     of a quadrant; corners in the order low-x/low-y, high-x/low-y,
                            low-x/high-y, high-x/high-y
    """

    key: str
    kind: Literal["radar", "quadrant", "gap_bars", "phase_ladder", "heat_map"]
    title: str
    over: Literal["dimensions", "items"]
    by: Literal["", "measures", "perspectives", "rounds", "answers", "dimensions"] = ""
    series: Sequence[str] = ()
    comparison: str = ""
    x_measure: str = ""
    y_measure: str = ""
    x_line: Number = None
    y_line: Number = None
    corners: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BandSpec(Plain, noun=_("a band")):
    """What a rounded value from ``lower`` up to but not including ``upper`` means, in words."""

    on: Literal["measure", "comparison"]
    of: str
    title: str
    text: str
    lower: Number = None
    upper: Number = None


@dataclass(frozen=True, slots=True)
class PairSpec(Plain, noun=_("a pair of rounds")):
    """What of a later round may be laid beside an earlier one."""

    perspective: str
    measure: str
    by: Literal["respondent", "subject", "group"]


@dataclass(frozen=True, slots=True)
class RepeatSpec(Plain, noun=_("the repetition of an instrument")):
    """How the instrument is used again.

    weeks_between    advice
    comparable_from  lowest version with the same meaning
    """

    rounds: Sequence[str]
    weeks_between: int
    comparable_from: str
    effect: Literal["standardised", "points", "shift"]
    pairs: Sequence[PairSpec] = ()
