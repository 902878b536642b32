"""A server does not start with another signing key than its database signed with."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bench.server import write_settings
from lms_leiderschap.app import configure
from lms_leiderschap.cli import main, settings_of
from lms_leiderschap.cli.keys import check_keys
from lms_leiderschap.errors import SettingError
from tests.conftest import storage_in


def check(ini: Path) -> None:
    registry = configure(settings_of(str(ini))).registry
    with closing(registry.databases), closing(registry.side):
        registry.databases.open_all()
        check_keys(registry)


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    """Of an institution that was begun, and whose server started once."""
    ini = write_settings(tmp_path, storage_in(tmp_path, "database", durable=True))
    check(ini)  # nobody founded it: nothing is kept
    words = ["--name", "Meting", "--admin", "ada@meting.test", "--given-name", "Ada",
             "--family-name", "Meting"]  # fmt: skip
    assert main(["found", *words, "--ini", str(ini)]) == 0
    check(ini)
    return ini


def test_the_same_key_starts_again(ini: Path) -> None:
    check(ini)


def test_a_missing_key_is_told_and_not_made(ini: Path) -> None:
    key = ini.parent / "keys" / "meting.key"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(SettingError, match=r"There is no .*meting\.key"):
        check(ini)
    assert not key.exists()
    key.write_bytes(kept)
    check(ini)


def test_another_key_is_refused_until_somebody_accepts_it(ini: Path) -> None:
    key = ini.parent / "keys" / "meting.key"
    key.write_bytes(b"that of another machine, 32 bytes")
    with pytest.raises(SettingError, match="not the one its database signed with"):
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
