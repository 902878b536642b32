"""What the plugin hrm brings."""

from lms_hrm import plugin

from lms_leiderschap.plugin import Plugin
from lms_leiderschap.plugin.testing import PluginChecks


class TestHrm(PluginChecks):
    plugin = plugin
    level = "zilver"


def test_the_plugin_brings_its_one_module():
    assert isinstance(plugin, Plugin)
    assert plugin.name == "hrm"
    assert [module.key for module in plugin.modules] == ["hrm"]


def test_every_assignment_has_a_brief_that_fits_the_polite_form():
    for assignment in plugin.modules[0].assignments:
        assert assignment.brief
        assert not {"je", "jij", "jouw"} & set(assignment.brief.lower().split())


def test_the_ink_runs_alone_and_then_with_staff():
    [alone, together] = plugin.modules[0].assignments
    assert (alone.kind, alone.due.rule, alone.due.meeting) == (
        "preparation",
        "before_meeting",
        "hrm",
    )
    assert (together.scope, together.due.meeting) == ("school_team", "kwaliteitszorg")
    assert alone.instrument == together.instrument == "ink-positiebepaling"
    [ink] = [tool for tool in plugin.tools if tool.key == "ink-positiebepaling"]
    assert [run["key"] for run in ink.runs] == ["alleen", "met-medewerkers"]


def test_two_conclusions_go_to_two_modules():
    products = {item.key: item for item in plugin.modules[0].products}
    assert products["conclusie-kwaliteitssystemen"].used_in == ("kwaliteitszorg",)
    assert products["conclusie-professionele-cultuur"].used_in == ("professionele_cultuur",)
