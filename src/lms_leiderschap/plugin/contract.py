"""The one value a plugin is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self, TypeVar

from lms_leiderschap.feedback.spec import RubricSpec
from lms_leiderschap.instrument.definition import InstrumentSpec, Score
from lms_leiderschap.instrument.spec import ToolSpec
from lms_leiderschap.plugin.behaviour import Behaviour, Handler, Panel, Upgrade
from lms_leiderschap.plugin.beside import names_a_file, with_texts
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.fitting import SUPPORTED_APIS, check_plugin
from lms_leiderschap.plugin.folder import read_folder
from lms_leiderschap.plugin.images import named_in, read_images
from lms_leiderschap.plugin.setting import PluginHead, Setting
from lms_leiderschap.programme.mistake import SpecError, nearest
from lms_leiderschap.programme.place import folder_of_caller
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec, ProgrammeSpec
from lms_leiderschap.submission.spec import ReportSpec

__all__ = ["SUPPORTED_APIS", "Plugin", "PluginError", "Setting"]

Format = TypeVar("Format", ReportSpec, RubricSpec)


@dataclass(frozen=True, slots=True)
class Plugin(PluginHead):
    """What one plugin brings, checked as a whole when it is built.

    name      slug, equal to the name of the entry point
    api       number of the contract it is written for
    licence   SPDX expression; author a name
    modules   owned by this plugin alone, with their assignments, products and literature
    reports, rubrics, tools, instruments  shared: another plugin may bring the same with equal
              content
    programmes  owned by this plugin alone; they may name modules of others
    images    name to bytes of the pictures that texts show with ``![what is on it](name.png)``;
              left out: those in ``images/`` beside the module that builds the plugin
    behaviour the functions that ``on``, ``panel`` and ``upgrade`` add

    A report or rubric that stands in an assignment is offered under ``<module>-<assignment>``
    unless it has a key of its own; an instrument that no tool names is a tool of the same key. A
    text field may name a file in ``texts/`` beside the module that builds the plugin. PluginError
    when anything does not fit.
    """

    modules: Sequence[ModuleSpec] = ()
    reports: Sequence[ReportSpec] = ()
    rubrics: Sequence[RubricSpec] = ()
    tools: Sequence[ToolSpec] = ()
    instruments: Sequence[InstrumentSpec] = ()
    programmes: Sequence[ProgrammeSpec] = ()
    images: Mapping[str, bytes] = field(default_factory=dict, metadata={"plain": False})
    behaviour: Behaviour = field(
        default_factory=Behaviour, init=False, compare=False, repr=False, metadata={"plain": False}
    )

    def __post_init__(self) -> None:
        try:
            PluginHead.__post_init__(self)
        except SpecError as error:
            raise PluginError(str(error)) from error
        _lift_formats(self)
        _lift_tools(self)
        _fill_in_texts(self)
        _find_images(self)
        check_plugin(self)

    @classmethod
    def from_folder(
        cls, folder: str | Path, *, scores: Mapping[str, Score] | None = None
    ) -> Self:
        """Read a folder with a ``plugin.toml``: a Path, or the name of the package it lies in.

        scores  instrument key to the function that scores it, in place of the built-in rule
        PluginError names file and line.
        """
        return cls.from_files(folder if isinstance(folder, Path) else files(folder), scores=scores)

    @classmethod
    def from_files(
        cls, root: Traversable, *, scores: Mapping[str, Score] | None = None
    ) -> Self:
        """The same from anything that can be walked as a folder."""
        found = read_folder(root)
        for key in scores or ():
            known = [spec.key for spec in found["instruments"]]
            if key not in known:
                raise PluginError(f"there is no instrument '{key}'.", near=nearest(key, known))
        found["instruments"] = [
            replace(spec, score=scores[spec.key]) if scores and spec.key in scores else spec
            for spec in found["instruments"]
        ]
        return cls(**found)

    @property
    def has_code(self) -> bool:
        """Whether it does anything itself: handlers, panels, upgrades or scores."""
        acts = self.behaviour
        scores = any(spec.score is not None for spec in self.instruments)
        return bool(acts.handlers or acts.panels or acts.upgrades or scores)

    def on(self, event: str) -> Callable[[Handler], Handler]:
        """Decorator: call this function with the ``Event`` after it happened (see ``EVENTS``).

        At most 5 seconds; tried three times; it may read, keep own records and notify, no more.
        PluginError for an unknown event, or a second function for one.
        """
        return lambda handler: self.behaviour.add_handler(event, handler)

    def panel(self, slot: str) -> Callable[[Panel], Panel]:
        """Decorator: show what this function returns in a place of the core's pages (``SLOTS``).

        It gets a ``PanelContext`` and returns Markdown, a ``Chart`` or None for nothing, within
        20 ms. PluginError for an unknown place, or a second function for one.
        """
        return lambda panel: self.behaviour.add_panel(slot, panel)

    def upgrade(self, to: str) -> Callable[[Upgrade], Upgrade]:
        """Decorator: bring the data of one record (a plain dict) to this version of the plugin.

        It returns the new data; called twice on its own result it must change nothing.
        """
        return lambda upgrade: self.behaviour.add_upgrade(to, upgrade)


def _lift_formats(plugin: Plugin) -> None:
    """Offer reports and rubrics that stand in an assignment under a key, and name that there."""
    reports, rubrics = list(plugin.reports), list(plugin.rubrics)
    modules = []
    for module in plugin.modules:
        placed = []
        for item in module.assignments:
            key = f"{module.key}-{item.key}"
            if isinstance(item.report, ReportSpec):
                reports.append(_named(item.report, key, item))
                item = replace(item, report=reports[-1].key)
            if isinstance(item.rubric, RubricSpec):
                rubrics.append(_named(item.rubric, key, item))
                item = replace(item, rubric=rubrics[-1].key)
            placed.append(item)
        modules.append(replace(module, assignments=placed))
    for name, specs in (("modules", modules), ("reports", reports), ("rubrics", rubrics)):
        object.__setattr__(plugin, name, tuple(specs))


def _named(spec: Format, key: str, assignment: AssignmentSpec) -> Format:
    return replace(spec, key=spec.key or key, title=spec.title or assignment.title)


def _lift_tools(plugin: Plugin) -> None:
    """An instrument that no tool is defined by is a tool itself, of the modules that name it."""
    named = {tool.key for tool in plugin.tools} | {tool.definition for tool in plugin.tools}
    lifted = [
        ToolSpec(
            spec.key,
            spec.title,
            content="own",
            definition=spec.key,
            modules=[module.key for module in plugin.modules if spec.key in module.instruments],
        )
        for spec in plugin.instruments
        if spec.key not in named
    ]
    object.__setattr__(plugin, "tools", (*plugin.tools, *lifted))


def _fill_in_texts(plugin: Plugin) -> None:
    """Put texts in place of the names of their files; from_folder has done so already."""
    folder: Traversable | None = None
    for name in ("modules", "reports", "rubrics", "tools"):
        filled = []
        for spec in getattr(plugin, name):
            data = spec.to_data()
            if names_a_file(data):
                folder = folder or folder_of_caller()
                spec = type(spec).from_data(with_texts(data, folder))
            filled.append(spec)
        object.__setattr__(plugin, name, tuple(filled))


def _find_images(plugin: Plugin) -> None:
    """Look beside the calling module for pictures that texts show and nobody gave."""
    named = {name for module in plugin.modules for name in named_in(module)}
    if named - set(plugin.images):
        object.__setattr__(plugin, "images", {**read_images(folder_of_caller()), **plugin.images})
