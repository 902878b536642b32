import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from lms_leiderschap.plugin.library import Library, read_library
from lms_leiderschap.plugin.loader import GROUP, load, load_installed

START = """
from lms_leiderschap.plugin import *
"""
MODULE_A = """
plugin = Plugin("a", "1.0.0", "A", modules=[ModuleSpec("m", "M")],
    reports=[ReportSpec([PartSpec("x")], key="r", title="R")])
"""


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    """Load plugins of these names from these source texts."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made = []

    def load_sources(**sources):
        points = []
        for name, source in sources.items():
            package = f"lms_test_{name}"
            Path(tmp_path, f"{package}.py").write_text(START + source, encoding="utf-8")
            made.append(package)
            points.append(EntryPoint(name, f"{package}:plugin", GROUP))
        return load(reversed(points))

    yield load_sources
    for package in made:
        sys.modules.pop(package, None)


def test_only_what_is_switched_on_is_offered(plugins):
    found = plugins(a=MODULE_A)
    assert list(found.offer(["a", "unknown"]).modules) == ["m"]
    off = found.offer([])
    assert not off.modules
    assert set(off.reports) == {spec.key for spec in read_library().reports}


def test_an_offer_tells_who_brings_what(plugins):
    offer = plugins(a=MODULE_A).offer(["a"])
    assert offer.origin["module", "m"] == ("a", "1.0.0")
    assert offer.origin["report", "r"] == ("a", "1.0.0")
    assert offer.origin["rubric", "action-learning"] == ("", "1.0.0")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("raise OSError('no disk')", "OSError: no disk"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("plugin = 3", "'lms_test_b:plugin' is not a Plugin."),
        ("other = 3", "AttributeError"),
        ("plugin = Plugin('c', '1', 'C')", "it calls itself 'c', its entry point 'b'."),
        ("plugin = Plugin('b', '1', 'B', api=7)", "is written for contract 7"),
        (
            "plugin = Plugin('b', '1', 'B', modules=[ModuleSpec('n', 'N', assignments=["
            "AssignmentSpec('x', 'X', report='action-lerning-verslag')])])",
            "unknown report 'action-lerning-verslag'; did you mean 'action-learning-verslag'?",
        ),
        (
            "plugin = Plugin('b', '1', 'B', modules=[ModuleSpec('n', 'N', assignments=["
            "AssignmentSpec('x', 'X', report='action-learning-verslag', report_parts=['gol'])])])",
            "unknown report part 'gol'; did you mean 'goal'?",
        ),
    ],
)
def test_a_bad_plugin_is_parked_and_harms_no_other(plugins, source, sentence):
    found = plugins(a=MODULE_A, b=source, z="plugin = Plugin('z', '1', 'Z')")
    assert list(found.loaded) == ["a", "z"]
    rows = {row.name: row for row in found.listed()}
    assert list(rows) == ["a", "b", "z"]
    assert (rows["a"].state, rows["a"].modules) == ("loaded", (("m", "M"),))
    assert rows["b"].state == "parked"
    assert sentence in rows["b"].sentence
    assert len(rows["b"].reference) == 8


def test_the_reference_of_a_parked_plugin_stands_in_the_log(plugins, caplog):
    [row] = plugins(b="raise OSError('no disk')").listed()
    assert row.reference in caplog.text


def test_the_later_of_two_claims_on_a_module_is_parked_and_both_are_named(plugins):
    found = plugins(b="plugin = Plugin('b', '2', 'B', modules=[ModuleSpec('m', 'M')])", a=MODULE_A)
    assert list(found.loaded) == ["a"]
    [row] = found.parked
    assert row.sentence == "Plugin 'b' is not loaded: plugin 'a' brings a module 'm' already."
    assert (row.version, row.title) == ("2", "B")


def test_shared_things_of_equal_content_are_no_clash(plugins):
    same = MODULE_A.replace('"a"', '"b"').replace('"m"', '"n"')
    found = plugins(a=MODULE_A, b=same)
    assert list(found.loaded) == ["a", "b"]
    assert found.offer(["b"]).origin["report", "r"] == ("b", "1.0.0")
    assert found.offer(["a", "b"]).origin["report", "r"] == ("a", "1.0.0")


def test_shared_things_of_other_content_and_the_same_version_clash(plugins):
    other = MODULE_A.replace('"a"', '"b"').replace('"m"', '"n"').replace('"R"', '"Other"')
    found = plugins(a=MODULE_A, b=other)
    assert list(found.loaded) == ["a"]
    assert "plugin 'a' brings a report 'r' already" in found.parked[0].sentence


def test_of_two_versions_the_newer_is_offered(plugins):
    newer = MODULE_A.replace('"a"', '"b"').replace('"m"', '"n"')
    newer = newer.replace('title="R"', 'title="Newer", version="1.10.0"')
    found = plugins(a=MODULE_A.replace('title="R"', 'title="R", version="1.9.0"'), b=newer)
    assert found.offer(["a", "b"]).reports["r"].title == "Newer"
    assert found.offer(["a"]).reports["r"].title == "R"


def test_a_plugin_cannot_change_what_the_core_brings(plugins):
    found = plugins(a="plugin = Plugin('a', '1', 'A', reports=[ReportSpec(key='pop')])")
    assert "the core brings a report 'pop' already" in found.parked[0].sentence


def test_with_nothing_installed_there_is_still_the_library():
    found = load([])
    assert found.listed() == []
    assert set(found.offer([]).rubrics) == {"action-learning"}
    assert load([], Library()).offer(["a"]).reports == {}


def test_what_is_installed_here_is_loaded_in_the_order_of_names():
    found = load_installed()
    assert not found.parked
    assert list(found.loaded) == sorted(found.loaded)
