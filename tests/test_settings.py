"""Whose plugins may run is read from the ini file."""

from pathlib import Path

import pytest

from lms_leiderschap.plugin.parcel.trust import Trust
from lms_leiderschap.settings import Settings
from lms_leiderschap.settings_file import read_settings

INSTITUTIONS = '[[institutions]]\nkey = "a"\nurl = "http://a"\nstorage = "file:a"\n'


def settings(folder: Path, **lines: str) -> Settings:
    (folder / "institutions.toml").write_text(INSTITUTIONS)
    named = {f"lms.{name}": value for name, value in lines.items()}
    return read_settings({"lms.institutions": "institutions.toml", **named}, str(folder))


def test_nobody_is_trusted_and_nothing_runs_unsigned_unless_the_operator_says_so(
    tmp_path: Path,
) -> None:
    found = settings(tmp_path)
    assert found.trusted_keys is None
    assert not Trust(unsigned=found.unsigned_plugins).lets_in("hrm")


@pytest.mark.parametrize(
    ("line", "allowed", "refused"),
    [
        ("hrm, plg-scan", ["hrm", "plg-scan"], ["hr", "scan", "*"]),
        ("hrm\nplg-scan", ["hrm", "plg-scan"], ["intake"]),
        ("*", ["hrm", "intake"], []),
    ],
)
def test_plugins_without_a_signature_are_named(
    tmp_path: Path, line: str, allowed: list[str], refused: list[str]
) -> None:
    found = settings(tmp_path, unsigned_plugins=line, trusted_keys="trusted.toml")
    assert found.trusted_keys == tmp_path / "trusted.toml"
    trust = Trust(unsigned=found.unsigned_plugins)
    assert all(trust.lets_in(name) for name in allowed)
    assert not any(trust.lets_in(name) for name in refused)
