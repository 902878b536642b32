"""Key files, and the file that says whose keys are trusted."""

import itertools
import stat
from pathlib import Path

import pytest

from lms_leiderschap.errors import SettingError
from lms_leiderschap.plugin.parcel.keys import new_key, public_of, read_key, read_trusted, save_key

PRIVATE, PUBLIC = new_key()


def test_a_key_file_is_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "via-vinci.key"
    save_key(path, PRIVATE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(path) == PRIVATE
    assert (tmp_path / "via-vinci.key.pub").read_text().strip() == public_of(PRIVATE) == PUBLIC
    with pytest.raises(SettingError, match="cannot be made"):
        save_key(path, new_key()[0])
    assert read_key(path) == PRIVATE


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    save_key(tmp_path / "a.key", PRIVATE)
    (tmp_path / "a.key").chmod(0o640)
    with pytest.raises(SettingError, match="chmod 600"):
        read_key(tmp_path / "a.key")


@pytest.mark.parametrize(
    "text", ["", PUBLIC, PRIVATE[:-4], PRIVATE.replace("=", ""), "é"], ids=range(5)
)  # the keys differ each time, names of tests may not
def test_what_is_no_private_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.key").touch(mode=0o600)
    (tmp_path / "a.key").write_text(text, "utf-8")
    with pytest.raises(SettingError, match=r"a\.key"):
        read_key(tmp_path / "a.key")
    with pytest.raises(SettingError, match="cannot be read"):
        read_key(tmp_path / "nowhere.key")


def test_trusted_keys_are_read_with_the_names_of_their_owners(tmp_path: Path) -> None:
    other = new_key()[1]
    path = tmp_path / "trusted.toml"
    path.write_text(
        f'[[keys]]\nname = "Via Vinci"\nkey = "{PUBLIC}"\n[[keys]]\nname = "B"\nkey = "{other}"\n'
    )
    assert read_trusted(path) == {PUBLIC: "Via Vinci", other: "B"}
    assert read_trusted(None) == {}


ROW = f'[[keys]]\nname = "A"\nkey = "{PUBLIC}"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "trusted.toml: this file holds [[keys]]"),
        ("[[key]]\n", "trusted.toml: this file holds [[keys]]"),
        ("keys = 1", "trusted.toml: this file holds [[keys]]"),
        ("keys = [1]", "trusted.toml:1: each of [[keys]] is a table"),
        ("\n[[keys]\n", "trusted.toml is not valid TOML: "),
        ('[[keys]]\nname = "A"\n', 'trusted.toml:1: this key needs: key = "…"'),
        (ROW.replace('"A"', '" "'), 'trusted.toml:2: this key needs: name = "…"'),
        (ROW.replace('"A"', "3"), 'trusted.toml:2: this key needs: name = "…"'),
        (f"{ROW}naam = 1\n", "trusted.toml:4: 'naam' is not known here"),
        (f'{ROW}\n[[keys]]\nname = "B"\nkey = "x"', "trusted.toml:7: this is not a public key"),
        (ROW.replace(PUBLIC, PRIVATE), "trusted.toml:3: this is not a public key"),
        (ROW + ROW, "trusted.toml:6: this key stands here twice, also as 'A'"),
    ],
    ids=itertools.count(),
)
def test_a_wrong_file_of_trusted_keys_says_what_and_where(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "trusted.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingError) as caught:
        read_trusted(path)
    assert said in str(caught.value)


def test_no_file_and_no_text_is_a_sentence_too(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff")
    for path in (tmp_path / "a.toml", tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(SettingError, match="cannot be read"):
            read_trusted(path)
