"""The instruments of a plugin folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.instrumentfile import read_instruments

HRM = Path(__file__).parents[2] / "plugins" / "hrm" / "src" / "lms_hrm"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(HRM / "instruments", tmp_path / "instruments")
    return tmp_path


def test_they_come_in_the_order_of_their_names_with_their_own_examples(folder: Path) -> None:
    found = {
        spec.key: [file["file"] for file in spec.examples] for spec in read_instruments(folder)
    }
    examples = "instruments/examples/"
    assert found == {
        "balanced-scorecard-leerrendement": [examples + "indicator-bsc.json"],
        "ink-positiebepaling": [examples + "invalid-answers.json", examples + "phase-ink.json"],
        "performance-gap-scan": [examples + "gap-scan.json"],
    }


def test_a_folder_may_have_none(tmp_path: Path) -> None:
    assert read_instruments(tmp_path) == []


def test_a_mistake_has_file_line_and_the_nearest_word(folder: Path) -> None:
    path = folder / "instruments" / "ink-positiebepaling.toml"
    text = path.read_text("utf-8").replace('scale = "fase"', 'scale = "fasen"', 1)
    path.write_text(text, "utf-8")
    line = text.count("\n", 0, text.index('"fasen"')) + 1
    with pytest.raises(PluginError, match="did you mean 'fase'") as refused:
        read_instruments(folder)
    assert (refused.value.file, refused.value.line) == (
        "instruments/ink-positiebepaling.toml", line
    )  # fmt: skip
    assert str(refused.value).startswith(f"instruments/ink-positiebepaling.toml:{line}: ")


def test_a_broken_example_is_an_error_of_the_plugin(folder: Path) -> None:
    (folder / "instruments" / "examples" / "phase-ink.json").write_text("{", "utf-8")
    with pytest.raises(PluginError, match=r"instruments/examples/phase-ink.json:1"):
        read_instruments(folder)


@pytest.mark.parametrize(
    "value", [r'"\ud800"', r'{"\udfff": 1}', "1" * 5000, "NaN", "[" * 100_000, "[" * 50 + "]" * 50],
    ids=range(6),
)  # fmt: skip
def test_an_example_that_no_page_can_show_is_an_error_of_the_plugin(
    folder: Path, value: str
) -> None:
    example = f'{{"instrument": "x", "cases": [], "more": {value}}}'
    (folder / "instruments" / "examples" / "phase-ink.json").write_text(example, "utf-8")
    with pytest.raises(PluginError, match=r"phase-ink\.json:1: this file holds something"):
        read_instruments(folder)
