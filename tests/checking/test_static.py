"""Each check that needs no application finds what it is for, with file, line and repair."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lms_leiderschap.checking.checks import CHECKS
from lms_leiderschap.checking.finding import level_of
from lms_leiderschap.checking.parts import why_never_filled
from lms_leiderschap.submission.spec import PartSpec

QUICK = ("names", "texts", "parts", "instruments", "examples", "handlers", "budgets", "upgrades",
         "head", "guidance", "rubrics", "privacy", "places", "worked", "earlier")  # fmt: skip


@pytest.mark.parametrize("python", [True, False])
@pytest.mark.parametrize("check", QUICK)
def test_a_plugin_that_was_just_begun_has_nothing_wrong(
    author: Any, check: str, python: bool
) -> None:
    assert author(python=python).found(check) == []


def test_a_familiar_word_is_found_where_it_stands(author: Any) -> None:
    draft = author(python=False)
    draft.change("texts/opdracht.md", "kijk samen terug", "kijk met je team")
    [found] = draft.found("texts")
    assert (found.file, found.line) == ("texts/opdracht.md", 5)
    assert "'je'" in found.what and found.repair


def test_an_english_text_is_found(author: Any) -> None:
    draft = author().code(
        "Beschrijf wat het team heeft gedaan en wat er is veranderd.",
        "Describe what the team has done and what is different after that.",
    )
    [found] = draft.found("texts")
    assert found.file.endswith("__init__.py") and found.line > 1
    assert "not look Dutch" in found.what


def test_a_required_part_that_nobody_asks_is_found(author: Any) -> None:
    draft = author(python=False)
    draft.change(f"modules/{draft.name}.toml", "makes =", 'report_parts = ["findings"]\nmakes =')
    found = draft.found("parts")
    assert ["activities" in each.what or "reflection" in each.what for each in found] == [True] * 3
    assert all("never shown" in each.what or "no assignment" in each.what for each in found)
    assert {each.file.partition("/")[0] for each in found} == {"reports", "rubrics"}


def test_a_criterion_that_looks_at_nothing_is_found(author: Any) -> None:
    draft = author(python=False)
    draft.change(f"rubrics/{draft.name}-rubric.toml", 'parts = ["reflection"]', 'parts = ["x"]')
    found = draft.found("parts")
    assert any("no report" in each.what for each in found)
    assert any("never shown" in each.what for each in found)


@pytest.mark.parametrize(("part", "says"), [
    (PartSpec("a", kind="choice"), "options"),
    (PartSpec("a", kind="entries"), "entry_fields"),
    (PartSpec("a", kind="entries", entry_fields=["what"], each_filled=["why"]), "'why'"),
    (PartSpec("a", kind="entries", entry_fields=["what"], min_entries=3, exactly=1), "at least 3"),
    (PartSpec("a", kind="entries", entry_fields=["what"], entries_for=["x"]), "'product'"),
    (PartSpec("a", kind="changes", entry_fields=["what"]), "'change'"),
    (PartSpec("a", kind="text"), ""),
])  # fmt: skip
def test_a_part_that_can_never_be_filled_says_why(part: PartSpec, says: str) -> None:
    sentence = why_never_filled(part)
    assert says in sentence and bool(sentence) == bool(says)


def test_a_score_that_does_not_expect_hidden_values_is_found(author: Any) -> None:
    draft = author().code("answers.mean(dimension) for", "round(answers.mean(dimension), 1) for")
    found = draft.found("instruments")
    assert any("every value hidden" in each.what for each in found)
    assert all("TypeError" in each.what for each in found)
    assert found[0].line > 20 and found[0].file.endswith("__init__.py")


@pytest.mark.parametrize(("line", "says"), [
    ('return "een plaatje"', "gives str"), ("return []", "no chart"), ("return [1]", "gives int"),
    ("raise ValueError('nee')", "ValueError: nee"),
])  # fmt: skip
def test_a_score_that_gives_something_else_is_found(author: Any, line: str, says: str) -> None:
    draft = author().code("    means = {", f"    {line}\n    means = {{")
    assert any(says in found.what for found in draft.found("instruments"))


def test_a_low_threshold_is_found(author: Any) -> None:
    draft = author(python=False)
    draft.change(f"instruments/{draft.name}.toml", "threshold = 5", "threshold = 3")
    assert any("from 3 answers" in found.what for found in draft.found("instruments"))


def test_a_wrong_example_is_found_at_its_case(author: Any) -> None:
    draft = author(python=False)
    path = f"instruments/examples/{draft.name}.json"
    draft.change(path, '"mean": 3.266667', '"mean": 3.3')
    [found] = draft.found("examples")
    assert (found.file, found.line) == (path, 8)
    assert "3.3" in found.what


def test_without_examples_it_is_not_silver(author: Any) -> None:
    draft = author(python=False)
    (draft.root / f"instruments/examples/{draft.name}.json").unlink()
    assert draft.found("examples") == []
    assert len(draft.found("worked")) == 1


def test_a_kind_without_the_name_is_found(author: Any) -> None:
    draft = author()
    draft.code(f'        "{draft.name}", f"{{key}}', '        "vraag", f"{key}')
    [found] = draft.found("names")
    assert "'vraag'" in found.what and found.line > 100


@pytest.mark.parametrize(("body", "says"), [
    ("import random; event.records.put(NAME, str(random.random()), 1)", "do the same"),
    ("event.records.put(NAME, 'n', len(event.records.list(NAME)))", "changes its records"),
    ("event.records.put(NAME, 'n', 1); "
     "event.notify(event.data['person'], f'{len(event.records.list(NAME))}') if "
     "event.records.get(NAME, 'm') else event.records.put(NAME, 'm', 1)", "tells something else"),
    ("event.records.put(NAME, 'n', {1, 2})", "not a plain value"),
    ("raise KeyError('weg')", "KeyError"),
])  # fmt: skip
def test_a_handler_that_is_not_idempotent_is_found(author: Any, body: str, says: str) -> None:
    draft = author()
    draft.add(f"\nNAME = {draft.name!r}\n\n@plugin.on('feedback.released')\n"
              f"def other(event):\n    {body}\n")  # fmt: skip
    [found] = draft.found("handlers")
    assert says in found.what and "feedback.released" in found.what
    assert found.file.endswith("__init__.py") and found.line > 120


@pytest.mark.parametrize(("body", "says"), [
    ("event.records.put(NAME, event.data['person'], 1)", "keeps a record"),
    ("event.notify(event.data['person'], 'Goed gedaan.')", "sends a message"),
    ("event.records.put(NAME, {OWN: 'n'}[event.data['place']], 1)", "raises KeyError"),
])  # fmt: skip
def test_a_handler_that_answers_to_other_modules_is_found(
    author: Any, body: str, says: str
) -> None:
    draft = author()
    draft.add(f"\nNAME = OWN = {draft.name!r}\n\n@plugin.on('feedback.released')\n"
              f"def other(event):\n    {body}\n")  # fmt: skip
    assert draft.found("handlers") == []
    [found] = draft.found("places")
    assert says in found.what and "of another module" in found.what
    assert found.file.endswith("__init__.py") and found.line > 120


@pytest.mark.parametrize(("body", "says"), [
    ("import time; time.sleep(0.03)", "ms; it has 20"), ("return 7", "gives int"),
    ("return 1 / 0", "ZeroDivisionError"),
])  # fmt: skip
def test_a_panel_that_is_slow_or_wrong_is_found(author: Any, body: str, says: str) -> None:
    draft = author().add(f"\n\n@plugin.panel('participant.week')\ndef week(context):\n    {body}\n")
    [found] = draft.found("budgets")
    assert says in found.what


def test_a_step_that_fails_or_changes_twice_is_found(author: Any) -> None:
    raising = author().code('record.get("weeks", 4)', 'record["weeks"]')
    assert "KeyError" in raising.found("upgrades")[0].what
    growing = author().code('record.get("weeks", 4)', 'record.get("weeks", 4) + 1')
    [found] = growing.found("upgrades")
    assert "upgraded again" in found.what and found.file == "tests/fixtures/1.0.0.json"


def test_a_step_beyond_the_version_is_found(author: Any) -> None:
    draft = author().code('upgrade(to="1.1.0")', 'upgrade(to="2.0.0")')
    assert any("2.0.0" in found.what for found in draft.found("upgrades"))


def test_records_that_cannot_be_read_are_a_finding(author: Any) -> None:
    draft = author()
    (draft.root / "tests/fixtures/1.0.0.json").write_text(json.dumps([{"kind": "x"}]))
    [found] = draft.found("upgrades")
    assert (found.file, found.line) == ("tests/fixtures/1.0.0.json", 1)


def test_silver_asks_for_what_explains_it(author: Any) -> None:
    draft = author()
    draft.code('    licence="BSD-3-Clause",\n', "").code('    author="Een maker",\n', "")
    draft.code('        "1.1.0": "Bij', '        "1.0.5": "Bij')
    draft.code('guidance="Wat zegt dit over het eigen leiderschap, en wat blijft?",', "")
    draft.code("    personal=[", "    personal=[] and [").code("    mails=[", "    mails=[] and [")
    (draft.root / "tests/fixtures/1.0.0.json").unlink()
    assert len(draft.found("head")) == 3
    assert [found.file for found in draft.found("guidance")] == [
        f"src/{draft.package.name}/__init__.py"]  # fmt: skip
    assert len(draft.found("privacy")) == 2
    assert len(draft.found("earlier")) == 2
    assert draft.found("handlers") == []


def test_a_level_needs_everything_of_the_levels_below_it(author: Any) -> None:
    draft = author().code('    licence="BSD-3-Clause",\n', "")
    outcomes = [check.done(draft.subject) for check in CHECKS if check.name in QUICK]
    assert level_of(outcomes) == "brons"
    draft = author()
    outcomes = [check.done(draft.subject) for check in CHECKS if check.name in QUICK]
    assert level_of([*outcomes, *(check.done(draft.subject) for check in CHECKS
                                  if check.name == "signed")]) == "zilver"  # fmt: skip
