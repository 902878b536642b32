import time
from pathlib import Path

import pytest

from lms_leiderschap.plugin import (
    AssignmentSpec,
    CriterionSpec,
    ModuleSpec,
    PartSpec,
    Plugin,
    PluginError,
    ProductSpec,
    ReportSpec,
    RubricSpec,
    Setting,
    ToolSpec,
)

HEAD = 'schema = "plugin/1"\nname = "scan"\nversion = "1.1.0"\ntitle = "Scan"\n'
SETTING = '[[settings]]\nkey = "bewaren"\ntitle = "B"\ndefault = 24\n'
MODULE = """\
schema = "module/1"

[module]
key = "samen-leren"
title = "Samen leren"
hands_on = ["verbeterpunt"]
learning_goals = [{ key = "herkennen", text = "Herkennen wat een lerend team kenmerkt." }]

[module.work_form]
before = "voor.md"

[[instruments]]
key = "scan"
title = "Scan"

[[products]]
key = "verbeterpunt"
kind = "improvement_point"
made_by = "verbeterpunt"

[[assignments]]
key = "verbeterpunt"
title = "Eén verbeterpunt"
instrument = "scan"
report = "kort"
due = { rule = "before_meeting", meeting = "samen-leren" }
"""
REPORT = (
    'schema = "report/1"\n[report]\nkey = "kort"\ntitle = "Kort"\n[[parts]]\nkey = "findings"\n'
)


@pytest.fixture
def folder(tmp_path):
    for name, text in {
        "plugin.toml": HEAD,
        "modules/samen-leren.toml": MODULE,
        "reports/kort.toml": REPORT,
        "texts/voor.md": "Lees *eerst* dit.",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(folder: Path) -> str:
    with pytest.raises(PluginError) as caught:
        Plugin.from_folder(folder)
    return str(caught.value)


def test_a_folder_becomes_the_same_plugin_as_the_python_that_says_it(folder):
    assert Plugin.from_folder(folder) == Plugin(
        name="scan",
        version="1.1.0",
        title="Scan",
        tools=[ToolSpec("scan", "Scan", modules=["samen-leren"])],
        modules=[
            ModuleSpec(
                "samen-leren",
                "Samen leren",
                hands_on=["verbeterpunt"],
                learning_goals={"herkennen": "Herkennen wat een lerend team kenmerkt."},
                work_form={"before": "Lees *eerst* dit."},
                instruments=["scan"],
                products=[ProductSpec("verbeterpunt", "improvement_point", made_by="verbeterpunt")],
                assignments=[
                    AssignmentSpec(
                        "verbeterpunt",
                        "Eén verbeterpunt",
                        instrument="scan",
                        due={"rule": "before_meeting", "meeting": "samen-leren"},
                        report=ReportSpec([PartSpec("findings")], key="kort", title="Kort"),
                    )
                ],
            )
        ],
    )


def test_a_plugin_comes_back_from_its_plain_form(folder):
    change(folder, "plugin.toml", HEAD, HEAD + SETTING)
    plugin = Plugin.from_folder(folder)
    assert plugin.settings == (Setting("bewaren", "B", 24),)
    assert Plugin.from_data(plugin.to_data()) == plugin


HEAD_FILE, MODULE_FILE, REPORT_FILE = "plugin.toml", "modules/samen-leren.toml", "reports/kort.toml"


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "said"),
    [
        (HEAD_FILE, "version", "versoin", 3, "'versoin' is not a field"),
        (HEAD_FILE, "version", "versoin", 3, "did you mean 'version'?"),
        (HEAD_FILE, "plugin/1", "plugin/2", 1, 'needs: schema = "plugin/1"'),
        (HEAD_FILE, '"scan"', '"scan', 2, "not valid TOML"),
        (MODULE_FILE, "hands_on", "hand_on", 6, "did you mean 'hands_on'?"),
        (MODULE_FILE, "made_by", "maked_by", 19, "did you mean 'made_by'?"),
        (MODULE_FILE, "improvement_point", "improvment", 18, "'improvment' is none of"),
        (MODULE_FILE, "before_meeting", "before", 26, "'before' is none of"),
        (MODULE_FILE, "[[assignments]]", "[[asignments]]", 21, "did you mean 'assignments'?"),
        (MODULE_FILE, "voor.md", "vor.md", 10, "did you mean 'voor.md'?"),
        (MODULE_FILE, 'key = "samen-leren"', 'key = "samen"', 4, "the name of the file"),
        (REPORT_FILE, "[[parts]]\nkey", "[[parts]]\nname", 6, "'name' is not a field"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_the_nearest_word(folder, name, old, new, line, said):
    change(folder, name, old, new)
    sentence = refused(folder)
    assert sentence.startswith(f"{name}:{line}: ")
    assert said in sentence


TWICE = '[[assignments]]\nkey = "verbeterpunt"\ntitle = "B"\n\n[[assignments]]'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('made_by = "verbeterpunt"', 'made_by = "verbetrpunt"', "did you mean 'verbeterpunt'?"),
        ('instrument = "scan"', 'instrument = "scn"', "unknown tool 'scn'; did you mean 'scan'?"),
        ('["verbeterpunt"]', '["punt"]', "hands on an unknown product 'punt'"),
        ('report = "kort"', 'makes = ["anders"]', "makes an unknown product 'anders'"),
        (', meeting = "samen-leren"', "", "is due 'before_meeting' and needs the 'meeting'"),
        ("[[assignments]]", TWICE, "has 2 assignments with the key 'verbeterpunt'"),
        ('key = "scan"', 'key = "De Scan"', "'De Scan' cannot be a tool key"),
    ],
)
def test_what_does_not_fit_together_is_told_in_a_sentence(folder, old, new, said):
    change(folder, MODULE_FILE, old, new)
    assert said in refused(folder)


def test_a_folder_without_its_head_is_refused(tmp_path):
    assert refused(tmp_path) == "plugin.toml:1: this file is missing."


def test_an_unknown_contract_number_is_refused():
    with pytest.raises(PluginError, match="written for contract 9"):
        Plugin("scan", "1", "Scan", api=9)


def test_a_wrong_value_in_python_is_a_plugin_error_too():
    with pytest.raises(PluginError, match="a list is needed here"):
        Plugin("scan", "1", "Scan", modules="x")


def test_a_report_and_rubric_inside_an_assignment_get_a_key_of_their_own():
    assignment = AssignmentSpec(
        "punt", "Punt", report=ReportSpec([PartSpec("a")]), rubric=RubricSpec([CriterionSpec("c")])
    )
    plugin = Plugin("scan", "1", "Scan", modules=[ModuleSpec("m", "M", assignments=[assignment])])
    [placed] = plugin.modules[0].assignments
    assert (placed.report, placed.rubric) == ("m-punt", "m-punt")
    assert (plugin.reports[0].key, plugin.reports[0].title) == ("m-punt", "Punt")
    assert plugin.rubrics[0].key == "m-punt"


UNREADABLE = "plugin.toml:1: this file holds something that cannot be read"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"api = {'1' * 5000}", UNREADABLE),
        (f"api = 0x{'f' * 5000}", UNREADABLE),
        ("api = inf", UNREADABLE),
        (f"[[settings]]\ndefault = {2**63}", UNREADABLE),
        (f"more = {'[' * 20_000}", UNREADABLE),
        (f"more = {'[' * 100}{']' * 100}", UNREADABLE),
        (f"more = {'{a = ' * 100}1{'}' * 100}", UNREADABLE),
        (f"{'.'.join(['a'] * 30_000)} = 1", "plugin.toml:5: this key has too many steps."),
        ("." .join(["'a'", '"\\""', " a\t"] * 10_000) + " = 1",
         "plugin.toml:5: this key has too many steps."),
        (f"[{'.'.join(['a'] * 30_000)}]", "plugin.toml:5: this key has too many steps."),
        ('author = "\\ud800"', "plugin.toml:5: this is not valid TOML"),
    ],
    ids=range(11),
)  # fmt: skip
def test_toml_that_nobody_writes_is_refused_at_once(folder, text, said):
    change(folder, "plugin.toml", HEAD, HEAD + text)
    began = time.thread_time()
    assert refused(folder).startswith(said)
    assert time.thread_time() - began < 2


def test_one_long_text_is_not_named_again_and_again(folder):
    (folder / "texts/voor.md").write_text("x" * 400_000)
    change(folder, MODULE_FILE, 'before = "voor.md"', 'before = "voor.md"\nafter = "voor.md"')
    assert Plugin.from_folder(folder)
    change(folder, MODULE_FILE, 'title = "Eén', 'brief = "voor.md"\ntitle = "Eén')
    assert refused(folder).startswith(f"{MODULE_FILE}:1: with the texts that it names, this file")


def test_a_long_line_of_short_sentences_is_a_text(folder):
    text = "Ja. Nee! " * 3000 + "a.b.c" * 12 + "." * 5000
    change(folder, MODULE_FILE, 'title = "Eén', f'brief = "{text}"\ntitle = "Eén')
    (module,) = Plugin.from_folder(folder).modules
    assert module.assignments[0].brief == text


@pytest.mark.parametrize(
    "version",
    ["", "x", "1.0\\r\\nX: y", "1.0€", '1.0\\"; x', "1 0", "1/0", "-1", "1" * 10, f"1.{'0' * 39}",
     "9" * 5000],
)  # fmt: skip
def test_a_version_is_short_and_plain(folder, version):
    change(folder, "plugin.toml", 'version = "1.1.0"', f'version = "{version}"')
    assert refused(folder) == "Plugin 'scan' needs a version, as in 1.0.0."


@pytest.mark.parametrize("version", ["1", "v2", "1.10.0rc1+build-3", "2026.123456789"])
def test_a_version_holds_a_number(folder, version):
    change(folder, "plugin.toml", 'version = "1.1.0"', f'version = "{version}"')
    assert Plugin.from_folder(folder).version == version


def test_what_changed_is_told_of_versions(folder):
    change(folder, "plugin.toml", HEAD, f'{HEAD}changes = {{ "{"9" * 5000}" = "x" }}\n')
    assert refused(folder).startswith("Plugin 'scan' says what changed in '9999")


def test_a_name_has_an_end(folder):
    change(folder, "plugin.toml", 'name = "scan"', f'name = "{"a" * 61}"')
    assert "cannot be a plugin key: it is longer than 60 characters." in refused(folder)
    change(folder, "plugin.toml", "a" * 61, "a" * 60)
    assert Plugin.from_folder(folder).name == "a" * 60


@pytest.mark.parametrize("name", ["texts/weg.md", "reports/weg.toml", "images/weg.png"])
def test_a_folder_with_the_name_of_a_file_is_a_file_that_is_missing(folder, name):
    (folder / name).mkdir(parents=True)
    if name.startswith("images"):
        assert Plugin.from_folder(folder).images == {}
    else:
        assert refused(folder) == f"{name}:1: this file is missing."


def test_modules_may_describe_a_tool_equally_and_not_differently(folder):
    other = MODULE.replace('key = "samen-leren"', 'key = "ander"').replace("verbeterpunt", "punt")
    (folder / "modules/ander.toml").write_text(other, encoding="utf-8")
    change(folder, "modules/ander.toml", 'key = "scan"', 'key = "scan"\nmodules = ["x"]')
    change(folder, MODULE_FILE, 'key = "scan"', 'key = "scan"\nmodules = ["x"]')
    assert [tool.key for tool in Plugin.from_folder(folder).tools] == ["scan"]
    change(folder, MODULE_FILE, 'title = "Scan"', 'title = "Andere scan"')
    assert refused(folder) == "This plugin has 2 tools with the key 'scan'."
