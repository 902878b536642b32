"""Which report and rubric an assignment of a plugin ends up with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lms_leiderschap.feedback.spec import CriterionSpec, RubricSpec
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.library import read_library
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec
from lms_leiderschap.submission.spec import ReportSpec


@dataclass(frozen=True, slots=True)
class Placed:
    """An assignment in its module, with the report as it asks it and the rubric that looks at it.

    whole  the report format with all its parts; None for an assignment without one
    """

    module: ModuleSpec
    assignment: AssignmentSpec
    whole: ReportSpec | None
    report: ReportSpec | None
    rubric: RubricSpec | None

    @property
    def key(self) -> str:
        """Of the piece of work that becomes of it."""
        return f"{self.module.key}.{self.assignment.key}"

    @property
    def parts(self) -> list[str]:
        return [part.key for part in self.report.parts] if self.report else []

    @property
    def looked_at(self) -> RubricSpec | None:
        """The rubric as the teacher sees it with this report."""
        return self.rubric.for_parts(self.parts) if self.rubric else None


def placed(plugin: Plugin) -> Iterator[Placed]:
    """Every assignment of every module of a plugin."""
    library = read_library()
    reports = {spec.key: spec for spec in (*library.reports, *plugin.reports)}
    rubrics = {spec.key: spec for spec in (*library.rubrics, *plugin.rubrics)}
    for module in plugin.modules:
        for item in module.assignments:
            whole = reports.get(item.report_key)
            asked = whole.for_assignment("", item.key, item.version, item.report_parts) if (
                whole) else None
            yield Placed(module, item, whole, asked, rubrics.get(item.rubric_key))


def criteria_of(plugin: Plugin, work_key: str) -> list[tuple[CriterionSpec, list[str]]]:
    """What a teacher chooses for one piece of work, each with the keys of its levels."""
    for each in placed(plugin):
        if each.key == work_key and (rubric := each.looked_at) is not None:
            levels = [level.key for level in rubric.levels]
            return [(criterion, levels) for criterion in rubric.criteria]
    return []
