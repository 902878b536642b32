"""``lms storage copy``: by key or by place, and a sentence about what to write where."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bench.server import write_settings
from lms_leiderschap.cli import main
from lms_leiderschap.demo.bulk import fill_bulk
from tests.conftest import STORAGE
from tests.postgresql import shared
from tests.reliability.live import opened, sheets_of, within


def test_an_institution_moves_by_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ini = write_settings(tmp_path)
    with opened(ini) as registry:
        fill_bulk(registry, 2, 4)
        before = within(registry, lambda institution: sheets_of(institution, 2))
    target = f"sqlite:{tmp_path / 'moved'}"
    assert main(["storage", "copy", "meting", target, "--ini", str(ini)]) == 0
    said = capsys.readouterr().out
    assert "are the same on both sides (SHA-256 " in said
    assert f'write storage = "{target}" in the institutions file' in said
    write_settings(tmp_path, target)
    with opened(ini) as registry:
        assert within(registry, lambda institution: sheets_of(institution, 2)) == before


def test_a_place_that_holds_something_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ini = write_settings(tmp_path)
    with opened(ini) as registry:
        fill_bulk(registry, 1, 0)
    assert main(["storage", "copy", "meting", f"sqlite:{tmp_path}", "--ini", str(ini)]) == 1
    assert capsys.readouterr().err.endswith(f"{tmp_path} is not empty.\n")


@pytest.mark.parametrize("place", ["postgresql:dbname=a password=Geheim7",
                                   "postgresql:postgresql://lms:Geheim7@localhost/a"])  # fmt: skip
def test_a_password_is_no_argument(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ini = write_settings(tmp_path)
    assert main(["storage", "copy", "meting", place, "--ini", str(ini)]) == 1
    told = capsys.readouterr()
    assert "~/.pgpass" in told.err and "Geheim7" not in told.err + told.out


@pytest.mark.tier("nightly")
def test_a_password_of_the_settings_is_not_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = shared(durable=False)
    server.create("nothing")
    ini = write_settings(tmp_path, f"postgresql:{server.dsn('nothing')} password=Geheim7")
    target = f"file:{tmp_path / 'moved'}"
    assert main(["storage", "copy", "meting", target, "--ini", str(ini)]) == 1
    told = capsys.readouterr()
    assert "There is nothing in postgresql:" in told.err
    assert "Geheim7" not in told.err + told.out


@pytest.mark.skipif(STORAGE == "postgresql", reason="PostgreSQL makes its own backups")
def test_what_commands_write_is_for_nobody_else(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        ini = write_settings(tmp_path)
        assert main(["demo", "--ini", str(ini), "--participants", "1"]) == 0
        repository, back, moved = (str(tmp_path / name) for name in ("away", "back", "moved"))
        assert main(["backup", repository, "--ini", str(ini)]) == 0
        assert main(["restore", "--from", repository, "--into", back, "--ini", str(ini)]) == 0
        assert main(["storage", "copy", "meting", f"file:{moved}", "--ini", str(ini)]) == 0
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    written = [path for place in map(Path, (repository, back, moved))
               for path in (place, *place.rglob("*"))]  # fmt: skip
    assert [path for path in written if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_what_is_no_moment_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["restore", "--from", "r", "--into", "i", "--to", "gisteren"])
    assert "gisteren is no moment as 2026" in capsys.readouterr().err
