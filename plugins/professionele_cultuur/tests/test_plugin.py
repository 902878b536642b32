"""What the plugin professionele_cultuur brings."""

from lms_professionele_cultuur import plugin

from lms_leiderschap.plugin import Plugin
from lms_leiderschap.plugin.testing import PluginChecks


class TestProfessioneleCultuur(PluginChecks):
    plugin = plugin


def test_the_plugin_brings_its_one_module():
    assert isinstance(plugin, Plugin)
    assert plugin.name == "professionele_cultuur"
    assert [module.key for module in plugin.modules] == ["professionele_cultuur"]


def test_every_assignment_has_a_brief_that_fits_the_polite_form():
    for assignment in plugin.modules[0].assignments:
        assert assignment.brief
        assert not {"je", "jij", "jouw"} & set(assignment.brief.lower().split())


def test_the_second_goal_set_names_the_core_team_and_the_changes():
    goals = plugin.modules[0].assignments[2]
    asked = plugin.reports[0].for_assignment("plg-leergang", goals.key, goals.version, ())
    assert [part.key for part in asked.parts] == [
        "team_discussion", "core_team", "goals", "changes",
    ]  # fmt: skip
    assert asked.part("core_team").kind == "people"
    assert goals.makes == ("ikk-doelen-v2", "kerngroep")


def test_the_first_goals_are_brought_to_the_day():
    bring = plugin.modules[0].assignments[0]
    assert (bring.kind, bring.uses) == ("preparation", ("ikk-doelen-v1",))
