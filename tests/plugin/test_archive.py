"""Zips that strangers send: what is read, and what is refused before it costs anything."""

import io
import random
import tracemalloc
from pathlib import Path
from zipfile import ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.folder import read_folder
from lms_leiderschap.plugin.parcel.admitted import MOST_FILES, MOST_TEXT
from lms_leiderschap.plugin.parcel.archive import Bundle, admit, read_directory, read_zip, write_zip
from tests.plugin.hostile import GOOD, HEAD, HOSTILE, MB, PNG, beside, renamed, zipped


class Watched(io.BytesIO):
    """A file that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_zip_is_refused_with_the_file_named_and_takes_no_memory(case: str) -> None:
    build, name, words = HOSTILE[case]
    file = Watched(build())
    tracemalloc.start()
    try:
        with pytest.raises(PluginError) as caught:
            read_zip(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.file == name
    assert words in caught.value.sentence
    assert str(caught.value).isprintable()
    # Far from the 60 MB that are allowed: the directory alone decides about what is large.
    assert peak < 8 * MB
    assert file.taken < MB


def test_the_line_of_what_is_no_text_is_named() -> None:
    with pytest.raises(PluginError, match=r"^texts/a\.md:2: this file is not UTF-8"):
        read_zip(HOSTILE["latin-1"][0]())


def test_the_end_of_a_text_may_not_be_half_a_letter() -> None:
    with pytest.raises(PluginError, match="not UTF-8"):
        read_zip(beside("a.md", b"x" * 1000 + b"\xc3"))


def test_a_zipped_folder_is_read_without_the_folder_and_without_litter() -> None:
    around: dict[str | ZipInfo, bytes] = {"scan/": b"", "scan/texts/": b""}
    around |= {f"scan/{path}": data for path, data in GOOD.items()}
    around |= {
        "scan/.DS_Store": b"\0",
        "__MACOSX/scan/._plugin.toml": b"\0",
        "scan/LICENSE": b"BSD",
    }
    found = read_zip(zipped(around, comment=b"from elsewhere"))
    assert found == {**GOOD, "LICENSE": b"BSD"}
    assert list(found) == sorted(found)


def test_names_in_utf_8_are_read_whether_the_zip_says_so_or_not() -> None:
    as_said = beside("images/schéma.png", PNG)
    not_said = renamed("images/sche\u0301ma.png".encode())
    assert "images/schéma.png" in read_zip(as_said)
    assert "images/schéma.png" in read_zip(beside("images/sche\u0301ma.png", PNG))
    with pytest.raises(PluginError, match=r"^images/schéma\.png: this is not a png"):
        read_zip(not_said)


def test_a_large_plugin_is_read_in_little_more_than_its_own_size() -> None:
    photo = b"\xff\xd8\xff" + bytes(45 * MB)
    info = ZipInfo("images/a.jpg")
    data = io.BytesIO(zipped({**GOOD, info: photo}))
    tracemalloc.start()
    try:
        found = read_zip(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found["images/a.jpg"]) == len(photo)
    assert peak < 60 * MB


def test_equal_files_give_an_equal_zip_that_reads_back() -> None:
    turned = dict(reversed(GOOD.items()))
    long = {"texts/lang.md": b"Nog eens. " * 5000}  # packs so well that it looks like a bomb
    assert write_zip(admit(GOOD)) == write_zip(admit(turned))
    assert read_zip(write_zip(admit({**GOOD, **long}))) == {**GOOD, **long}
    assert admit(GOOD).digest == admit(turned).digest != admit({**GOOD, **long}).digest


def test_a_bundle_is_read_as_a_folder() -> None:
    bundle = admit(GOOD)
    root = bundle.traversable()
    assert read_folder(root)["name"] == "scan"
    assert [place.name for place in root.iterdir()] == ["images", "plugin.toml", "texts"]
    assert (root / "images" / "a.png").read_bytes() == PNG
    assert root.joinpath("texts", "voor.md").read_text() == "Één tekst."
    assert (root / "texts").is_dir() and not (root / "texts").is_file()
    assert not (root / "reports").is_dir()
    with pytest.raises(FileNotFoundError):
        (root / "reports").read_bytes()
    with pytest.raises(IsADirectoryError):
        (root / "texts").read_bytes()
    with pytest.raises(NotADirectoryError):
        (root / "plugin.toml").iterdir()


@pytest.mark.parametrize(("name", "words"), [("../a.md", "leaves"), ("a.svg", "no code")])
def test_a_bundle_never_has_a_path_that_a_zip_may_not_have(name: str, words: str) -> None:
    with pytest.raises(PluginError, match=words):
        Bundle({name: b""})


def test_made_elsewhere_means_the_same_rules() -> None:
    with pytest.raises(PluginError, match=r"^a\.md:1: this file is not UTF-8"):
        admit({"a.md": b"\xff"})
    with pytest.raises(PluginError, match="more than 500 files"):
        admit({f"{number}.md": b"" for number in range(MOST_FILES + 1)})


def test_a_folder_on_disk_is_read_without_what_is_for_its_author(tmp_path: Path) -> None:
    extra = {
        ".git/config": b"",
        "tests/test_a.py": b"",
        "texts/__pycache__/a.pyc": b"",
        ".a.swp": b"",
    }
    for name, data in {**GOOD, **extra}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert read_directory(tmp_path) == GOOD
    (tmp_path / "a.py").write_bytes(b"")
    with pytest.raises(PluginError, match=r"^a\.py: a folder plugin carries no code"):
        read_directory(tmp_path)


@pytest.mark.parametrize("target", ["plugin.toml", "texts", "/etc/passwd", "nowhere"])
def test_links_on_disk_are_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "plugin.toml").write_bytes(HEAD)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.md").symlink_to(tmp_path / target)
    with pytest.raises(PluginError, match=r"^texts/a\.md: this is a link"):
        read_directory(tmp_path)


def test_a_folder_that_is_too_much_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(10**12)  # a file with a hole: no machine could read it
    with pytest.raises(PluginError, match=r"^a\.md: together the files are larger than 50 MB"):
        read_directory(tmp_path)
    with pytest.raises(PluginError, match="no files"):
        read_directory(tmp_path / "nowhere")


SMALL = write_zip(admit(GOOD))


@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
def test_a_zip_with_one_other_byte_is_refused_or_the_same(place: int, difference: int) -> None:
    data = bytearray(SMALL)
    data[place] ^= difference
    try:
        assert read_zip(bytes(data)) == GOOD
    except PluginError:
        assert bytes(data) != SMALL


@given(st.integers(0, len(SMALL) - 1))
def test_a_zip_that_was_cut_off_is_refused(length: int) -> None:
    with pytest.raises(PluginError):
        read_zip(SMALL[:length])


@given(st.binary(min_size=1, max_size=300), st.sampled_from([b"", SMALL[-22:], SMALL]))
def test_any_bytes_are_refused_in_a_sentence(data: bytes, end: bytes) -> None:
    with pytest.raises(PluginError):
        read_zip(data + end)


def test_a_text_is_at_most_half_a_megabyte_and_all_texts_five() -> None:
    most = b"x" * MOST_TEXT
    assert admit({**GOOD, "texts/a.md": most})
    for read in (lambda: admit({**GOOD, "texts/a.md": most + b"x"}),
                 lambda: read_zip(beside("texts/a.md", random.Random(1).randbytes(MOST_TEXT).hex()
                                         .encode()))):  # fmt: skip
        with pytest.raises(PluginError, match=r"^texts/a\.md: this text is larger than 500 KB"):
            read()
    many = {f"texts/{n}.md": most for n in range(10)}
    with pytest.raises(PluginError, match="the texts are larger than 5 MB"):
        admit({**GOOD, **many})
    with pytest.raises(PluginError, match="the texts are larger than 5 MB"):
        read_zip(write_zip(Bundle({**GOOD, **many})))
