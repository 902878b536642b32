"""Who sends a plugin is what the operator says of a key, and nothing in a signed plugin changes."""

import importlib
import json
import marshal
import py_compile
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, distributions
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_leiderschap.plugin.error import PluginError
from lms_leiderschap.plugin.parcel.archive import Bundle, admit, read_zip, write_zip
from lms_leiderschap.plugin.parcel.manifest import Manifest
from lms_leiderschap.plugin.parcel.signing import (
    MANIFEST,
    UNKNOWN,
    Sender,
    check,
    check_distribution,
    new_key,
    sign,
    sign_package,
)
from tests.plugin.hostile import GOOD

PRIVATE, PUBLIC = new_key()
TRUSTED = {PUBLIC: "Via Vinci"}
SIGNED = sign(admit(GOOD), PRIVATE, "Ministerie van Alles")
OURS = Sender("trusted", "Via Vinci", PUBLIC)


def test_the_name_of_a_sender_is_the_operators_and_not_what_the_plugin_claims() -> None:
    assert check(SIGNED, TRUSTED) == OURS
    assert check(read_zip(write_zip(SIGNED)), TRUSTED) == OURS


def test_no_signature_or_a_strange_key_is_an_unknown_sender() -> None:
    assert check(admit(GOOD), TRUSTED) == UNKNOWN
    stranger = new_key()
    assert check(SIGNED, {stranger[1]: "Iemand"}) == Sender("unknown", "", PUBLIC)
    assert check(sign(SIGNED, stranger[0], "Via Vinci"), TRUSTED).state == "unknown"


def test_signing_twice_gives_one_signature() -> None:
    assert sign(SIGNED, PRIVATE, "Ministerie van Alles") == SIGNED
    assert check(sign(SIGNED, new_key()[0], "Ander"), {}).key != PUBLIC


def test_a_plugin_without_a_version_is_not_signed() -> None:
    with pytest.raises(PluginError, match=r"^plugin\.toml:1: this file needs a name and a version"):
        sign(Bundle({"plugin.toml": b'schema = "plugin/1"\nname = "scan"\n'}), PRIVATE, "x")


@given(st.sampled_from(list(SIGNED)), st.data())
def test_one_other_byte_anywhere_in_a_signed_plugin_is_found(
    path: str, drawn: st.DataObject
) -> None:
    data = bytearray(SIGNED[path])
    data[drawn.draw(st.integers(0, len(data) - 1))] ^= drawn.draw(st.integers(1, 255))
    for trusted in (TRUSTED, {}):
        with pytest.raises(PluginError) as caught:
            check(Bundle({**SIGNED, path: bytes(data)}), trusted)
        assert caught.value.file == path


@given(st.sampled_from(list(SIGNED)))
def test_a_file_that_is_gone_is_found(path: str) -> None:
    rest = Bundle({name: data for name, data in SIGNED.items() if name != path})
    if path == MANIFEST:
        assert check(rest, TRUSTED) == UNKNOWN
        return
    with pytest.raises(PluginError, match="missing") as caught:
        check(rest, TRUSTED)
    assert caught.value.file == path


@given(st.from_regex(r"[a-z]{1,8}/[a-z]{1,8}\.md", fullmatch=True), st.binary(max_size=20))
def test_a_file_too_many_is_found(path: str, data: bytes) -> None:
    with pytest.raises(PluginError, match="added") as caught:
        check(Bundle({**SIGNED, path: data}), TRUSTED)
    assert caught.value.file == path


def rewritten(change: Callable[[dict], object]) -> bytes:
    plain = json.loads(SIGNED[MANIFEST])
    change(plain)
    return json.dumps(plain, indent=1, sort_keys=True).encode() + b"\n"


@pytest.mark.parametrize(
    "manifest",
    [
        rewritten(lambda plain: plain.update(signer="Een ander")),
        rewritten(lambda plain: plain.update(version="9")),
        rewritten(lambda plain: plain.update(key=new_key()[1])),
        rewritten(lambda plain: plain.update(key="ed25519:x")),
        rewritten(lambda plain: plain.update(schema="signature/2")),
        rewritten(lambda plain: plain.update(signature="AAAA")),
        rewritten(lambda plain: plain.update(signature="")),
        rewritten(lambda plain: plain.update(signature="é")),
        rewritten(lambda plain: plain.update(more="")),
        rewritten(lambda plain: plain.pop("files")),
        rewritten(lambda plain: plain.update(files=[])),
        rewritten(lambda plain: plain["files"].update({"plugin.toml": 1})),
        rewritten(lambda plain: plain["files"].update({"plugin.toml": "00"})),
        rewritten(lambda plain: plain["files"].pop("plugin.toml")),
        SIGNED[MANIFEST] + b" ",
        b"",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"a": "\\ud800"}',
    ],
    ids=range(20),
)
def test_a_signature_that_is_not_right_is_an_error_and_never_a_sender(manifest: bytes) -> None:
    with pytest.raises(PluginError) as caught:
        check(Bundle({**SIGNED, MANIFEST: manifest}), TRUSTED)
    assert caught.value.file == MANIFEST


@pytest.mark.parametrize(
    "manifest",
    [
        Manifest("scan", "1.1.0", "\ud800", "", {}),
        Manifest("\ud800", "1.1.0", "x", "", {}),
        Manifest("scan", "1.1.0", "x", "", {"\ud800.md": "0" * 64}),
    ],
    ids=["signer", "name", "files"],
)
def test_half_a_character_in_a_signature_is_not_read(manifest: Manifest) -> None:
    with pytest.raises(PluginError, match="this signature cannot be read"):
        check(Bundle({**GOOD, MANIFEST: manifest.signed(PRIVATE).written()}), TRUSTED)


def test_a_signature_of_one_plugin_does_not_serve_another(tmp_path: Path) -> None:
    for name, data in GOOD.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    sign_package(tmp_path, "scan", "2.0.0", PRIVATE, "x")
    with pytest.raises(PluginError, match="of another plugin or version"):
        check(Bundle({**GOOD, MANIFEST: (tmp_path / MANIFEST).read_bytes()}), TRUSTED)


def installed(site: Path, value: str = "lms_signed_scan:plugin") -> EntryPoint:
    """The entry point of a distribution that is installed in a folder."""
    facts = site / "signed_scan-1.1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: signed-scan\nVersion: 1.1.0\n")
    (facts / "entry_points.txt").write_text(f"[lms_leiderschap.plugins]\nsigned-scan = {value}\n")
    (found,) = distributions(path=[str(site)])
    (point,) = found.entry_points
    return point


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A signed package whose import is a failure; it lies apart, as one in development does."""
    folder = tmp_path / "src" / "lms_signed_scan"
    (folder / "panels").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('imported')\n")
    (folder / "panels" / "week.py").write_text("")
    (folder / "plugin.toml").write_bytes(GOOD["plugin.toml"])
    sign_package(folder, "signed-scan", "1.1.0", PRIVATE, "x")
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    return folder


def test_an_installed_plugin_is_checked_without_importing_it(package: Path, tmp_path: Path) -> None:
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "__init__.cpython-311.pyc").write_bytes(b"")
    point = installed(tmp_path / "site")
    assert check_distribution(point, TRUSTED) == OURS
    assert check_distribution(point, {}) == Sender("unknown", "", PUBLIC)
    (package / MANIFEST).unlink()
    assert check_distribution(point, TRUSTED) == UNKNOWN
    assert "lms_signed_scan" not in sys.modules


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("evil.py", "added"),
        ("panels/evil.so", "added"),
        ("panels/__init__.pyc", "added"),
        ("panels/week.py", "changed"),
        ("__init__.py", "changed"),
        ("plugin.toml", "changed"),
    ],
)
def test_other_code_in_a_signed_package_is_found(
    package: Path, tmp_path: Path, path: str, words: str
) -> None:
    (package / path).write_text("import os\n")
    with pytest.raises(PluginError, match=words) as caught:
        check_distribution(installed(tmp_path / "site"), TRUSTED)
    assert caught.value.file == path


def compiled(package: Path, source: str, name: str = "__init__", flags: int = 0) -> Path:
    """Other code as the compiled file of a module: the source it claims is what lies there."""
    path = Path(cache_from_source(str(package / f"{name}.py")))
    path.parent.mkdir(exist_ok=True)
    code = marshal.dumps(compile(source, "x", "exec"))
    said = (package / "__init__.py").read_bytes()
    path.write_bytes(MAGIC_NUMBER + flags.to_bytes(4, "little") + source_hash(said) + code)
    return path


@pytest.mark.parametrize("flags", [1, 3], ids=["unchecked", "checked"])
def test_compiled_code_that_is_run_beside_another_source_is_found(
    package: Path, tmp_path: Path, flags: int
) -> None:
    path = compiled(package, "whose = 'other code'", flags=flags)
    # It is run indeed: the source raises.
    assert importlib.import_module("lms_signed_scan").whose == "other code"
    del sys.modules["lms_signed_scan"]
    with pytest.raises(PluginError, match="does not look at its source") as caught:
        check_distribution(installed(tmp_path / "site"), TRUSTED)
    assert caught.value.file == f"__pycache__/{path.name}"


def test_compiled_code_without_a_source_is_found(package: Path, tmp_path: Path) -> None:
    compiled(package, "", "gone")
    with pytest.raises(PluginError, match="no source beside it"):
        check_distribution(installed(tmp_path / "site"), TRUSTED)


def test_what_python_compiles_itself_is_let_through(package: Path, tmp_path: Path) -> None:
    for path in (package / "__init__.py", package / "panels" / "week.py"):
        assert py_compile.compile(
            str(path), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP
        )
    assert check_distribution(installed(tmp_path / "site"), TRUSTED) == OURS
    (package / "__pycache__" / "week.pyc").symlink_to(tmp_path)
    with pytest.raises(PluginError, match="no links"):
        check_distribution(installed(tmp_path / "site2"), TRUSTED)


def test_a_link_in_a_signed_package_is_found(package: Path, tmp_path: Path) -> None:
    (package / "elsewhere").symlink_to(tmp_path)
    with pytest.raises(PluginError, match="no links") as caught:
        check_distribution(installed(tmp_path / "site"), TRUSTED)
    assert caught.value.file == "elsewhere"


@pytest.mark.parametrize("value", ["lms_signed_scan.__pycache__.evil:plugin", ":::"])
def test_an_entry_point_leads_only_to_what_is_signed(
    package: Path, tmp_path: Path, value: str
) -> None:
    with pytest.raises(PluginError, match="entry point"):
        check_distribution(installed(tmp_path / "site", value), TRUSTED)


def test_a_signed_package_under_another_name_is_refused(package: Path) -> None:
    point = EntryPoint("hrm", "lms_signed_scan:plugin", "lms_leiderschap.plugins")
    with pytest.raises(PluginError, match="of 'signed-scan'"):
        check_distribution(point, TRUSTED)


@pytest.mark.parametrize(
    "value", ["nowhere_at_all:plugin", "tomllib_extra.a:p", ".a:p", "sys:path"]
)
def test_what_has_no_folder_of_its_own_has_no_sender(value: str) -> None:
    assert check_distribution(EntryPoint("x", value, "g"), TRUSTED) == UNKNOWN


def test_a_folder_without_init_has_no_sender(package: Path) -> None:
    (package / "__init__.py").unlink()
    sign_package(package, "signed-scan", "1.1.0", PRIVATE, "x")
    point = EntryPoint("signed-scan", "lms_signed_scan.panels.week:p", "g")
    assert check_distribution(point, TRUSTED) == UNKNOWN
