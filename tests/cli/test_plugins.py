"""The plugins of an institution by command; none of them is imported to switch it off."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import transaction

from lms_leiderschap.addon.data_actions import put_records
from lms_leiderschap.app import configure
from lms_leiderschap.cli import main, settings_of
from lms_leiderschap.institution.actions import found
from lms_leiderschap.store.root import institution_in
from tests.cli.test_cli import INI, INSTITUTIONS

Said = pytest.CaptureFixture[str]
SOURCE = """
from lms_leiderschap.plugin import Plugin

plugin = Plugin("proef", "{version}", "Proef")


@plugin.on("submission.handed_in")
def hear(event):
    pass

{more}
"""
STEP = """
@plugin.upgrade(to="2.0.0")
def step(record):
    if record["n"] == {bad}:
        raise ValueError("deze niet")
    return record | {{"team": "hele school"}}
"""


class Installed:
    """An institution, and a plugin that is installed beside it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "institutions.toml").write_text(INSTITUTIONS)
        (directory / "lms.ini").write_text(INI)
        self.ini = str(directory / "lms.ini")
        self.write()
        facts = directory / "proef-1.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: proef\nVersion: 1\n")
        points = "[lms_leiderschap.plugins]\nproef = lms_proefje:plugin\n"
        (facts / "entry_points.txt").write_text(points)
        self.within(lambda institution: None)

    def write(self, version: str = "1.0.0", more: str = "") -> None:
        sys.modules.pop("lms_proefje", None)
        text = SOURCE.format(version=version, more=more)
        (self.directory / "lms_proefje.py").write_text(text)

    def within(self, act: Any) -> Any:
        registry = configure(settings_of(self.ini)).registry
        manager = transaction.TransactionManager(explicit=True)
        connection = registry.databases.connect(registry.lms.institutions[0], manager)
        try:
            with manager:
                institution = institution_in(connection) or found(connection, "demo", "Demo")
                return act(institution)
        finally:
            connection.close()
            registry.databases.close()
            registry.side.close()

    def run(self, *words: str) -> int:
        return main(["plugin", *words, "--ini", self.ini])

    def keep(self, many: int) -> None:
        records = {("proef", f"p{n:02}"): ({"n": n}, 1) for n in range(many)}
        self.within(lambda institution: put_records(
            institution.kept_addons().named("proef"), records, at=datetime.now(UTC)))  # fmt: skip

    def data(self) -> list[Any]:
        return self.within(lambda institution: [  # type: ignore[no-any-return]
            kept.data for kept in institution.addons["proef"].records.values()])


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    return Installed(tmp_path)


def test_it_is_listed_switched_on_and_off(installed: Installed, capsys: Said) -> None:
    assert installed.run("enable", "proef") == 0
    assert "Next:" in capsys.readouterr().out
    assert installed.run("list", "--json") == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["proef"]["state"], rows["proef"]["version"]) == ("on", "1.0.0")
    assert installed.run("list") == 0
    assert "proef 1.0.0: on" in capsys.readouterr().out
    assert installed.run("disable", "proef") == 0
    installed.run("list")
    assert "proef 1.0.0: off" in capsys.readouterr().out


def test_switching_off_imports_nothing(installed: Installed, capsys: Said) -> None:
    installed.run("enable", "proef")
    mark = installed.directory / "imported"
    installed.write(more=f"open({str(mark)!r}, 'w').close()\nraise SystemExit('weg')")
    assert installed.run("disable", "proef") == 0
    assert not mark.exists()
    assert installed.within(lambda institution: institution.addons["proef"].on) is False
    assert mark.exists()


def test_what_does_not_load_cannot_be_switched_on(installed: Installed, capsys: Said) -> None:
    installed.write(more="raise ValueError('stuk')")
    assert installed.run("enable", "proef") == 1
    assert "ValueError: stuk" in capsys.readouterr().err
    assert installed.run("enable", "prof") == 1
    assert "No plugin 'prof'" in capsys.readouterr().err
    assert installed.run("disable", "prof") == 1


def test_an_upgrade_is_tried_done_and_undone(installed: Installed, capsys: Said) -> None:
    installed.run("enable", "proef")
    installed.keep(5)
    assert installed.run("upgrade", "proef") == 1
    assert "nothing to upgrade" in capsys.readouterr().err
    installed.write("2.0.0", STEP.format(bad=99))
    assert installed.run("upgrade", "proef", "--dry-run", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["records"], said["changed"], len(said["pairs"])) == (5, 5, 3)
    assert said["pairs"][0][2:] == [{"n": 0}, {"n": 0, "team": "hele school"}]
    assert said["written"] is False and installed.data()[0] == {"n": 0}
    assert installed.run("upgrade", "proef", "--dry-run") == 0
    assert "before" in capsys.readouterr().out
    assert installed.run("upgrade", "proef") == 0
    assert installed.data()[4] == {"n": 4, "team": "hele school"}
    assert installed.run("upgrade", "proef", "--undo") == 0
    assert installed.data()[4] == {"n": 4}


def test_an_upgrade_that_fails_for_one_record_is_done_for_none(
    installed: Installed, capsys: Said
) -> None:
    installed.run("enable", "proef")
    installed.keep(5)
    installed.write("2.0.0", STEP.format(bad=3))
    assert installed.run("upgrade", "proef") == 1
    out = capsys.readouterr().out
    assert "p03" in out and "deze niet" in out and "Nothing was written." in out
    assert installed.data() == [{"n": n} for n in range(5)]


def test_every_record_is_looked_through(installed: Installed, capsys: Said) -> None:
    from persistent.mapping import PersistentMapping

    assert main(["verify", "--ini", installed.ini]) == 0
    assert "everything is as it should be" in capsys.readouterr().out

    def spoil(institution: Any) -> None:
        import lms_proefje

        lms_proefje.Eigen = type("Eigen", (str,), {"__module__": "lms_proefje"})
        institution.spoiled = PersistentMapping({"a": lms_proefje.Eigen("tekst")})

    installed.within(spoil)
    assert main(["verify", "--ini", installed.ini, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said == {"demo": ["lms_proefje.Eigen is no part of the core."]}
