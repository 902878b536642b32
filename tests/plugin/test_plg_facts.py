"""The published facts of the leergang, as the four plugins and the demo programme hold them."""

from importlib.resources import files
from pathlib import Path

import pytest

from lms_leiderschap.instrument.spec import ToolSpec
from lms_leiderschap.plugin import (
    AssignmentSpec,
    ModuleSpec,
    Plugin,
    ProgrammeSpec,
    ReportSpec,
    RubricSpec,
)
from lms_leiderschap.plugin.folder import read_programme
from lms_leiderschap.plugin.library import read_library

ROOT = Path(__file__).parents[2]
KEYS = ("hrm", "kwaliteitszorg", "professionele_cultuur", "onderzoekende_school")
PLUGINS = {key: Plugin.from_folder(ROOT / "plugins" / key / "src" / f"lms_{key}") for key in KEYS}
MODULES = {key: PLUGINS[key].modules[0] for key in KEYS}
PROGRAMME = read_programme(files("lms_leiderschap") / "demo" / "programmes" / "plg-leergang.toml")
REPORTS = {
    spec.key: spec
    for spec in (*read_library().reports, *(r for p in PLUGINS.values() for r in p.reports))
}


def test_the_programme_names_four_modules_in_order_and_writes_none_out():
    assert PROGRAMME.module_keys == KEYS
    assert [entry.module for entry in PROGRAMME.modules] == [None] * 4
    assert (PROGRAMME.kind, PROGRAMME.address, PROGRAMME.short_title) == ("leergang", "u", "PLG")


def test_learning_goals_and_insights_are_counted():
    assert [len(MODULES[key].learning_goals) for key in KEYS] == [3, 6, 4, 4]
    assert [len(MODULES[key].insights) for key in KEYS] == [4, 4, 5, 5]


def test_the_first_module_has_two_titles():
    assert (MODULES["hrm"].aliases, MODULES["hrm"].alias_titles) == (
        ("hpm",),
        ("Human Performance Management",),
    )


def test_study_load_is_stored_in_both_units():
    [load] = PROGRAMME.table("study_loads")
    assert load["values"] == [{"value": 5, "unit": "ec"}, {"value": 144, "unit": "sbu"}]
    assert load["as_published"] == "144 SBU, 5 EC"


TOOLS = {
    "hrm": [
        "INK-positiebepaling",
        "Performance Gap Scan",
        "Balanced Scorecard Leerrendement",
        "Personal Performance Methode",
    ],
    "kwaliteitszorg": [
        "Observeren en bespreken van het onderwijsproces",
        "Via-4, integraal organisatie- en kwaliteitssysteem",
        "Kijkwijzer (Via-4)",
        "Bordsessie",
        "Flitsbezoek",
        "Gespreksvoering: klassenbezoek nabespreken en verbeterplanning",
        "Borgingsstructuur en borgingsdocument",
        "Vergelijking van kwaliteitssystemen",
    ],
    "professionele_cultuur": [
        "Performance Gap Scan",
        "OCAI",
        "MMI",
        "Vragenlijst Professionele Leergemeenschappen",
        "Andere instrumenten voor cultuurdiagnose",
        "Conceptueel kader",
    ],
    "onderzoekende_school": [
        "Diverse webtools",
        "Format praktijkgericht onderzoek",
        "Format onderzoeksverslag",
    ],
}


@pytest.mark.parametrize("key", KEYS)
def test_tools_are_there_by_name(key):
    titles = {tool.key: tool.title for tool in PLUGINS[key].tools}
    assert [titles[name] for name in MODULES[key].instruments] == TOOLS[key]


def test_one_scan_is_shared_by_two_modules_with_equal_content():
    [scan] = {
        str(tool.to_data()): tool
        for plugin in PLUGINS.values()
        for tool in plugin.tools
        if tool.key == "performance-gap-scan"
    }.values()
    assert scan.shared
    assert scan.modules == ("hrm", "professionele_cultuur")


CHAIN = {
    "hrm": ([], ["conclusie-kwaliteitssystemen", "conclusie-professionele-cultuur"]),
    "kwaliteitszorg": (["conclusie-kwaliteitssystemen"], ["ikk-doelen-v1"]),
    "professionele_cultuur": (
        ["conclusie-professionele-cultuur", "ikk-doelen-v1"],
        ["conceptueel-kader", "ikk-doelen-v2", "kerngroep"],
    ),
    "onderzoekende_school": (
        ["ikk-doelen-v2", "kerngroep", "conceptueel-kader"],
        ["onderzoeksverslag", "voornemens"],
    ),
}


@pytest.mark.parametrize("key", KEYS)
def test_each_module_hands_on_what_the_next_takes_in(key):
    takes_in, hands_on = CHAIN[key]
    module = MODULES[key]
    assert (list(module.takes_in), list(module.hands_on)) == (takes_in, hands_on)
    earlier = [MODULES[name] for name in KEYS[: KEYS.index(key)]]
    made = {item.key: item for before in earlier for item in before.products}
    assert all(key in made[name].used_in for name in takes_in)


def test_every_product_is_made_by_the_assignment_that_says_so():
    for module in MODULES.values():
        makers = {name: item.key for item in module.assignments for name in item.makes}
        assert {item.key: item.made_by for item in module.products} == makers


def test_the_first_and_third_module_only_have_a_preparation_of_their_own():
    assert [bool(MODULES[key].work_form["before"]) for key in KEYS] == [True, False, True, False]


def test_the_programme_keeps_what_belongs_to_no_single_module():
    assert {item.key: item.place for item in PROGRAMME.assignments} == {
        "literatuur": "each_module",
        "groepsopdracht-collegedag": "each_meeting",
        "pop": "whole",
    }
    assert [row["module"] for row in PROGRAMME.meetings("open-inschrijving")] == list(KEYS)
    assert PROGRAMME.table("credentials")[0]["kind"] == "certificate"


def test_the_research_report_has_eight_required_parts():
    report = REPORTS["onderzoeksverslag"]
    assert {part.key for part in report.parts if part.required} == {
        "culture_study", "effect_measurement", "activities", "findings",
        "conclusions", "recommendations", "reflection", "intentions",
    }  # fmt: skip
    assert len(report.parts) == 8
    intentions = report.part("intentions")
    assert (intentions.kind, intentions.min_entries) == ("entries", 1)
    assert intentions.each_filled == ("goal", "target_year")
    assert intentions.hands_on == "voornemens"
    assert report.feedback_required


def test_the_conclusions_of_the_first_module_each_have_an_entry():
    asked = REPORTS["action-learning-verslag"].for_assignment(
        "plg-leergang", "ink-met-medewerkers", None, ()
    )
    conclusions, findings = asked.part("conclusions"), asked.part("findings")
    assert conclusions.entries_for == MODULES["hrm"].hands_on
    assert (findings.min_runs, findings.instrument) == (2, "ink-positiebepaling")


def test_feedback_is_owed_on_every_assignment_after_the_day():
    owed = [
        item.key
        for module in MODULES.values()
        for item in module.assignments
        if item.feedback_required
    ]
    assert owed == [
        "ink-met-medewerkers", "ikk-doelen-beschrijven", "ikk-doelen-bijstellen", "onderzoeksplan",
        "cultuuronderzoek", "verbeterpunt-uitvoeren", "effectmeting", "onderzoeksverslag",
    ]  # fmt: skip


def test_a_format_that_two_plugins_bring_is_equal_in_both():
    assert PLUGINS["kwaliteitszorg"].reports == PLUGINS["professionele_cultuur"].reports


def test_every_shipped_spec_comes_back_from_its_plain_form():
    rubrics = (*read_library().rubrics, *PLUGINS["onderzoekende_school"].rubrics)
    tools = [tool for plugin in PLUGINS.values() for tool in plugin.tools]
    shipped = (*PLUGINS.values(), *MODULES.values(), *REPORTS.values(), *rubrics, *tools, PROGRAMME)
    kinds = (Plugin, ModuleSpec, ReportSpec, RubricSpec, ToolSpec, ProgrammeSpec)
    assert {type(spec) for spec in shipped} == set(kinds)
    for spec in (*shipped, *(item for m in MODULES.values() for item in m.assignments)):
        assert type(spec).from_data(spec.to_data()) == spec
        assert isinstance(spec, (*kinds, AssignmentSpec))
