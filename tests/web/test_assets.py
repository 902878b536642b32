"""The built assets are what the manifest says, and are served compressed for a year."""

import gzip
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from pyramid.config import Configurator
from webob import Request
from webtest import TestApp

from lms_leiderschap.errors import SettingError
from lms_leiderschap.web import assets

FRONTEND = Path(__file__).parents[2] / "frontend"
FIRST_VISIT = ("lms.css", "lms.js", "icons.svg", "literata.woff2", "atkinson.woff2")


@pytest.fixture
def client() -> TestApp:
    config = Configurator()
    config.include(assets)
    return TestApp(config.make_wsgi_app())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(assets.DIST, tmp_path / "dist"))


def compressed_size(name: str) -> int:
    path = assets.DIST / assets.manifest()[name]["file"]
    packed = path.with_name(path.name + ".br")
    return (packed if packed.exists() else path).stat().st_size


def test_the_committed_files_are_what_the_manifest_says() -> None:
    assert assets.verify() == []


def test_every_gz_file_unpacks_to_its_original() -> None:
    for entry in assets.manifest().values():
        packed = assets.DIST / (entry["file"] + ".gz")
        if packed.exists():
            original = (assets.DIST / entry["file"]).read_bytes()
            assert gzip.decompress(packed.read_bytes()) == original


def test_a_changed_a_missing_and_a_stray_file_are_each_named(copy: Path) -> None:
    style = assets.manifest()["lms.css"]["file"]
    script = assets.manifest()["lms.js"]["file"]
    font = assets.manifest()["literata.woff2"]["file"]
    (copy / style).write_text("body {}")
    (copy / f"{script}.br").unlink()
    (copy / font).unlink()
    (copy / "old.css").write_text("")
    problems = assets.verify(copy)
    assert len(problems) == 4
    assert problems[0].startswith(f"{style} has changed: lms.css should have SHA-256")
    assert problems[1:3] == sorted([f"{font} is missing.", f"{script}.br is missing."])
    assert problems[3] == "old.css is not in the manifest."


def test_a_missing_manifest_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"The assets are missing: .* has no manifest\.json"):
        assets.read_manifest(tmp_path)


def test_a_broken_manifest_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(SettingError, match="cannot be read"):
        assets.read_manifest(tmp_path)


def test_an_unknown_asset_or_icon_is_refused_by_name() -> None:
    with pytest.raises(LookupError, match=r"No asset is called 'lms\.less'"):
        assets.asset_url("lms.less")
    with pytest.raises(LookupError, match="no icon 'unicorn'"):
        assets.icon("unicorn")


def test_the_address_of_an_asset_carries_its_hash() -> None:
    sha256 = assets.manifest()["lms.css"]["sha256"]
    assert assets.asset_url("lms.css") == f"/static/lms.{sha256[:12]}.css"
    assert assets.icon("check") == f"{assets.asset_url('icons.svg')}#check"


def test_the_sprite_draws_every_icon_it_lists_and_at_most_seventy() -> None:
    entry = assets.manifest()["icons.svg"]
    drawn = (assets.DIST / entry["file"]).read_text()
    assert len(entry["symbols"]) <= 70
    for name in entry["symbols"]:
        assert f'<symbol id="{name}" ' in drawn


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("lms.css", "text/css"),
        ("lms.js", "text/javascript"),
        ("icons.svg", "image/svg+xml"),
        ("literata.woff2", "font/woff2"),
    ],
)
def test_assets_are_served_with_their_type_for_a_year(
    client: TestApp, name: str, media_type: str
) -> None:
    answer = client.get(assets.asset_url(name))
    assert answer.content_type == media_type
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    sha256 = hashlib.sha256(answer.body).hexdigest()
    assert sha256 == assets.manifest()[name]["sha256"]


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)]
)
def test_the_smallest_encoding_the_browser_accepts_is_served(
    client: TestApp, accepted: str, encoding: str | None
) -> None:
    # Not through WebTest: that unpacks gzip itself and does not know br.
    request = Request.blank(assets.asset_url("lms.css"), headers={"Accept-Encoding": accepted})
    answer = request.get_response(client.app)
    assert answer.body
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_first_visit_weighs_at_most_150_kilobytes_and_the_script_12() -> None:
    assert sum(compressed_size(name) for name in FIRST_VISIT) <= 150 * 1024
    assert compressed_size("lms.js") <= 12 * 1024


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    assert not [path for path, entry in lock["packages"].items() if "resolved" in entry]


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    if not (FRONTEND / "node_modules").is_dir():
        pytest.skip("frontend/node_modules is not there: npm ci in frontend/ puts it there.")
    subprocess.run(["node", "build.mjs", str(tmp_path)], cwd=FRONTEND, check=True)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in assets.DIST.iterdir()}
    assert built.keys() == committed.keys()
    assert [name for name in built if built[name] != committed[name]] == []
