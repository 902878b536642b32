"""What a programme, its modules and their assignments are made of, as code or a file offers it.

Field names are the words of the programme and module files, one to one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Literal, Self, cast

from lms_leiderschap.programme.mistake import SpecError, nearest
from lms_leiderschap.programme.modulespec import (
    DEFAULT_RUBRIC,
    WORK_PHASES,
    AssignmentSpec,
    DueSpec,
    LearningGoalSpec,
    LiteratureSpec,
    ModuleSpec,
    ProductSpec,
)
from lms_leiderschap.programme.plain import Plain, PlainData, Spec
from lms_leiderschap.texts import _

__all__ = [
    "DEFAULT_RUBRIC",
    "WORK_PHASES",
    "AssignmentSpec",
    "DueSpec",
    "LearningGoalSpec",
    "LiteratureSpec",
    "ModuleSpec",
    "Offer",
    "PlainData",
    "ProductSpec",
    "ProgrammeModuleSpec",
    "ProgrammeSpec",
    "Spec",
    "SpecError",
]

ProgrammeKind = Literal["master", "opleiding", "leergang", "traject"]

# Tables of a programme file that are kept as plain data and read by the slice they concern.
OTHER_TABLES = (
    "organisers", "page", "duration", "study_loads", "load_splits", "load_advice", "prices",
    "subsidies", "recognitions", "accreditations", "rating", "audience", "admission", "outcomes",
    "programme_goals", "steering_domains", "background_factors", "levels", "variants", "routes",
    "structure", "meeting_contents", "work_forms", "groups", "norms", "credentials", "exemptions",
    "register_claims", "instruments", "follow_up_research", "ambiguities", "editions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProgrammeModuleSpec(Plain, noun=_("a module of a programme")):
    """The place of one module in a programme.

    module  the module written out in the programme file; None: a plugin brings it. Written out, it
            is used as long as no switched-on plugin brings the key.
    """

    key: str
    order: int
    module: ModuleSpec | None = None


@dataclass(frozen=True, slots=True)
class ProgrammeSpec(Plain, noun=_("a programme")):
    """One programme file. Nothing of the file is lost: what has no field is in ``tables``.

    kind_as_published  how the source calls it
    address            form of address on its pages: ``je`` or ``u``
    summary, impact    our own words; ``vision`` is a list of paragraphs
    published_on       ISO date
    related            tables with ``key``, ``title``, ``relation``
    modules            in their order; products and assignments of a written-out module are in it
    assignments        those of the whole, each module, each meeting and each part of the structure
    tables             the other tables of the file by name, as plain data (``OTHER_TABLES``)
    """

    key: str
    title: str
    short_title: str = ""
    subtitle: str = ""
    version: str = "1.0.0"
    kind: ProgrammeKind = "traject"
    kind_as_published: str = ""
    language: str = "nl"
    address: Literal["je", "u"] = "u"
    country: str = ""
    sectors: Sequence[Literal["po", "vo", "mbo", "ho", "hbo", "so"]] = ()
    summary: str = ""
    vision: Sequence[str] = ()
    impact: str = ""
    integral: bool = False
    fixed_route: bool = False
    published_on: str = ""
    related: Sequence[Mapping[str, object]] = ()
    modules: Sequence[ProgrammeModuleSpec] = ()
    products: Sequence[ProductSpec] = ()
    assignments: Sequence[AssignmentSpec] = ()
    literature: Sequence[LiteratureSpec] = ()
    tables: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Plain.__post_init__(self)
        ordered = tuple(sorted(self.modules, key=lambda entry: entry.order))
        object.__setattr__(self, "modules", ordered)

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> Self:
        """Build from ``to_data()`` or from a file whose [programme] fields stand at the top.

        Modules may be ``key`` and ``order`` only, or written out with the fields of a module;
        their products and assignments are found by ``made_in`` and ``place``.
        """
        own = {name: value for name, value in data.items() if name not in OTHER_TABLES}
        known = {item.name for item in fields(cls)} - {"tables"}
        for word in own:
            if word not in known and word != "tables":
                near = nearest(word, sorted({*known, *OTHER_TABLES}))
                words = {"word": word}
                sentence = _("'${word}' is not a table or field of a programme.", mapping=words)
                raise SpecError(sentence, word, near=near)
        tables = {name: value for name, value in data.items() if name in OTHER_TABLES}
        kept = own.pop("tables", {})
        if isinstance(kept, Mapping):
            kept = {**kept, **tables}
        if date := own.get("published_on"):
            own["published_on"] = str(date)
        if isinstance(rows := own.get("modules", []), Mapping | list | tuple):
            own["modules"] = [_entry(row) for row in _rows(rows)]
        made = Plain.from_data.__func__(cls, {**own, "tables": kept})  # type: ignore[attr-defined]
        return cast(Self, _with_modules_filled(made))

    @property
    def editions(self) -> Sequence[Mapping[str, object]]:
        """The editions of the file, each a plain table with ``key``, ``title``, ``meetings``, …"""
        return self.table("editions")

    def table(self, name: str) -> Sequence[Mapping[str, object]]:
        """Rows of one of the other tables; a table that stands alone gives one row."""
        return _rows(self.tables.get(name, []))

    def meetings(self, edition: str) -> Sequence[Mapping[str, object]]:
        """The planned meetings of one edition of the file; KeyError for an unknown edition."""
        for row in self.editions:
            if row.get("key") == edition:
                return _rows(row.get("meetings", []))
        raise KeyError(edition)

    @property
    def module_keys(self) -> Sequence[str]:
        """Keys of the modules in the order of the programme."""
        return tuple(entry.key for entry in self.modules)


def _rows(value: object) -> Sequence[Mapping[str, object]]:
    rows = [value] if isinstance(value, Mapping) else value
    return tuple(cast(Sequence[Mapping[str, object]], rows))


def _entry(row: Mapping[str, object]) -> Mapping[str, object]:
    if not isinstance(row, Mapping) or "title" not in row:
        return row
    module = {name: value for name, value in row.items() if name != "order"}
    return {"key": row.get("key"), "order": row.get("order"), "module": module}


def _with_modules_filled(programme: ProgrammeSpec) -> ProgrammeSpec:
    written = {entry.key for entry in programme.modules if entry.module}
    entries = [
        replace(entry, module=_filled(entry.module, programme)) if entry.module else entry
        for entry in programme.modules
    ]
    products = [item for item in programme.products if item.made_in not in written]
    loose = [item for item in programme.assignments if item.place not in written]
    return replace(programme, modules=entries, products=products, assignments=loose)


def _filled(module: ModuleSpec, programme: ProgrammeSpec) -> ModuleSpec:
    products = [item for item in programme.products if item.made_in == module.key]
    placed = [item for item in programme.assignments if item.place == module.key]
    return replace(
        module,
        products=[*module.products, *products],
        assignments=[*module.assignments, *placed],
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """What the library and the switched-on plugins offer together, each by key.

    modules, programmes     their specs
    reports, rubrics, tools, instruments  specs of the slices to the right (``ReportSpec``,
                             ``RubricSpec``, ``ToolSpec``, ``InstrumentSpec``); here only their key
                             and plain form are known
    images                   module key to the pictures its texts show: name to bytes
    origin                   (kind, key) to (name, version) of the plugin that brings it, kind one
                             of ``module``, ``report``, ``rubric``, ``tool``, ``instrument``,
                             ``programme``; the library of the core is named ``""``
    """

    modules: Mapping[str, ModuleSpec] = field(default_factory=dict)
    reports: Mapping[str, Spec] = field(default_factory=dict)
    rubrics: Mapping[str, Spec] = field(default_factory=dict)
    tools: Mapping[str, Spec] = field(default_factory=dict)
    instruments: Mapping[str, Spec] = field(default_factory=dict)
    programmes: Mapping[str, ProgrammeSpec] = field(default_factory=dict)
    images: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    origin: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
