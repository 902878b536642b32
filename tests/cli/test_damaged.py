"""One damaged database stands in no other institution's way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from persistent import Persistent
from ZODB.DB import DB

from lms_leiderschap.cli import main, settings_of
from lms_leiderschap.institution.actions import found
from lms_leiderschap.store.storages import open_storage
from tests.cli.test_cli import INI, INSTITUTIONS

FILES = {"file": "Data.fs", "sqlite": "main.sqlite3"}
pytestmark = [pytest.mark.promise("E2", "E4"), pytest.mark.part("backup")]


@pytest.fixture(params=FILES)
def ini(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Two institutions with nobody in them, of which the first is damaged."""
    entries = ""
    for key in ("noord", "zuid"):
        storage = f"{request.param}:{tmp_path / key}"
        entries += INSTITUTIONS.replace("demo", key).replace("localhost", f"{key}.localhost") \
            .replace(f"file:{key}", storage)  # fmt: skip
        database = DB(open_storage(storage))
        with database.transaction() as connection:
            found(connection, key, key.title())
        database.close()
    for path in (tmp_path / "noord").glob(f"{FILES[request.param]}*"):
        path.unlink()
    (tmp_path / "noord" / FILES[request.param]).write_bytes(b"no database" * 1000)
    (tmp_path / "institutions.toml").write_text(entries)
    (tmp_path / "lms.ini").write_text(INI)
    return str(tmp_path / "lms.ini")


# FileStorage leaves a file open that it refuses.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_others_are_backed_up_and_looked_through(
    ini: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = str(tmp_path / "repository")
    for _time in range(2):
        assert main(["backup", repository, "--json", "--ini", ini]) == 1
        noord, zuid = json.loads(capsys.readouterr().out)
        assert len(noord["wrong"]) == 1 and "Error in " in noord["wrong"][0]
        assert zuid["wrong"] == []
    assert len(list(Path(repository, "noord").glob("chain-*"))) <= 1
    assert main(["verify", "--json", "--ini", ini]) == 1
    wrong = json.loads(capsys.readouterr().out)
    assert len(wrong["noord"]) == 1 and wrong["zuid"] == []
    assert main(["backup", "verify", repository, "--json", "--ini", ini]) == 1
    noord, zuid = json.loads(capsys.readouterr().out)
    assert noord["wrong"] and zuid["wrong"] == []


class Strange(Persistent):
    """No part of the core."""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_was_found_is_told_when_the_backups_cannot_be_asked(
    ini: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = DB(open_storage(settings_of(ini).institutions[1].storage))
    with database.transaction() as connection:
        connection.root()["strange"] = Strange()
    database.close()
    assert main(["verify", "--backup", str(tmp_path / "none"), "--json", "--ini", ini]) == 1
    [strange, none] = json.loads(capsys.readouterr().out)["zuid"]
    assert "no part of the core" in strange and "holds no backup" in none
