"""No database opens where the signing key is not the one that it signed with."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from transaction import TransactionManager

from bench.server import write_settings
from lms_leiderschap.cli import main, settings_of
from lms_leiderschap.cli.serving import ready_app
from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.root import SIGNS_WITH, Databases
from tests.conftest import STORAGE, storage_in


def check(ini: Path) -> None:
    """What starting a server does."""
    registry = ready_app(settings_of(str(ini))).registry
    with closing(registry.databases), closing(registry.side):
        assert registry.databases.opened(registry.lms.institutions[0])


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    """Of an institution that was begun, and whose server started once."""
    ini = write_settings(tmp_path, storage_in(tmp_path, "database", durable=True))
    words = ["--name", "Meting", "--admin", "ada@meting.test", "--given-name", "Ada",
             "--family-name", "Meting"]  # fmt: skip
    assert main(["found", *words, "--ini", str(ini)]) == 0
    return ini


def test_a_missing_key_is_told_and_not_made(ini: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = ini.parent / "keys" / "meting.key"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(SettingError, match="is missing"):
        check(ini)
    assert main(["export", "ada@meting.test", "--ini", str(ini)]) == 1
    assert "is missing" in capsys.readouterr().err
    if STORAGE != "file":
        assert main(["worker", str(ini)]) == 1
        assert "is missing" in capsys.readouterr().err
    assert not key.exists()
    key.write_bytes(kept)
    check(ini)


def test_another_key_is_refused_until_somebody_accepts_it(
    ini: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["accept-key", "--ini", str(ini)]) == 1
    assert "Nothing was signed with another key" in capsys.readouterr().err
    key = ini.parent / "keys" / "meting.key"
    key.write_bytes(b"that of another machine, 32 bytes")
    with pytest.raises(SettingError, match="is not the key"):
        check(ini)
    assert main(["accept-key", "--ini", str(ini)]) == 0
    check(ini)


def test_a_key_that_was_put_aside_is_followed_by_a_new_one(ini: Path) -> None:
    key, aside = ini.parent / "keys" / "meting.key", ini.parent / "keys" / "meting.2026-11.key"
    key.rename(aside)
    check(ini)
    assert key.exists()
    aside.unlink()
    check(ini)  # the new one is kept now


@pytest.mark.skipif(STORAGE == "postgresql", reason="PostgreSQL makes its own backups")
def test_backups_go_on_with_a_new_key_and_those_of_before_come_back(ini: Path) -> None:
    key, place = ini.parent / "keys" / "meting.key", str(ini.parent / "repository")
    assert main(["backup", place, "--ini", str(ini)]) == 0
    key.rename(key.with_name("meting.2026-11.key"))
    check(ini)
    assert main(["backup", place, "--ini", str(ini)]) == 0
    assert main(["backup", "verify", place, "--ini", str(ini)]) == 0


def test_one_that_never_kept_its_key_does_from_its_next_start_on(ini: Path) -> None:
    settings = settings_of(str(ini))
    manager = TransactionManager(explicit=True)
    with closing(Databases(settings)) as databases:
        connection = databases.connect(settings.institutions[0], manager)
        with manager:
            del connection.root()[SIGNS_WITH]
        connection.close()
    check(ini)
    (ini.parent / "keys" / "meting.key").unlink()
    with pytest.raises(SettingError, match="is missing"):
        check(ini)
