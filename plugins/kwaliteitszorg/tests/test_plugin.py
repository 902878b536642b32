"""What the plugin kwaliteitszorg brings."""

from lms_kwaliteitszorg import plugin

from lms_leiderschap.plugin import Plugin
from lms_leiderschap.plugin.testing import PluginChecks


class TestKwaliteitszorg(PluginChecks):
    plugin = plugin


def test_the_plugin_brings_its_one_module():
    assert isinstance(plugin, Plugin)
    assert plugin.name == "kwaliteitszorg"
    assert [module.key for module in plugin.modules] == ["kwaliteitszorg"]


def test_every_assignment_has_a_brief_that_fits_the_polite_form():
    for assignment in plugin.modules[0].assignments:
        assert assignment.brief
        assert not {"je", "jij", "jouw"} & set(assignment.brief.lower().split())


def test_systems_are_compared_on_three_criteria():
    [comparison] = [tool for tool in plugin.tools if tool.key == "vergelijking-kwaliteitssystemen"]
    assert comparison.criteria == ("efficiency", "effectiviteit", "betrokkenheid")
    assert len(comparison.systems) == 3


def test_the_first_goal_set_has_the_parts_of_version_one():
    goals = plugin.modules[0].assignments[1]
    asked = plugin.reports[0].for_assignment("plg-leergang", goals.key, goals.version, ())
    assert [part.key for part in asked.parts] == ["inputs", "goals", "coherence"]
