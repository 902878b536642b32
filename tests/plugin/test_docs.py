"""docs/plugins.md: every example runs, every file loads, and every name has its section."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import lms_leiderschap.plugin as contract
from lms_leiderschap.cli import parser
from lms_leiderschap.instrument.gathering import answers_of
from lms_leiderschap.instrument.samples import sample_rows
from lms_leiderschap.plugin import Plugin
from lms_leiderschap.plugin.behaviour import EVENTS, SLOTS
from lms_leiderschap.plugin.loader import GROUP
from lms_leiderschap.plugin.parcel.keys import read_trusted
from lms_leiderschap.programme.spec import AssignmentSpec

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs" / "plugins.md"
TEXT = PAGE.read_text("utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"\A(?:# (\S+)|<!-- (\S+) -->)\n")


class Block(NamedTuple):
    line: int
    kind: str
    text: str

    @property
    def path(self) -> str:
        """The file that its first line names, "" when it names none."""
        found = NAMED.match(self.text)
        return (found[1] or found[2]) if found and self.kind in ("toml", "markdown") else ""


BLOCKS = [Block(TEXT.count("\n", 0, found.start()) + 2, found[1], found[2])
          for found in FENCE.finditer(TEXT)]  # fmt: skip


def of_kind(*kinds: str) -> list[Any]:
    return [pytest.param(block, id=f"line-{block.line}") for block in BLOCKS if block.kind in kinds]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run an example as a module of its own; what it defines."""

    def begin(block: Block) -> dict[str, Any]:
        module = ModuleType("example")
        monkeypatch.setitem(sys.modules, "example", module)
        # As many empty lines in front as stand above it: an error names the line of the page.
        code = compile("\n" * (block.line - 1) + block.text, str(PAGE), "exec")
        exec(code, vars(module))  # noqa: S102
        return vars(module)

    return begin


@pytest.mark.parametrize("block", of_kind("python"))
def test_every_python_example_runs(run: Any, block: Block) -> None:
    assert run(block)


def test_the_score_of_the_page_draws_charts(run: Any) -> None:
    [block] = [block for block in BLOCKS if "def score(" in block.text]
    plugin = run(block)["plugin"]
    [spec] = [each for each in plugin.instruments if each.key == "cultuur-concurrerende-waarden"]
    answers = answers_of(spec, "team", sample_rows(spec, "team", 8))
    assert answers is not None and spec.score is not None
    [chart] = spec.score(answers)
    assert chart.n == 8 and chart.sentence.count(";") == 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the files of this page make together."""
    root = tmp_path_factory.mktemp("docs") / "samen-leren"
    for block in BLOCKS:
        if block.path:
            path = root / block.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
    return root


def test_the_files_of_the_page_make_a_plugin(folder: Path) -> None:
    plugin = Plugin.from_folder(folder)
    assert [len(getattr(plugin, kind)) for kind in (
        "modules", "reports", "rubrics", "instruments", "programmes", "settings")] == [1] * 6
    [assignment] = plugin.modules[0].assignments
    assert isinstance(assignment, AssignmentSpec)
    assert assignment.brief.endswith("voer het uit.\n")


def test_the_trusted_keys_are_read(folder: Path) -> None:
    assert list(read_trusted(folder / "trusted.toml").values()) == ["Academie Voorbeeld"]


def test_every_other_toml_is_the_entry_point() -> None:
    [other] = [block for block in BLOCKS if block.kind == "toml" and not block.path]
    assert tomllib.loads(other.text)["project"]["entry-points"][GROUP] == {
        "samen-leren": "lms_samen_leren:plugin"}  # fmt: skip


@pytest.mark.parametrize("block", of_kind("json"))
def test_records_are_written_as_the_check_reads_them(block: Block) -> None:
    assert all(set(row) == {"kind", "key", "schema", "data"} for row in json.loads(block.text))


@pytest.mark.parametrize("name", contract.__all__)
def test_every_name_has_a_section_with_an_example(name: str) -> None:
    section = re.search(rf"^### {name}\n(.*?)(?=^##)", TEXT, re.MULTILINE | re.DOTALL)
    assert section and "```python" in section[1]


@pytest.mark.parametrize("name", [*EVENTS, *SLOTS])
def test_every_event_and_place_stands_in_a_table(name: str) -> None:
    assert re.search(rf"^\| `{re.escape(name)}` \|", TEXT, re.MULTILINE)


def test_every_link_inside_the_page_leads_somewhere() -> None:
    heads = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    known = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= known


def test_the_settings_named_are_those_of_an_ini_file() -> None:
    [ini] = [block.text for block in BLOCKS if block.kind == "ini"]
    production = (TOP / "production.ini").read_text("utf-8")
    for name in re.findall(r"^(lms\.\w+) =", ini, re.MULTILINE):
        assert f"{name} =" in production


def test_every_command_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    named = re.findall(r"\blms ((?:plugin [a-z]+|[a-z]+))", TEXT)
    assert {"plugin new", "dev", "plugin check", "plugin pack", "verify"} <= set(named)
    for words in sorted(set(named) - {"plugin"}):
        with pytest.raises(SystemExit) as ended:
            parser().parse_args([*words.split(), "--help"])
        assert ended.value.code == 0, words
    capsys.readouterr()


def test_the_library_it_names_is_there() -> None:
    from lms_leiderschap.plugin.library import read_library

    library = read_library()
    assert {spec.key for spec in library.reports} == {"action-learning-verslag", "pop"}
    assert {spec.key for spec in library.rubrics} == {"action-learning"}
