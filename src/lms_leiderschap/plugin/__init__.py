"""The contract of a plugin: a plugin imports from here and from nowhere else in the core."""

from lms_leiderschap.feedback.spec import CriterionSpec, RubricSpec
from lms_leiderschap.instrument.spec import ToolSpec
from lms_leiderschap.plugin.contract import Plugin, PluginError, Setting
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec, ProductSpec, ProgrammeSpec
from lms_leiderschap.submission.spec import PartSpec, ReportSpec

__all__ = [
    "AssignmentSpec",
    "CriterionSpec",
    "ModuleSpec",
    "PartSpec",
    "Plugin",
    "PluginError",
    "ProductSpec",
    "ProgrammeSpec",
    "ReportSpec",
    "RubricSpec",
    "Setting",
    "ToolSpec",
]
