"""A plugin where its author works: what is found, and where a mistake stands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms_leiderschap.author.seeding import plant
from lms_leiderschap.author.source import Source
from lms_leiderschap.plugin.error import PluginError


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("lms_bron"):
            del sys.modules[name]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    plant("bron", tmp_path / "bron", title="Bron", author="", python=True)
    return tmp_path / "bron"


def code(root: Path) -> Path:
    return root / "src" / "lms_bron" / "__init__.py"


def refused(root: Path) -> PluginError:
    with pytest.raises(PluginError) as refusal:
        Source.find(root).load()
    return refusal.value


def test_a_setup_cfg_will_do(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text(
        "[options.entry_points]\nlms_leiderschap.plugins =\n    bron = lms_bron_los:plugin\n")
    (tmp_path / "lms_bron_los.py").write_text(
        "from lms_leiderschap.plugin import Plugin\nplugin = Plugin('bron', '1.0.0', 'Bron')\n")
    source = Source.find(tmp_path)
    assert (source.kind, source.name) == ("python", "bron")
    assert source.load().loaded["bron"].title == "Bron"


def test_a_folder_that_is_no_plugin_says_how_to_begin_one(tmp_path: Path) -> None:
    assert "lms plugin new" in refused(tmp_path).sentence


def test_two_plugins_in_one_distribution_are_refused(root: Path) -> None:
    file = root / "pyproject.toml"
    file.write_text(file.read_text().replace('bron = "', 'tweede = "lms_bron:plugin"\nbron = "', 1))
    assert "2 plugins" in refused(root).sentence


@pytest.mark.parametrize(("line", "says"), [
    ("x = (", "SyntaxError"), ("raise ValueError('nee')", "ValueError: nee"),
    ("import weg_is_weg", "ModuleNotFoundError"),
    ("plugin.on('submission.handed_on')(len)", "submission.handed_in"),
])  # fmt: skip
def test_a_mistake_in_code_gets_its_line(root: Path, line: str, says: str) -> None:
    file = code(root)
    lines = file.read_text().count("\n")
    file.write_text(file.read_text() + line + "\n")
    error = refused(root)
    assert says in str(error)
    assert (error.file, error.line) == ("src/lms_bron/__init__.py", lines + 1)


def test_a_mistake_in_a_file_beside_the_code_gets_its_line(root: Path) -> None:
    file = root / "src/lms_bron/instruments/bron.toml"
    file.write_text(file.read_text().replace('rule = "mean"', 'rule = "meen"', 1))
    error = refused(root)
    assert "mean" in error.sentence and error.line


def test_an_exit_at_import_is_a_sentence(root: Path) -> None:
    code(root).write_text("raise SystemExit(3)\n")
    assert "SystemExit" in refused(root).sentence


def test_a_change_is_seen_by_the_next_load(root: Path) -> None:
    assert Source.find(root).load().loaded["bron"].title == "Bron"
    code(root).write_text(code(root).read_text().replace('title="Bron"', 'title="Bro2"'))
    for name in [name for name in sys.modules if name.startswith("lms_bron")]:
        del sys.modules[name]
    assert Source.find(root).load().loaded["bron"].title == "Bro2"
    assert not list(root.rglob("__pycache__"))


def test_an_installed_package_of_that_name_is_not_taken(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "anders" / "lms_bron.py"
    other.parent.mkdir()
    other.write_text("plugin = None\n")
    sys.path.insert(0, str(other.parent))
    import lms_bron

    assert lms_bron.plugin is None
    assert Source.find(root).load().loaded["bron"].title == "Bron"


def test_hidden_and_built_files_are_not_waited_for(root: Path) -> None:
    for place in (".lms-dev/data", "dist", "src/lms_bron.egg-info", "__pycache__"):
        (root / place).mkdir(parents=True)
        (root / place / "x.toml").write_text("")
    names = {path.relative_to(root).as_posix() for path in Source.find(root).files()}
    assert "src/lms_bron/__init__.py" in names
    assert not any(name.endswith("x.toml") for name in names)
