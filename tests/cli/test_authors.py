"""The commands of an author, in the order in which they are used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from zipfile import ZipFile

import pytest

from lms_leiderschap.cli import main
from lms_leiderschap.plugin.loader import GROUP
from lms_leiderschap.plugin.parcel.archive import read_zip
from lms_leiderschap.plugin.parcel.checked import core_version, read_checked
from lms_leiderschap.plugin.parcel.keys import read_trusted
from lms_leiderschap.plugin.parcel.signing import check as check_signature
from lms_leiderschap.plugin.parcel.trust import Trust

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands work from the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "maker")
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("lms_team"):
            del sys.modules[name]


def test_each_step_names_the_next(capsys: Said) -> None:
    assert main(["plugin", "new", "team-scan"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Next: lms dev team-scan"
    assert main(["plugin", "new", "team-scan"]) == 1
    assert "nothing was written" in capsys.readouterr().err
    assert main(["plugin", "check", "team-scan"]) == 0
    assert "Level: zilver. Next: lms plugin pack team-scan" in capsys.readouterr().out
    assert main(["plugin", "pack", "team-scan"]) == 0
    assert "/addons" in capsys.readouterr().out
    bundle = read_zip(Path("team-scan/dist/team-scan-1.0.0.zip").read_bytes())
    checked = read_checked(bundle)
    assert checked is not None and (checked.level, checked.core) == ("zilver", core_version())


def test_without_a_title_it_is_called_by_its_name() -> None:
    main(["plugin", "new", "team-scan", "--author", "Een maker"])
    head = tomllib.loads(Path("team-scan/plugin.toml").read_text("utf-8"))
    assert (head["title"], head["author"]) == ("Team scan", "Een maker")


def test_root_is_nobody(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    monkeypatch.setenv("LOGNAME", "root")
    assert main(["plugin", "new", "team-scan", "--python"]) == 0
    head = Path("team-scan/pyproject.toml").read_text("utf-8")
    assert tomllib.loads(head)["project"]["authors"] == [{"name": "Vul hier in wie dit maakt."}]
    capsys.readouterr()
    assert main(["plugin", "check", "team-scan"]) == 0
    said = capsys.readouterr().out
    assert "It has no author." in said and "Level: brons" in said
    main(["plugin", "key", "new", "sleutel"])
    assert "root" not in capsys.readouterr().out


@pytest.mark.parametrize(("typed", "title"), [("De scan", "De scan"), ("", "Team scan")])
def test_at_a_terminal_it_asks_for_the_title(tmp_path: Path, typed: str, title: str) -> None:
    ours, theirs = os.openpty()
    try:
        os.write(ours, f"{typed}\n".encode())
        words = [sys.executable, "-m", "lms_leiderschap.cli", "plugin", "new", "team-scan"]
        done = subprocess.run(words, cwd=tmp_path, stdin=theirs, check=True, capture_output=True)
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"[Team scan]" in done.stdout
    head = tomllib.loads(Path("team-scan/plugin.toml").read_text("utf-8"))
    assert head["title"] == title


def test_what_must_be_repaired_is_said_with_file_and_line(capsys: Said) -> None:
    main(["plugin", "new", "team-scan"])
    text = Path("team-scan/texts/na.md")
    text.write_text("Kijk met je team terug.\n")
    capsys.readouterr()
    assert main(["plugin", "check", "team-scan", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    [finding] = [each for check in said["checks"] if check["level"] == "brons"
                 for each in check["findings"]]  # fmt: skip
    assert said["level"] == ""
    assert (finding["file"], finding["line"]) == ("texts/na.md", 1)
    assert finding["what"] and finding["repair"]
    assert main(["plugin", "pack", "team-scan"]) == 1
    assert not Path("team-scan/dist").exists()


def test_one_that_does_not_load_is_one_finding(capsys: Said) -> None:
    main(["plugin", "new", "team-scan"])
    file = Path("team-scan/modules/team-scan.toml")
    file.write_text(file.read_text().replace("brief =", "breif ="))
    capsys.readouterr()
    assert main(["plugin", "check", "team-scan", "--json"]) == 1
    [check] = json.loads(capsys.readouterr().out)["checks"]
    [finding] = check["findings"]
    assert finding["file"] == "modules/team-scan.toml" and finding["line"] > 30
    assert "brief" in finding["what"]


def test_a_zip_is_signed_and_a_change_is_seen(capsys: Said) -> None:
    main(["plugin", "new", "team-scan"])
    capsys.readouterr()
    assert main(["plugin", "key", "new", "sleutel"]) == 0
    said = capsys.readouterr().out
    rows = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    Path("trusted.toml").write_text("\n".join(rows))
    trusted = read_trusted(Path("trusted.toml"))
    assert Path("sleutel").stat().st_mode & 0o077 == 0
    assert main(["plugin", "key", "new", "sleutel"]) == 1
    assert main(["plugin", "pack", "team-scan", "--key", "sleutel", "--signer", "Wij"]) == 0
    path = Path("team-scan/dist/team-scan-1.0.0.zip")
    sender = check_signature(read_zip(path.read_bytes()), trusted)
    assert (sender.state, sender.name) == ("trusted", "maker")
    assert main(["plugin", "sign", str(path), "--key", "sleutel", "--signer", "Zij"]) == 0
    assert check_signature(read_zip(path.read_bytes()), trusted).state == "trusted"
    assert main(["plugin", "sign", "team-scan", "--key", "sleutel", "--signer", "Wij"]) == 0
    assert Path("team-scan/signature.json").is_file()
    capsys.readouterr()
    main(["plugin", "check", "team-scan", "--json"])
    signed = [check for check in json.loads(capsys.readouterr().out)["checks"]
              if check["name"] == "signed"]  # fmt: skip
    assert signed[0]["findings"] == []


def test_a_wheel_is_built_signed_and_taken_for_what_it_is(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    main(["plugin", "new", "team-wiel", "--python"])
    main(["plugin", "key", "new", "sleutel"])
    capfd.readouterr()
    assert main(["plugin", "pack", "team-wiel", "--key", "sleutel"]) == 0
    assert "pip install" in capfd.readouterr().out
    [wheel] = Path("team-wiel/dist").iterdir()
    written = {path.name for path in Path("team-wiel/src/lms_team_wiel").iterdir()}
    assert not written & {"checked.json", "signature.json"}
    installed = tmp_path / "installed"
    with ZipFile(wheel) as archive:
        archive.extractall(installed)
    assert json.loads((installed / "lms_team_wiel/checked.json").read_text())["level"] == "zilver"
    for name in [name for name in sys.modules if name.startswith("lms_team_wiel")]:
        del sys.modules[name]
    sys.path[:] = [str(installed), *(path for path in sys.path if "team-wiel" not in path)]
    public = Path("sleutel.pub").read_text().strip()
    point = EntryPoint("team-wiel", "lms_team_wiel:plugin", GROUP)
    assert Trust({public: "Wij"}, ()).sender_of(point).state == "trusted"
    assert point.load().name == "team-wiel"


def test_a_folder_is_given_code(capsys: Said) -> None:
    main(["plugin", "new", "team-scan"])
    capsys.readouterr()
    assert main(["plugin", "eject", "team-scan"]) == 0
    assert "Next: lms dev" in capsys.readouterr().out
    assert main(["plugin", "check", "team-scan-python"]) == 0
    assert main(["plugin", "eject", "team-scan-python"]) == 1
    assert "a Python package already" in capsys.readouterr().err


def test_looking_in_a_browser_says_what_it_needs(capsys: Said) -> None:
    main(["plugin", "new", "team-scan"])
    assert main(["plugin", "check", "team-scan", "--browser", "--axe", "nowhere.js"]) == 1
    assert capsys.readouterr().err.startswith(("To look in a browser", "Say where axe-core is"))
