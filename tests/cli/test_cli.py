"""The command: 0 is right, 1 something is wrong and named, 2 wrong usage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from webtest import TestApp

from lms_leiderschap.app import configure
from lms_leiderschap.cli import main, settings_of
from lms_leiderschap.store.storages import open_storage

INI = """[app:main]
lms.institutions = institutions.toml
lms.side = side.sqlite
lms.keys = keys
lms.mail = files:mail
lms.demo = true
lms.unsigned_plugins = *
"""
INSTITUTIONS = '[[institutions]]\nkey = "demo"\nurl = "http://localhost"\nstorage = "file:demo"\n'


@pytest.fixture
def ini(tmp_path: Path) -> str:
    (tmp_path / "institutions.toml").write_text(INSTITUTIONS)
    (tmp_path / "lms.ini").write_text(INI)
    return str(tmp_path / "lms.ini")


def test_wrong_words_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["demoo"])
    assert stopped.value.code == 2
    assert "demoo" in capsys.readouterr().err


def test_a_missing_file_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--ini", "nowhere.ini"]) == 1
    assert capsys.readouterr().err == "There is no file nowhere.ini.\n"


def test_assets_are_as_built(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assets", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"problems": []}


def test_a_person_of_the_demo_is_exported_and_erased(
    ini: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--ini", ini]) == 0
    assert main(["demo", "--ini", ini]) == 0
    assert "there already" in capsys.readouterr().out
    email = "anna.dewit@voorbeeld.example"
    assert main(["export", email, "--ini", ini]) == 0
    assert json.loads(capsys.readouterr().out)["person"]["email"] == email
    assert main(["erase", email, "--why", "op eigen verzoek", "--ini", ini]) == 0
    assert main(["export", email, "--ini", ini]) == 1
    assert email in capsys.readouterr().err


FOUND = ("--name", "Academie Zuid", "--admin", "ada@zuid.example", "--given-name", "Ada",
         "--family-name", "Kok")  # fmt: skip


@pytest.fixture
def two(ini: str, tmp_path: Path) -> str:
    """Two institutions; nothing is founded."""
    second = INSTITUTIONS.replace('"demo"', '"zuid"').replace("file:demo", "file:zuid")
    second = second.replace("localhost", "zuid.example")
    second = second.replace("url", 'hosts = ["zuid.example"]\nurl')
    first = INSTITUTIONS.replace("url", 'hosts = ["localhost"]\nurl')
    (tmp_path / "institutions.toml").write_text(first + second)
    return ini


def test_the_first_administrator_of_a_second_institution_chooses_a_password(
    two: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["found", *FOUND, "--ini", two]) == 1
    assert "--institution KEY" in capsys.readouterr().err
    words = ["found", "--institution", "zuid", *FOUND, "--ini", two]
    assert main(words) == 0
    link = capsys.readouterr().out.splitlines()[-1]
    assert link.startswith("http://zuid.example/link/invitation/")
    assert main(words) == 1
    assert "already holds an institution" in capsys.readouterr().err
    registry = (config := configure(settings_of(two))).registry
    try:
        web = TestApp(config.make_wsgi_app(), extra_environ={"HTTP_HOST": "zuid.example"})
        form = web.get(link).forms["form"]
        form["password"] = "wandelen langs het water"
        form.submit("choose", status=303)
        assert "Ada" in web.get("/roles").text
        assert web.get("/addons", status=200)
        assert web.get(link, status=410)
    finally:
        registry.databases.close()
        registry.side.close()


def test_what_is_no_address_founds_nothing(two: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = [word.replace("ada@", "ada") for word in FOUND]
    assert main(["found", "--institution", "zuid", *words, "--ini", two]) == 1
    assert "no e-mail address" in capsys.readouterr().err
    assert main(["export", "ada", "--institution", "zuid", "--ini", two]) == 1
    assert "zuid is still empty" in capsys.readouterr().err


def test_beside_a_running_server_it_says_so(ini: str, capsys: pytest.CaptureFixture[str]) -> None:
    storage = open_storage(settings_of(ini).institutions[0].storage)
    try:
        assert main(["demo", "--ini", ini]) == 1
    finally:
        storage.close()
    assert "has this database open" in capsys.readouterr().err


def test_wrong_settings_are_named(ini: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(ini)
    path.write_text(INI.replace("files:mail", "pigeon:mail"))
    assert main(["demo", "--ini", ini]) == 1
    assert "lms.mail" in capsys.readouterr().err
