"""What a module of a programme is made of, as a plugin or a programme file offers it.

Import these names from ``lms_leiderschap.programme.spec``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from lms_leiderschap.programme.mistake import SpecError
from lms_leiderschap.programme.plain import Plain, PlainData, Spec
from lms_leiderschap.texts import _

DueRule = Literal[
    "before_meeting", "on_meeting", "end_of_semester", "end_of_programme", "iso_week", "month",
    "month_window", "from_month", "agreed_in_group", "on_time_per_assignment", "free",
    "not_published",
]  # fmt: skip
AssignmentKind = Literal[
    "preparation", "reading", "practice", "action_learning", "research", "case", "peer_audit",
    "implementation", "thesis", "report", "instrument", "development_plan", "mutual_coaching",
    "reflection", "log", "dissemination",
]  # fmt: skip
Scope = Literal["individual", "pair", "group", "school_team"]
ProductKind = Literal[
    "instrument_run", "conclusion", "comparison", "goal_set", "framework", "core_team",
    "culture_study", "improvement_point", "effect_measurement", "report", "intentions",
    "development_points", "report_back",
]  # fmt: skip

WORK_PHASES = {
    "before": _("Before the meeting"), "on": _("At the meeting"), "after": _("After the meeting"),
}  # fmt: skip
DEFAULT_RUBRIC = "action-learning"
# Stands in a constructor for "as the report says": true exactly when there is a report format.
AS_REPORT = cast(bool, None)


@dataclass(frozen=True, slots=True)
class DueSpec(Plain, noun=_("a due date")):
    """When a piece of work is due.

    rule       ``before_meeting`` is 23.59 on the day before, ``on_meeting`` the end of that meeting
    meeting    module key whose meeting is meant
    iso_week   ``2021-W11``
    edition    edition key, when the rule holds for one edition only
    month      ``2021-03``; ``from_`` (``from`` in data) and ``until`` bound a window of months
    to         group key that is reported to; only in ``AssignmentSpec.report_back``
    published  True when the source of the programme says so, False when it is our reading
    """

    rule: DueRule = "free"
    meeting: str = ""
    iso_week: str = ""
    edition: str = ""
    month: str = ""
    from_: str = ""
    until: str = ""
    to: str = ""
    published: bool = False


@dataclass(frozen=True, slots=True)
class ProductSpec(Plain, noun=_("a product")):
    """Something made in one module and used in another; modules hand over by key and kind.

    made_in        module or structure key; a module fills in its own
    made_by        assignment key
    used_in        module or structure keys, ``certificate``, ``development_plan``,
                   ``day_planning`` or a group key
    version        1, 2, … of one growing product; ``follows`` is the key of the one before
    instrument     tool key of which this is a run
    compared_with  product key of the first measurement
    exactly        how many there must be, when the source says so
    """

    key: str
    kind: ProductKind
    title: str = ""
    made_in: str = ""
    made_by: str = ""
    used_in: Sequence[str] = ()
    version: int | None = None
    follows: str = ""
    instrument: str = ""
    compared_with: str = ""
    exactly: int | None = None


@dataclass(frozen=True, slots=True)
class LiteratureSpec(Plain, noun=_("an entry of the reading list")):
    """One place in the reading list. ``required`` and ``handed_out`` are as published."""

    key: str
    title: str
    authors: str = ""
    year: int | None = None
    required: bool = False
    handed_out: bool = False


@dataclass(frozen=True, slots=True)
class AssignmentSpec(Plain, noun=_("an assignment")):
    """What a participant is asked to do.

    brief              Markdown the participant reads; empty: the work form of its phase
    scopes             when the participant chooses between several; otherwise ``scope`` counts
    place              module or structure key, ``whole``, ``each_meeting``, ``each_module``,
                       ``each_semester`` or ``between_meetings``; a module fills in its own
    instrument, round  tool key and key of its run
    count              how many, when it is published: a number, or ``{"unit": …}`` when it is not
    exactly            never more and never fewer than this many
    builds_on          assignment keys; ``uses`` and ``makes`` are product keys
    report, rubric     key of a format or rubric, or in Python the spec itself, which ``Plugin``
                       then offers under a key of its own; an empty report is one free text with
                       files, or a tick for ``preparation`` and ``reading``
    report_parts       part keys this assignment fills; empty: all of the format
    version            which version of a growing report
    feedback_required  left out: true when there is a report
    graded             ``no``, or who sets the pass mark
    """

    key: str
    title: str
    brief: str = ""
    kind: AssignmentKind = "action_learning"
    scope: Scope = "individual"
    scopes: Sequence[Scope] = ()
    place: str = ""
    group: str = ""
    instrument: str = ""
    round: str = ""
    count: object = None
    capstone: bool = False
    optional: bool = False
    exactly: int | None = None
    ambition: Sequence[str] = ()
    confidential: bool = False
    builds_on: Sequence[str] = ()
    uses: Sequence[str] = ()
    makes: Sequence[str] = ()
    due: DueSpec = DueSpec()
    report_back: DueSpec | None = None
    feedback_required: bool = AS_REPORT
    graded: str = "no"
    report: str | Spec = ""
    rubric: str | Spec = ""
    report_parts: Sequence[str] = ()
    version: int | None = None
    example_questions: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.feedback_required is AS_REPORT:
            object.__setattr__(self, "feedback_required", bool(self.report))
        Plain.__post_init__(self)

    @property
    def report_key(self) -> str:
        """Key of the report format, empty without one."""
        return self.report if isinstance(self.report, str) else self.report.key

    @property
    def rubric_key(self) -> str:
        """Key of the rubric; the core's own for a report that gets feedback and names none."""
        named = self.rubric if isinstance(self.rubric, str) else self.rubric.key
        if named or not (self.report and self.feedback_required):
            return named
        return DEFAULT_RUBRIC

    @property
    def work_phase(self) -> str:
        """``before``, ``on`` or ``after`` the meeting of the module."""
        by_kind = {"preparation": "before", "reading": "before", "practice": "on"}
        return by_kind.get(self.kind, "after")

    def to_data(self) -> PlainData:
        """The plain form, with report and rubric as keys (the specs travel under their own)."""
        data = Plain.to_data(self)
        for name, spec in (("report", self.report), ("rubric", self.rubric)):
            if isinstance(spec, str):
                continue
            if not spec.key:
                raise SpecError(f"The {name} of '{self.key}' needs a key of its own.", name)
            data[name] = spec.key
        return data


@dataclass(frozen=True, slots=True)
class LearningGoalSpec(Plain, noun=_("a learning goal")):
    """One learning goal of a module."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class ModuleSpec(Plain, noun=_("a module")):
    """One module: what a plugin brings and a programme names.

    aliases, alias_titles  other keys and headings under which the source names it
    takes_in, hands_on     product keys
    learning_goals         in Python also a dict of key to text
    insights               theories and insights, one line each
    work_form              Markdown for ``before``, ``on`` and ``after`` the meeting; always all
                           three keys, an empty text where nothing is published
    instruments            tool keys
    products, assignments  get this module's key as ``made_in`` and ``place`` when they name none
    """

    key: str
    title: str
    aliases: Sequence[str] = ()
    alias_titles: Sequence[str] = ()
    takes_in: Sequence[str] = ()
    hands_on: Sequence[str] = ()
    learning_goals: Sequence[LearningGoalSpec] = ()
    insights: Sequence[str] = ()
    instruments: Sequence[str] = ()
    work_form: Mapping[str, str] = cast(Mapping[str, str], None)
    products: Sequence[ProductSpec] = ()
    assignments: Sequence[AssignmentSpec] = ()
    literature: Sequence[LiteratureSpec] = ()

    def __post_init__(self) -> None:
        goals: object = self.learning_goals
        if isinstance(goals, Mapping):
            listed = [{"key": key, "text": text} for key, text in goals.items()]
            object.__setattr__(self, "learning_goals", listed)
        object.__setattr__(self, "work_form", _whole_work_form(self.work_form or {}))
        Plain.__post_init__(self)
        products = tuple(
            item if item.made_in else replace(item, made_in=self.key) for item in self.products
        )
        placed = tuple(
            item if item.place else replace(item, place=self.key) for item in self.assignments
        )
        object.__setattr__(self, "products", products)
        object.__setattr__(self, "assignments", placed)

    def brief_of(self, assignment: AssignmentSpec) -> str:
        """The Markdown a participant reads for one assignment of this module."""
        return assignment.brief or self.work_form[assignment.work_phase]

    def work_form_beside(self, brief: str) -> Iterator[tuple[Any, str]]:
        """(title, Markdown) of what the module does before, on and after its meeting, but for
        what the brief says."""
        for phase, text in self.work_form.items():
            if text and text != brief:
                yield WORK_PHASES[phase], text


def _whole_work_form(form: object) -> object:
    if not isinstance(form, Mapping):
        return form  # refused with the other fields
    for phase in form:
        if phase not in WORK_PHASES:
            words = {"word": phase, "known": ", ".join(WORK_PHASES)}
            raise SpecError(_("'${word}' is not a part of a work form (${known}).", words), phase)
    return {phase: form.get(phase, "") for phase in WORK_PHASES}
