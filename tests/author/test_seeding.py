"""A plugin that was just begun, and a folder that was given code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.author.seeding import eject, plant
from lms_leiderschap.author.source import Source
from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.archive import admit, read_directory, read_zip, write_zip
from lms_leiderschap.plugin.parcel.checked import read_checked, with_checked, without_marks


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("lms_zaad"):
            del sys.modules[name]


def begun(into: Path, name: str = "zaad-een", *, python: bool = False, title: str = "Zaad") -> Any:
    plant(name, into, title=title, author="Een maker", python=python)
    return Source.find(into).load().loaded[name]


@pytest.mark.parametrize("python", [True, False])
def test_it_loads_as_it_was_asked(tmp_path: Path, python: bool) -> None:
    title = 'De "lerende" school \\ C\'s'
    plugin = begun(tmp_path / "nieuw", python=python, title=title)
    assert (plugin.title, plugin.author, plugin.modules[0].title) == (title, "Een maker", title)
    [assignment] = plugin.modules[0].assignments
    assert assignment.report_key == "zaad-een-verslag"
    assert plugin.instruments[0].examples
    assert bool(plugin.behaviour.handlers) is bool(plugin.behaviour.upgrades) is python


@pytest.mark.parametrize("name", ["Zaad", "1zaad", "za ad", "../zaad", ""])
def test_another_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PluginError, match="small letters"):
        plant(name, tmp_path / "nieuw", title="Zaad", author="", python=False)
    assert not list(tmp_path.iterdir())


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    into = tmp_path / "nieuw"
    into.mkdir()
    (into / "mijn.md").write_text("van mij")
    with pytest.raises(PluginError, match="is there already"):
        begun(into)
    assert [path.name for path in into.iterdir()] == ["mijn.md"]
    (tmp_path / "bestand").write_text("van mij")
    with pytest.raises(PluginError, match="is there already"):
        begun(tmp_path / "bestand")


def test_no_place_of_a_seed_is_left_open(tmp_path: Path) -> None:
    for python in (True, False):
        root = tmp_path / str(python)
        begun(root, "zaad-twee", python=python)
        for path in root.rglob("*"):
            assert "__package__" not in str(path) and path.suffix != ".in"
            if path.is_file():
                assert "${" not in path.read_text("utf-8"), path


def test_an_ejected_folder_is_an_equal_plugin(tmp_path: Path) -> None:
    plugin = begun(tmp_path / "map", "zaad-drie")
    bundle = read_directory(tmp_path / "map")
    eject(with_checked(bundle, "zilver"), tmp_path / "pakket")
    source = Source.find(tmp_path / "pakket")
    assert source.kind == "python"
    assert source.load().loaded["zaad-drie"] == plugin
    inside = {path: data for path, data in bundle.items() if path != "README.md"}
    assert dict(read_directory_of(source.package)) == inside
    assert (tmp_path / "pakket" / "README.md").is_file()


def read_directory_of(package: Path) -> dict[str, bytes]:
    """Its files that a folder plugin may hold."""
    return {path.relative_to(package).as_posix(): path.read_bytes()
            for path in package.rglob("*.*") if path.suffix in (".toml", ".md", ".json")}


def test_the_level_is_of_these_very_files(tmp_path: Path) -> None:
    begun(tmp_path / "map")
    bundle = read_directory(tmp_path / "map")
    marked = read_zip(write_zip(with_checked(bundle, "zilver")))
    found = read_checked(marked)
    assert found is not None and found.level == "zilver"
    assert without_marks(marked).digest == bundle.digest
    other = admit({**marked, "texts/na.md": b"Anders."})
    assert read_checked(other) is None
    gold = marked["checked.json"].replace(b"zilver", b"platina")
    for wrong in (b"[]", b"{}", b"{", b"[" * 9000, gold):
        assert read_checked(admit({**bundle, "checked.json": wrong})) is None
