"""What an instrument is made of: the format of ``instruments/<key>.toml``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Literal, Protocol, Self, TypeVar

from lms_leiderschap.instrument.definition_checks import check_instrument
from lms_leiderschap.instrument.file import beside_caller, placed, read_data, read_examples
from lms_leiderschap.instrument.tables import (
    BandSpec,
    ChartSpec,
    ComparisonSpec,
    DimensionSpec,
    ItemSpec,
    MeasureSpec,
    PerspectiveSpec,
    PrivacySpec,
    RepeatSpec,
    ScaleKind,
    ScaleSpec,
    ScoringSpec,
    SourceSpec,
)
from lms_leiderschap.programme.mistake import SpecError
from lms_leiderschap.programme.plain import Plain
from lms_leiderschap.texts import _

if TYPE_CHECKING:
    from lms_leiderschap.instrument.answers import Answers
    from lms_leiderschap.instrument.chart import Chart


class Score(Protocol):
    """What scores an instrument in place of the built-in rules."""

    def __call__(self, answers: "Answers", /) -> "Sequence[Chart]": ...


@dataclass(frozen=True, slots=True)
class InstrumentSpec(Plain, noun=_("an instrument")):
    """A questionnaire, scorecard or observation list that can be filled in and scored.

    key       slug, the name of the file
    version   major.minor.patch: a text, an item, a meaning
    subject   what the result is about
    minutes   time to fill it in
    schema    number of this format
    score     function from Answers to charts; no part of the data, nor of equality
    examples  worked examples that came with the file, likewise

    SpecError when it does not fit together.
    """

    key: str
    version: str
    title: str
    language: str
    purpose: str
    instruction: str
    subject: Literal["school", "person", "lesson"]
    minutes: int
    source: SourceSpec
    perspectives: Sequence[PerspectiveSpec]
    scales: Sequence[ScaleSpec]
    measures: Sequence[MeasureSpec]
    items: Sequence[ItemSpec]
    dimensions: Sequence[DimensionSpec] = ()
    privacy: PrivacySpec = field(default_factory=PrivacySpec)
    scoring: ScoringSpec = field(default_factory=ScoringSpec)
    comparisons: Sequence[ComparisonSpec] = ()
    charts: Sequence[ChartSpec] = ()
    bands: Sequence[BandSpec] = ()
    repeat: RepeatSpec | None = None
    schema: Literal[1] = 1
    score: Score | None = field(
        default=None, kw_only=True, compare=False, repr=False, metadata={"plain": False}
    )
    examples: Sequence[Mapping[str, object]] = field(
        default=(), kw_only=True, compare=False, repr=False, metadata={"plain": False}
    )

    def __post_init__(self) -> None:
        Plain.__post_init__(self)
        object.__setattr__(self, "examples", tuple(self.examples))
        check_instrument(self)

    @classmethod
    def from_toml(cls, name: str, score: Score | None = None) -> Self:
        """Read a file in the folder ``instruments/`` beside the calling module, or beside itself.

        name   such as ``plg-scan.toml``
        score  see above

        InstrumentError (a SpecError) with file and line.
        """
        return replace(cls.from_folder(*beside_caller(name), name), score=score)

    @classmethod
    def from_folder(cls, folder: Traversable, place: str, name: str) -> Self:
        """Read the file ``name`` of a folder, and the worked examples in ``examples/`` beside it.

        place  how messages call the folder, with its slash; InstrumentError as above
        """
        text, data = read_data(folder / name, place + name)
        try:
            spec = cls.from_data(data)
            stem = name.removesuffix(".toml")
            if spec.key != stem:
                words = {"name": stem}
                sentence = _("the key must be the name of the file, '${name}'.", mapping=words)
                raise SpecError(sentence, "key")
        except SpecError as error:
            raise placed(error, text, place + name) from error
        return replace(spec, examples=read_examples(folder, place, spec.key))

    def item(self, key: str) -> ItemSpec:
        """The item of a key; KeyError."""
        return _of_key(self.items, key)

    def dimension(self, key: str) -> DimensionSpec:
        """The dimension of a key; KeyError."""
        return _of_key(self.dimensions, key)

    def perspective(self, key: str) -> PerspectiveSpec:
        """The perspective of a key; KeyError."""
        return _of_key(self.perspectives, key)

    def comparison(self, key: str) -> ComparisonSpec:
        """The comparison of a key; KeyError."""
        return _of_key(self.comparisons, key)

    def scale_of(self, measure: str) -> ScaleSpec:
        """The scale of a measure; KeyError."""
        return _of_key(self.scales, _of_key(self.measures, measure).scale)

    def kind_of(self, item: ItemSpec) -> ScaleKind:
        """The kind that all measures of an item share."""
        return self.scale_of(item.ask[0]).kind

    def items_of(self, dimension: str) -> Sequence[ItemSpec]:
        """The items that a dimension is scored from: its own, or every split with an option."""
        return [
            item
            for item in self.items
            if item.dimension == dimension
            or any(option.dimension == dimension for option in item.options)
        ]


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


_Row = TypeVar("_Row", bound=_Keyed)


def _of_key(rows: Sequence[_Row], key: str) -> _Row:
    for row in rows:
        if row.key == key:
            return row
    raise KeyError(key)
