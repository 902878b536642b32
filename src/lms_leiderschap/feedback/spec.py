"""What a rubric is made of: words only, no points, no weights, no total."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lms_leiderschap.programme.mistake import SpecError, nearest
from lms_leiderschap.programme.plain import Plain
from lms_leiderschap.texts import _


@dataclass(frozen=True, slots=True)
class LevelSpec(Plain, noun=_("a level")):
    """One level of a rubric."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class CriterionSpec(Plain, noun=_("a criterion")):
    """One thing a teacher looks at.

    parts   part keys of the report it looks at
    levels  level key to one sentence
    hint    a question that helps to write the next step
    """

    key: str
    title: str = ""
    parts: Sequence[str] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""


DEFAULT_LEVELS = (
    LevelSpec("not_yet", "nog niet"),
    LevelSpec("almost", "bijna"),
    LevelSpec("met", "voldaan"),
    LevelSpec("strong", "sterk"),
)


@dataclass(frozen=True, slots=True)
class RubricSpec(Plain, noun=_("a rubric")):
    """A rubric: criteria, and levels from lowest to highest.

    key     in Python it may be left out for a rubric that stands in an assignment
    origin  ``own``: our proposal; ``published``: of the source
    """

    criteria: Sequence[CriterionSpec] = ()
    key: str = ""
    title: str = ""
    version: str = "1.0.0"
    levels: Sequence[LevelSpec] = DEFAULT_LEVELS
    origin: str = "own"

    def __post_init__(self) -> None:
        Plain.__post_init__(self)
        known = [level.key for level in self.levels]
        for place, criterion in enumerate(self.criteria):
            for key in criterion.levels:
                if key not in known:
                    path = ("criteria", place, "levels")
                    sentence = _("there is no level '${key}'.", mapping={"key": key})
                    raise SpecError(sentence, key, path, nearest(key, known))

    def for_parts(self, part_keys: Sequence[str]) -> "RubricSpec":
        """The rubric for a report with these parts only; the whole when no criterion names one."""
        chosen = [item for item in self.criteria if set(item.parts) & set(part_keys)]
        return replace(self, criteria=chosen) if chosen else self
