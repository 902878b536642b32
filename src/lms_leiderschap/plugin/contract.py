"""The one value a plugin is."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Self, TypeVar

from lms_leiderschap.feedback.spec import RubricSpec
from lms_leiderschap.instrument.spec import ToolSpec
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.folder import read_folder
from lms_leiderschap.plugin.setting import PluginHead, Setting
from lms_leiderschap.programme.plain import nearest
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec, ProgrammeSpec, SpecError
from lms_leiderschap.submission.spec import ReportSpec

__all__ = ["SUPPORTED_APIS", "Plugin", "PluginError", "Setting"]

# The current number of the contract and, when there is one, the number before it.
SUPPORTED_APIS = (1,)
Format = TypeVar("Format", ReportSpec, RubricSpec)
SLUG = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Plugin(PluginHead):
    """What one plugin brings, checked as a whole when it is built.

    name      slug, equal to the name of the entry point
    api       number of the contract it is written for
    licence   SPDX expression; author a name
    modules   owned by this plugin alone, with their assignments, products and literature
    reports, rubrics, tools  shared: another plugin may bring the same with equal content
    programmes  owned by this plugin alone; they may name modules of others

    A report or rubric that stands in an assignment is offered under ``<module>-<assignment>``
    unless it has a key of its own. PluginError when anything does not fit.
    """

    modules: Sequence[ModuleSpec] = ()
    reports: Sequence[ReportSpec] = ()
    rubrics: Sequence[RubricSpec] = ()
    tools: Sequence[ToolSpec] = ()
    programmes: Sequence[ProgrammeSpec] = ()

    def __post_init__(self) -> None:
        try:
            PluginHead.__post_init__(self)
        except SpecError as error:
            raise PluginError(str(error)) from error
        _lift_formats(self)
        _check_plugin(self)
        for module in self.modules:
            _check_module(module, self)

    @classmethod
    def from_folder(cls, folder: str | Path) -> Self:
        """Read a folder with a ``plugin.toml``: a Path, or the name of the package it lies in.

        PluginError names file and line.
        """
        return cls(**read_folder(folder if isinstance(folder, Path) else files(folder)))


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


def _check_plugin(plugin: Plugin) -> None:
    if plugin.api not in SUPPORTED_APIS:
        known = " and ".join(str(number) for number in SUPPORTED_APIS)
        raise PluginError(
            f"Plugin '{plugin.name}' is written for contract {plugin.api}; this version of the "
            f"platform knows {known}."
        )
    if not plugin.version:
        raise PluginError(f"Plugin '{plugin.name}' needs a version.")
    _check_slugs("plugin", [plugin.name])
    _check_keys("setting", plugin.settings)
    _check_keys("module", plugin.modules)
    _check_keys("report", plugin.reports)
    _check_keys("rubric", plugin.rubrics)
    _check_keys("tool", plugin.tools)
    _check_keys("programme", plugin.programmes)


def _check_keys(
    kind: str,
    specs: Iterable[Setting | ModuleSpec | ReportSpec | RubricSpec | ToolSpec | ProgrammeSpec],
    place: str = "",
) -> None:
    keys = [spec.key for spec in specs]
    _check_slugs(kind, keys)
    _check_once(kind, keys, place or "This plugin")


def _check_slugs(kind: str, keys: Iterable[str]) -> None:
    for key in keys:
        if not SLUG.fullmatch(key):
            raise PluginError(
                f"'{key}' cannot be a {kind} key: use small letters, digits, '-' and '_', "
                "beginning with a letter."
            )


def _check_once(kind: str, keys: Iterable[str], place: str) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            raise PluginError(f"{place} has {times} {kind}s with the key '{key}'.")


def _check_module(module: ModuleSpec, plugin: Plugin) -> None:
    place = f"Module '{module.key}'"
    assignments = [item.key for item in module.assignments]
    products = [item.key for item in module.products]
    tools = [tool.key for tool in plugin.tools]
    for kind, keys in (("assignment", assignments), ("product", products)):
        _check_slugs(kind, keys)
        _check_once(kind, keys, place)
    _check_known(f"{place} hands on", "product", module.hands_on, products)
    _check_known(f"{place} names", "tool", module.instruments, tools)
    for product in module.products:
        if product.made_by and product.made_in == module.key:
            maker = f"{place}: '{product.key}' is made by"
            _check_known(maker, "assignment", [product.made_by], assignments)
    for item in module.assignments:
        _check_assignment(item, f"{place}: assignment '{item.key}'", products, tools)


def _check_assignment(
    item: AssignmentSpec, place: str, products: Sequence[str], tools: Sequence[str]
) -> None:
    _check_known(f"{place} makes", "product", item.makes, products)
    if item.instrument:
        _check_known(f"{place} uses", "tool", [item.instrument], tools)
    if item.due.rule in ("before_meeting", "on_meeting") and not item.due.meeting:
        raise PluginError(f"{place} is due '{item.due.rule}' and needs the 'meeting' (module key).")


def _check_known(place: str, kind: str, keys: Iterable[str], known: Sequence[str]) -> None:
    for key in keys:
        if key not in known:
            raise PluginError(f"{place} an unknown {kind} '{key}'{nearest(key, known)}")
