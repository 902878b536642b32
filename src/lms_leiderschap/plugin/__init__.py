"""The contract of a plugin: a plugin imports from here and from nowhere else in the core."""

from lms_leiderschap.feedback.spec import CriterionSpec, RubricSpec
from lms_leiderschap.instrument.answers import Answers
from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.spec import ToolSpec
from lms_leiderschap.plugin.behaviour import Event, PanelContext, Record
from lms_leiderschap.plugin.contract import Plugin, PluginError, Setting
from lms_leiderschap.programme.spec import AssignmentSpec, ModuleSpec, ProductSpec, ProgrammeSpec
from lms_leiderschap.submission.spec import PartSpec, ReportSpec

__all__ = [
    "Answers",
    "AssignmentSpec",
    "Chart",
    "CriterionSpec",
    "Event",
    "InstrumentSpec",
    "ModuleSpec",
    "PanelContext",
    "PartSpec",
    "Plugin",
    "PluginError",
    "ProductSpec",
    "ProgrammeSpec",
    "Record",
    "ReportSpec",
    "RubricSpec",
    "Setting",
    "ToolSpec",
]
