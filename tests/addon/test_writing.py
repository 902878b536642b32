"""From what a form asks to the files of a folder, and back: nothing is lost, nothing else changes.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lms_leiderschap.addon.making.assignments import (
    OWN,
    add_assignment,
    assignment_keys,
    assignment_values,
    remove_assignment,
    remove_module,
    write_assignment,
)
from lms_leiderschap.addon.making.modules import (
    add_module,
    head_values,
    module_values,
    new_folder,
    write_head,
    write_module,
    write_version,
)
from lms_leiderschap.addon.making.toml import toml_of
from lms_leiderschap.addon.making.tools import uses_of_tool
from lms_leiderschap.addon.making.writing import (
    HEAD,
    FolderFiles,
    free_key,
    key_from,
    line,
    matched,
    tidy,
)
from lms_leiderschap.plugin.contract import Plugin
from lms_leiderschap.plugin.fitting import SLUG
from lms_leiderschap.plugin.parcel.archive import read_directory, read_zip, write_zip
from lms_leiderschap.plugin.parcel.manifest import MANIFEST

PLUGINS = Path(__file__).parents[2] / "plugins"
SHIPPED = sorted(path.parent for path in PLUGINS.glob("*/src/*/plugin.toml"))

TITLE = {"title": "Samen leren", "author": "Ada Kok", "licence": "CC-BY-4.0"}
signs = st.characters(exclude_categories=("Cs", "Cc"))
names = st.sampled_from(["a.md", "é.md", 'x"""y', "\\", "''' \"", "[module]", "true", "1"])
lines = st.one_of(st.text(signs, max_size=30), names).map(line)
texts = st.one_of(st.text(st.one_of(signs, st.just("\n")), max_size=60), names).map(tidy)
said = lines.filter(bool)
modules = st.fixed_dictionaries({
    "title": said, "learning_goals": st.lists(texts.filter(bool), max_size=4),
    "insights": st.lists(said, max_size=3), "instruments": st.just([]),
    "before": texts, "on": texts, "after": texts,
    "tools": st.lists(st.fixed_dictionaries({"key": st.just(""), "title": said}), max_size=3),
    "literature": st.lists(st.fixed_dictionaries({
        "key": st.just(""), "title": said, "authors": lines,
        "year": st.none() | st.integers(0, 2200),
    }), max_size=2),
})  # fmt: skip
parts = st.lists(st.fixed_dictionaries({
    "key": st.just(""), "title": said, "guidance": texts, "optional": st.booleans(),
    "min_words": st.integers(0, 5000),
}), max_size=4)  # fmt: skip
criteria = st.lists(st.fixed_dictionaries({
    "key": st.just(""), "title": said, "hint": lines,
    **{f"level_{number}": texts for number in range(4)},
}), max_size=3)  # fmt: skip
assignments = st.fixed_dictionaries({
    "title": said, "brief": texts, "kind": st.sampled_from(["action_learning", "reading"]),
    "due": st.sampled_from(["free", "before_meeting:samen-leren", "on_meeting:hrm"]),
    "feedback": st.booleans(), "report": st.sampled_from([OWN, "", "pop"]), "parts": parts,
    "rubric": st.sampled_from([OWN, "", "action-learning"]), "criteria": criteria,
}).map(lambda row: row | {
    kind: "" if row[kind] == OWN and not row[rows] else row[kind]
    for kind, rows in (("report", "parts"), ("rubric", "criteria"))
})  # fmt: skip


def read(files: FolderFiles) -> Plugin:
    """The plugin after a zip was made of the files and read again."""
    return Plugin.from_files(read_zip(write_zip(files.bundle())).traversable())


def without_keys(values: dict[str, Any]) -> dict[str, Any]:
    """The form gives a new row no key; the file does."""
    rows = [word for word in ("parts", "criteria", "tools", "literature") if word in values]
    return values | {word: [row | {"key": ""} for row in values[word]] for word in rows}


@settings(max_examples=40, deadline=None)
@given(modules, st.lists(assignments, max_size=3))
def test_a_module_of_any_values_is_read_and_asked_again(
    module: dict[str, Any], made: list[dict[str, Any]]
) -> None:
    files = new_folder("proef", TITLE, "samen-leren")
    write_module(files, "samen-leren", module)
    for values in made:
        key = add_assignment(files, "samen-leren", values["title"])
        write_assignment(files, "samen-leren", key, values)
    plugin = read(files)
    [spec] = plugin.modules
    assert line(spec.title) == module["title"]
    tools = {tool.key: (line(tool.title), tool.content) for tool in plugin.tools}
    assert [tools[key] for key in spec.instruments] == [
        (row["title"], "by_institution") for row in module["tools"]]  # fmt: skip
    assert [(line(book.title), line(book.authors), book.year) for book in spec.literature] == [
        (row["title"], row["authors"], row["year"]) for row in module["literature"]]  # fmt: skip
    assert [tidy(goal.text) for goal in spec.learning_goals] == module["learning_goals"]
    assert [tidy(text) for text in spec.work_form.values()] == [
        module[phase] for phase in ("before", "on", "after")]  # fmt: skip
    assert [line(item.title) for item in spec.assignments] == [row["title"] for row in made]
    assert [tidy(item.brief) for item in spec.assignments] == [row["brief"] for row in made]
    again = FolderFiles(files.bundle())
    assert without_keys(module_values(again, "samen-leren")) == module
    for key, values in zip(assignment_keys(again, "samen-leren"), made, strict=True):
        assert without_keys(assignment_values(again, "samen-leren", key)) == values


@settings(max_examples=25, deadline=None)
@given(modules, assignments, assignments)
def test_values_written_twice_change_nothing_the_second_time(
    module: dict[str, Any], first: dict[str, Any], second: dict[str, Any]
) -> None:
    files = new_folder("proef", TITLE, "samen-leren")
    write_module(files, "samen-leren", module)
    key = add_assignment(files, "samen-leren", "Opdracht")
    for values in (first, second):
        write_assignment(files, "samen-leren", key, values)
        assert without_keys(assignment_values(files, "samen-leren", key)) == values
    kept = assignment_values(files, "samen-leren", key)
    before = files.bundle()
    write_module(files, "samen-leren", module_values(files, "samen-leren"))
    write_assignment(files, "samen-leren", key, kept)
    write_head(files, head_values(files))
    assert dict(files.bundle()) == dict(before)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_a_folder_whose_forms_are_all_saved_as_they_are_keeps_every_byte(folder: Path) -> None:
    bundle = folder_files(folder)
    files = FolderFiles(bundle)
    write_head(files, head_values(files))
    for module in Plugin.from_files(files.bundle().traversable()).modules:
        write_module(files, module.key, module_values(files, module.key))
        for item in module.assignments:
            values = assignment_values(files, module.key, item.key)
            write_assignment(files, module.key, item.key, values)
    assert dict(files.bundle()) == bundle


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_one_changed_title_changes_one_file_and_one_field(folder: Path) -> None:
    bundle = folder_files(folder)
    files = FolderFiles(bundle)
    [module] = Plugin.from_files(files.bundle().traversable()).modules
    key = module.assignments[0].key
    values = assignment_values(files, module.key, key)
    write_assignment(files, module.key, key, values | {"title": "Anders genoemd"})
    after = dict(files.bundle())
    [path] = [path for path in bundle if bundle[path] != after[path]]
    assert path == f"modules/{module.key}.toml" and set(after) == set(bundle)
    before, now = (tomllib.loads(data[path].decode()) for data in (bundle, after))
    assert now["assignments"][0].pop("title") == "Anders genoemd"
    before["assignments"][0].pop("title")
    assert now == before


def folder_files(folder: Path) -> dict[str, bytes]:
    """The files of a shipped plugin that a folder may hold."""
    paths = [path for path in folder.rglob("*") if path.suffix in (".toml", ".md", ".json")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def hrm() -> FolderFiles:
    return FolderFiles(folder_files(PLUGINS / "hrm/src/lms_hrm"))


BRIEF = "texts/ink-met-medewerkers.md"


def test_a_text_from_a_file_is_written_back_there(hrm: FolderFiles) -> None:
    before = dict(hrm.bundle())
    values = assignment_values(hrm, "hrm", "ink-met-medewerkers")
    write_assignment(hrm, "hrm", "ink-met-medewerkers", values | {"brief": "Doe het\n\nsamen."})
    after = dict(hrm.bundle())
    assert [path for path in before if before[path] != after[path]] == [BRIEF]
    assert after[BRIEF] == b"Doe het\n\nsamen.\n"


def test_a_text_file_that_two_fields_name_stays_for_the_other(hrm: FolderFiles) -> None:
    data = hrm.table("modules/hrm.toml")
    data["module"]["work_form"]["on"] = "ink-met-medewerkers.md"
    hrm.put("modules/hrm.toml", data)
    before = hrm.bundle()[BRIEF]
    write_module(hrm, "hrm", module_values(hrm, "hrm") | {"on": "Anders."})
    assert hrm.bundle()[BRIEF] == before
    assert hrm.table("modules/hrm.toml")["module"]["work_form"]["on"] == "Anders."


def test_what_is_removed_takes_its_own_files_along_and_no_others(hrm: FolderFiles) -> None:
    remove_assignment(hrm, "hrm", "ink-met-medewerkers")
    assert BRIEF not in hrm and "texts/ink-positiebepaling-alleen.md" in hrm
    spec = read(hrm).modules[0]
    assert [item.key for item in spec.assignments] == ["ink-positiebepaling-alleen"]
    assert [item.key for item in spec.products] == ["ink-alleen"] and not spec.hands_on
    add_module(hrm, "tweede", "Tweede")
    remove_module(hrm, "hrm")
    assert [module.key for module in read(hrm).modules] == ["tweede"]
    assert not hrm.paths("texts")


def test_a_part_keeps_its_key_and_what_the_form_does_not_know() -> None:
    files = new_folder("proef", TITLE, "m")
    key = add_assignment(files, "m", "Verslag")
    row = {"key": "", "title": "Wat", "guidance": "", "optional": False, "min_words": 80}
    other = row | {"title": "Waarom"}
    empty = {**assignment_values(files, "m", key), "report": OWN, "parts": [row, other]}
    write_assignment(files, "m", key, empty)
    path = "reports/m-verslag.toml"
    data = files.table(path)
    data["parts"][0] |= {"evidence": ["file"], "complete_text": "Ten minste 80 woorden."}
    files.put(path, data)
    values = assignment_values(files, "m", key)
    rows = [values["parts"][1], values["parts"][0] | {"title": "Wat er is gedaan"}]
    write_assignment(files, "m", key, values | {"parts": rows})
    second = files.table(path)["parts"][1]
    assert (second["key"], second["title"]) == ("wat", "Wat er is gedaan")
    assert second["evidence"] == ["file"] and second["complete_text"] == "Ten minste 80 woorden."
    rows[1] |= {"min_words": 100}
    write_assignment(files, "m", key, values | {"parts": rows})
    assert "complete_text" not in files.table(path)["parts"][1]


def test_a_format_that_two_assignments_use_is_not_changed_for_one_of_them() -> None:
    files = new_folder("proef", TITLE, "m")
    row = {"key": "", "title": "Wat", "guidance": "", "optional": False, "min_words": 0}
    first, second = (add_assignment(files, "m", "Verslag") for _number in range(2))
    values = assignment_values(files, "m", first) | {"report": OWN, "parts": [row]}
    write_assignment(files, "m", first, values)
    shared = assignment_values(files, "m", second) | {"report": "m-verslag"}
    write_assignment(files, "m", second, shared)
    before = files.bundle()["reports/m-verslag.toml"]
    mine = assignment_values(files, "m", second) | {"report": OWN, "parts": [row, row]}
    write_assignment(files, "m", second, mine)
    assert files.bundle()["reports/m-verslag.toml"] == before
    assert files.table("modules/m.toml")["assignments"][1]["report"] == "m-verslag-2"


def test_an_unknown_due_rule_stays_until_another_is_chosen(hrm: FolderFiles) -> None:
    data = hrm.table("modules/hrm.toml")
    due = {"rule": "iso_week", "iso_week": "2027-W11", "published": True}
    data["assignments"][1]["due"] = due
    hrm.put("modules/hrm.toml", data)
    key = "ink-met-medewerkers"
    values = assignment_values(hrm, "hrm", key)
    write_assignment(hrm, "hrm", key, values | {"title": "Anders"})
    assert hrm.table("modules/hrm.toml")["assignments"][1]["due"] == due
    write_assignment(hrm, "hrm", key, values | {"due": "on_meeting:hrm"})
    found = hrm.table("modules/hrm.toml")["assignments"][1]["due"]
    assert found == {"rule": "on_meeting", "meeting": "hrm"}


def test_a_tool_keeps_its_key_and_what_the_form_does_not_know(hrm: FolderFiles) -> None:
    values = module_values(hrm, "hrm")
    keys = [row["key"] for row in values["tools"]]
    rows = [row | {"title": "Anders"} if row["key"] == keys[0] else row for row in values["tools"]]
    new = {"key": "", "title": "Anders"}
    write_module(hrm, "hrm", values | {"tools": [*rows[:1], *rows[2:], new]}, {"anders"})
    data = hrm.table("modules/hrm.toml")
    first, *others = data["instruments"]
    assert (first["title"], len(first["runs"])) == ("Anders", 2)
    assert others[-1] == {"key": "anders-2", "title": "Anders", "content": "by_institution"}
    now = [keys[0], *keys[2:], "anders-2"]
    assert [tool["key"] for tool in data["instruments"]] == now
    assert data["module"]["instruments"] == now


def test_a_tool_of_two_modules_keeps_one_title_and_goes_from_one_of_them(hrm: FolderFiles) -> None:
    data = hrm.table("modules/hrm.toml")
    [shared] = [tool for tool in data["instruments"] if tool.get("shared")]
    add_module(hrm, "tweede", "Tweede")
    hrm.put("modules/tweede.toml", hrm.table("modules/tweede.toml") | {"instruments": [shared]})
    row = {"key": shared["key"], "title": "Eén naam"}
    write_module(hrm, "tweede", module_values(hrm, "tweede") | {"tools": [row]})
    titles = [tool.title for tool in read(hrm).tools if tool.key == shared["key"]]
    assert titles == ["Eén naam"]
    write_module(hrm, "tweede", module_values(hrm, "tweede") | {"tools": []})
    assert shared["key"] in [tool.key for tool in read(hrm).tools]
    assert not read(hrm).modules[1].instruments


def test_what_needs_a_tool_is_named_unless_another_module_describes_it(hrm: FolderFiles) -> None:
    path, key = "modules/hrm.toml", "ink-positiebepaling"
    assert "INK-positiebepaling, alleen" in uses_of_tool(hrm, path, key)
    assert not list(uses_of_tool(hrm, path, "personal-performance-methode"))
    add_module(hrm, "tweede", "Tweede")
    names = {"personal-performance-methode"}
    write_module(hrm, "tweede", module_values(hrm, "tweede") | {"instruments": [*names]})
    assert list(uses_of_tool(hrm, path, "personal-performance-methode")) == ["Tweede"]
    tool = next(row for row in hrm.table(path)["instruments"] if row["key"] == key)
    data = hrm.table("modules/tweede.toml")
    hrm.put("modules/tweede.toml", data | {"instruments": [tool]})
    assert not list(uses_of_tool(hrm, path, key))


def test_a_signature_goes_with_the_first_change_and_not_before(hrm: FolderFiles) -> None:
    signed = FolderFiles({**hrm.bundle(), MANIFEST: b"{}"})
    assert MANIFEST in signed.bundle()
    write_version(signed, "1.1.0", "Twee woorden anders.")
    assert MANIFEST not in signed.bundle()
    assert signed.table(HEAD)["changes"]["1.1.0"] == "Twee woorden anders."


def test_what_is_written_is_a_folder_on_disk_too(tmp_path: Path) -> None:
    files = new_folder("proef", TITLE, "samen-leren")
    for path, data in files.bundle().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    assert read_directory(tmp_path).digest == files.bundle().digest


def test_a_module_is_written_in_the_order_in_which_people_read_it() -> None:
    files = new_folder("proef", TITLE, "m")
    add_assignment(files, "m", "Verslag")
    write_module(files, "m", module_values(files, "m") | {
        "before": "Lees.", "tools": [{"key": "", "title": "Lijst"}]})  # fmt: skip
    headers = [row for row in files.bundle()["modules/m.toml"].decode().splitlines()
               if row.startswith("[")]  # fmt: skip
    assert headers == ["[module]", "[module.work_form]", "[[assignments]]", "[[instruments]]"]
    write_version(files, "1.1.0", "Anders.")
    assert files.bundle()[HEAD].decode().rstrip().endswith('[changes]\n"1.1.0" = "Anders."')


plain = st.one_of(st.text(max_size=20), names, st.integers(-9, 9), st.booleans())
keys = st.sampled_from(["key", "title", "a b", "é", "[x]", '"'])
values = st.recursive(plain, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)))  # fmt: skip
rows = st.lists(st.dictionaries(keys, values, min_size=1, max_size=3), max_size=3)
tables = st.dictionaries(keys, values | rows, max_size=5)


@settings(max_examples=300, deadline=None)
@given(tables)
def test_toml_of_any_tables_says_the_same_data(data: dict[str, Any]) -> None:
    assert tomllib.loads(toml_of(data)) == data


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80), st.sets(st.sampled_from(["deel", "a", "deel-2"])))
@example("Één verbeterpunt in het team", set())
@example("2 × leren", set())
@example("漢字", {"deel"})
def test_a_key_is_a_slug_that_nothing_else_has(title: str, taken: set[str]) -> None:
    key = free_key(title, taken)
    assert SLUG.fullmatch(key) and key not in taken


def test_keys_are_made_of_the_words_of_a_title() -> None:
    assert key_from("Één verbeterpunt, in het team") == "een-verbeterpunt-in-het-team"
    assert key_from("360° feedback") == "n360-feedback"


def test_rows_find_what_they_were_made_of() -> None:
    assert matched(["a", "b", "c"], ["c", "a"]) == [2, 0]
    assert matched(["a", "b"], ["a", "B", "x"]) == [0, 1, None]
    assert matched(["a", "b"], ["b"]) == [1]
