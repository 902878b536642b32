"""What the plugin onderzoekende_school brings."""

from lms_onderzoekende_school import plugin

from lms_leiderschap.plugin import Plugin
from lms_leiderschap.plugin.testing import PluginChecks


class TestOnderzoekendeSchool(PluginChecks):
    plugin = plugin


def test_the_plugin_brings_its_one_module():
    assert isinstance(plugin, Plugin)
    assert plugin.name == "onderzoekende_school"
    assert [module.key for module in plugin.modules] == ["onderzoekende_school"]


def test_every_assignment_has_a_brief_that_fits_the_polite_form():
    for assignment in plugin.modules[0].assignments:
        assert assignment.brief
        assert not {"je", "jij", "jouw"} & set(assignment.brief.lower().split())


def test_the_report_has_eight_required_parts_in_order():
    last = plugin.modules[0].assignments[-1]
    asked = plugin.reports[0].for_assignment(
        "plg-leergang", last.key, last.version, last.report_parts
    )
    assert [part.key for part in asked.parts if part.required] == [
        "culture_study", "activities", "effect_measurement", "findings",
        "conclusions", "recommendations", "reflection", "intentions",
    ]  # fmt: skip


def test_each_step_of_the_research_fills_one_part():
    steps = plugin.modules[0].assignments[1:4]
    assert [step.report_parts for step in steps] == [
        ("culture_study",), ("activities",), ("effect_measurement",),
    ]  # fmt: skip
    assert [plugin.rubrics[0].for_parts(step.report_parts).criteria[0].key for step in steps] == [
        "research", "improvement", "research",
    ]  # fmt: skip


def test_exactly_one_improvement_point_is_carried_out():
    products = {item.key: item for item in plugin.modules[0].products}
    assert products["verbeterpunt"].exactly == 1
    assert products["effectmeting"].compared_with == "cultuuronderzoek"
