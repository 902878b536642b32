"""``lms storage copy``: by key or by place, and a sentence about what to write where."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.server import write_settings
from lms_leiderschap.cli import main
from lms_leiderschap.demo.bulk import fill_bulk
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
