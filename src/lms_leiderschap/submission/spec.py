"""What a report is made of: its parts and their rules, as a plugin or a report file offers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from lms_leiderschap.programme.mistake import SpecError, nearest
from lms_leiderschap.programme.plain import Plain
from lms_leiderschap.texts import _

PartKind = Literal[
    "text", "entries", "people", "changes", "choice", "process_map", "instrument_comparison"
]
EvidenceKind = Literal["file", "image", "link", "instrument_result", "product", "feedback"]


@dataclass(frozen=True, slots=True)
class LinkedSpec(Plain, noun=_("a linked product")):
    """A product whose state is shown with a part.

    max            never more than this many
    missing_input  ``note``: an earlier module not yet done leaves a note, never an error
    """

    product: str
    max: int | None = None
    missing_input: str = ""


@dataclass(frozen=True, slots=True)
class AlternativeSpec(Plain, noun=_("an alternative")):
    """What makes a part filled in another way.

    any_of     evidence kinds, or ``text``; one of them is enough
    min_runs   linked runs of an instrument that are needed for it
    min_words  advice for the text beside or instead of it
    product    product key, when ``product`` is one of ``any_of``
    """

    any_of: Sequence[Literal[EvidenceKind, "text"]] = ()
    min_runs: int | None = None
    min_words: int | None = None
    product: str = ""


@dataclass(frozen=True, slots=True)
class PartSpec(Plain, noun=_("a part of a report")):
    """One part of a report and when it counts as filled.

    kind            ``text``: not empty; ``entries``, ``people``, ``process_map``: at least
                    ``min_entries`` with the fields of ``each_filled``; ``changes``: every goal of
                    both versions has a change kind; ``choice``: one of ``options``;
                    ``instrument_comparison``: ``min_runs`` linked runs
    guidance        one to three sentences, without *je* or *u*
    phase           ``before``, ``on`` or ``after`` the meeting; empty: any
    min_words       advice, unless the report says ``words_binding``
    entry_fields    field names of one entry; ``each_filled`` may not be empty
    reason_optional_for  change kinds (of ``change_kinds``) that need no reason
    alternative     another way to fill it
    evidence        what may be attached; empty: text only
    linked, uses    products shown with it; ``takes_in``, ``hands_on``: a product key it takes its
                    entries from or turns into
    entries_for     product keys that each need an entry; ``instrument`` the tool key whose runs
                    count; both only by a rule for one assignment
    written_by      role, when it is not the author; ``per_author``: one text of each
    complete_text   the sentence the participant reads about when it is filled
    origin          ``published``: the source asks for it; ``own``: our proposal
    """

    key: str
    title: str = ""
    kind: PartKind = "text"
    process_class: str = ""
    required: bool = True
    guidance: str = ""
    phase: Literal["", "before", "on", "after"] = ""
    min_words: int = 0
    min_entries: int = 0
    exactly: int | None = None
    entry_fields: Sequence[str] = ()
    each_filled: Sequence[str] = ()
    min_steps: int = 0
    min_runs: int = 0
    same_instrument: bool = False
    instrument: str = ""
    linked: Sequence[LinkedSpec] = ()
    missing_input: str = ""
    covers: str = ""
    change_kinds: Sequence[Literal["kept", "changed", "dropped", "added"]] = ()
    reason_optional_for: Sequence[str] = ()
    options: Sequence[str] = ()
    tags: Mapping[str, object] = field(default_factory=dict)
    within: str = ""
    alternative: AlternativeSpec | None = None
    evidence: Sequence[EvidenceKind] = ()
    uses: Sequence[str] = ()
    takes_in: str = ""
    hands_on: str = ""
    entries_for: Sequence[str] = ()
    written_by: str = ""
    per_author: bool = False
    visible_to: Sequence[str] = ()
    keeps_versions: bool = False
    followed: str = ""
    sources: Sequence[str] = ()
    complete_text: str = ""
    origin: Literal["published", "own"] = "own"


@dataclass(frozen=True, slots=True)
class ReportVersionSpec(Plain, noun=_("a version of a report")):
    """One version of a growing report: which assignment makes it and with which parts, in order."""

    number: int
    assignment: str
    product: str = ""
    follows: int | None = None
    parts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ReportSpec(Plain, noun=_("a report format")):
    """A report format.

    key                 in Python it may be left out for a format that stands in an assignment
    used_in             programme keys
    words_binding       False: a part with fewer words counts as filled and is shown as short
    upload_alone_suffices  one file may replace all typed text
    living              no hand-in needed; each release is a version
    versions            parts per version; ``assignment_rules``: tables with ``assignment``,
                        ``part``, perhaps ``programme``, and the fields they replace in that part
    retention           ``default`` and ``text``
    """

    parts: Sequence[PartSpec] = ()
    key: str = ""
    title: str = ""
    kind: str = "report"
    version: str = "1.0.0"
    purpose: str = ""
    used_in: Sequence[str] = ()
    authors: Literal["individual", "group"] = "individual"
    confidential: bool = False
    visible_to: Sequence[str] = ()
    confidentiality_choice: Sequence[str] = ()
    feedback_required: bool = True
    second_reader: str = ""
    graded: str = "no"
    living: bool = False
    shared_as: str = ""
    upload_alone_suffices: bool = False
    words_binding: bool = False
    limits_origin: Literal["", "own", "published"] = ""
    versions: Sequence[ReportVersionSpec] = ()
    assignment_rules: Sequence[Mapping[str, object]] = ()
    retention: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Plain.__post_init__(self)
        known = [part.key for part in self.parts]
        for part in known:
            if known.count(part) > 1:
                raise SpecError(_("two parts are called '${key}'.", mapping={"key": part}), part)
        for place, version in enumerate(self.versions):
            _check_parts(version.parts, known, ("versions", place))
        for place, rule in enumerate(self.assignment_rules):
            _check_parts([str(rule.get("part"))], known, ("assignment_rules", place))
            self._ruled([rule])

    def part(self, key: str) -> PartSpec:
        """The part of that key; KeyError when this report has none."""
        for part in self.parts:
            if part.key == key:
                return part
        raise KeyError(key)

    def for_assignment(
        self, programme: str, assignment: str, version: int | None, report_parts: Sequence[str]
    ) -> "ReportSpec":
        """The report as one assignment asks it: only its parts, in order, with its own rules.

        programme, assignment  keys; rules of another programme or assignment are left aside
        version                of a growing report; None: the one that names the assignment
        report_parts           part keys the assignment fills; empty: all
        """
        rules = [
            rule
            for rule in self.assignment_rules
            if rule.get("assignment") == assignment and rule.get("programme", "") in ("", programme)
        ]
        ruled = {part.key: part for part in self._ruled(rules)}
        asked = [key for key in self._of_version(assignment, version) if key in ruled]
        chosen = [key for key in asked if not report_parts or key in report_parts]
        return replace(self, parts=[ruled[key] for key in chosen], versions=(), assignment_rules=())

    def _of_version(self, assignment: str, version: int | None) -> Sequence[str]:
        for row in self.versions:
            if row.number == version or (version is None and row.assignment == assignment):
                return row.parts
        return [part.key for part in self.parts]

    def _ruled(self, rules: Sequence[Mapping[str, object]]) -> list[PartSpec]:
        data = {part.key: part.to_data() for part in self.parts}
        for rule in rules:
            words = ("programme", "assignment", "part")
            data[str(rule["part"])].update(
                {name: value for name, value in rule.items() if name not in words}
            )
        return [PartSpec.from_data(row) for row in data.values()]


def _check_parts(keys: Sequence[str], known: Sequence[str], path: tuple[str | int, ...]) -> None:
    for key in keys:
        if key not in known:
            sentence = _("there is no part '${key}'.", mapping={"key": key})
            raise SpecError(sentence, key, path, nearest(key, known))
