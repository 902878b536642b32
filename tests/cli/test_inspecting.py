"""Settings are looked at before a server starts, and `lms check` tells all that is wrong."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from bench.server import write_settings
from lms_leiderschap.cli import main
from lms_leiderschap.cli.inspecting import findings, masked, refuse_unsafe
from lms_leiderschap.errors import SettingError

TOP = Path(__file__).parents[2]
SECRET = "Zeer-Geheim-7"
INSTITUTION = '[[institutions]]\nkey = "{key}"\nurl = "{url}"\nstorage = "{storage}"\n'


def written(
    folder: Path, lines: str = "", listen: str = "127.0.0.1:1", institutions: str = ""
) -> str:
    ini = write_settings(folder)
    text = ini.read_text("utf-8").replace("127.0.0.1:6543", listen)
    for line in lines.splitlines():
        name = line.partition(" = ")[0]
        kept = [one for one in text.splitlines() if not one.startswith(f"{name} =")]
        text = "\n".join(kept)
    ini.write_text(text.replace("[app:main]", f"[app:main]\n{lines}"), "utf-8")
    if institutions:
        (folder / "institutions.toml").write_text(institutions, "utf-8")
    return str(ini)


def institution(url: str, key: str = "noord", storage: str = "file:noord") -> str:
    return INSTITUTION.format(key=key, url=url, storage=storage)


@pytest.mark.promise("E8")
@pytest.mark.parametrize(
    ("more", "where", "said"),
    [
        ({"lines": "lms.dmo = true"}, "bench.ini", "Is lms.demo meant?"),
        ({"lines": "lms.demo = true", "listen": "0.0.0.0:1"}, "lms.demo", "lms.demo_for_all"),
        ({"lines": "lms.body_max = much"}, "bench.ini", "lms.body_max must be a whole number"),
        ({"institutions": institution("http://leren.nl")}, "url of noord", "https://"),
        ({"institutions": institution("https://leren.noord.example")}, "url of noord", "example"),
        ({"institutions": institution("leren.nl")}, "url of noord", "must be as https://"),
        ({"institutions": institution("https://a.nl") + institution("https://b.nl", "zuid")},
         "storage", "2 times"),
        ({"institutions": institution("https://a.nl") + institution("https://b.nl")},
         "key", "2 times"),
        ({"institutions": institution("https://a.nl")
          + institution("https://b.nl", "zuid", "file:zuid")}, "hosts of noord", "nobody"),
        ({"institutions": institution("https://a.nl", "../a")}, "key", "small letters"),
        ({"institutions": '[[institutions]]\nkey = "a"\nstorage = "file:a"\n'},
         "bench.ini", "no url"),
        ({"lines": "lms.mail_from = nobody"}, "lms.mail_from", "e-mail address"),
        ({"lines": "lms.mail_from = lms@school.example",
          "institutions": institution("https://leren.nl")}, "lms.mail_from", "example"),
        ({"lines": "lms.body_max = -5"}, "bench.ini", "lms.body_max must be a whole number"),
        ({"institutions": institution("https://a.nl") + 'host = "a.nl"\n'},
         "bench.ini", "host is no line of an institution"),
        ({"lines": "lms.metrics = 9100 "}, "lms.metrics", "127.0.0.1:9100"),
        ({"lines": "lms.side = institutions.toml/side.sqlite"}, "lms.side", "cannot be written"),
        ({"listen": "127.0.0.1"}, "listen", "a port"),
    ],
)  # fmt: skip
def test_what_is_unsafe_is_refused_with_its_place(
    tmp_path: Path, more: dict[str, Any], where: str, said: str
) -> None:
    ini = written(tmp_path, **more)
    with pytest.raises(SettingError) as refused:
        refuse_unsafe(ini)
    place, _colon, sentence = str(refused.value).partition(": ")
    assert where in place and said in sentence
    assert main(["serve", ini]) == 1


@pytest.mark.promise("E8")
def test_a_demo_for_all_is_one_that_was_said_twice(tmp_path: Path) -> None:
    refuse_unsafe(written(tmp_path, "lms.demo = true\nlms.demo_for_all = true", "0.0.0.0:1"))


@pytest.mark.promise("E8")
@pytest.mark.parametrize("proxy", [
    "trusted_proxy = *", "trusted_proxy_headers = x-forwarded-for",
    "trusted_proxy = 127.0.0.1\ntrusted_proxy_headers = x-forwarded-fro",
    "trusted_proxy = 127.0.0.1\ntrusted_proxy_headers = forwarded x-forwarded-for",
])  # fmt: skip
def test_not_everybody_is_a_proxy(tmp_path: Path, proxy: str) -> None:
    ini = Path(written(tmp_path))
    ini.write_text(ini.read_text().replace("threads = 4", proxy))
    with pytest.raises(SettingError, match="trusted_proxy"):
        refuse_unsafe(str(ini))


@pytest.mark.promise("B7", "E8")
@pytest.mark.parametrize(
    ("server", "line", "said"),
    [
        ("threads = vier", "threads", "whole number"),
        ("workers = 2", "workers", "one process only"),
    ],
)
def test_processes_that_cannot_be_are_told(
    tmp_path: Path, server: str, line: str, said: str
) -> None:
    ini = Path(written(tmp_path))
    text = re.sub(rf"(?m)^{line} = .*\n", "", ini.read_text("utf-8"))
    ini.write_text(text.replace("[server:main]", f"[server:main]\n{server}"), "utf-8")
    told = {finding.where.rpartition(", ")[2]: finding for finding in findings(str(ini))}
    assert said in told[line].sentence and told[line].refused


def test_jobs_that_nobody_does_are_told(tmp_path: Path) -> None:
    found = [one for one in findings(written(tmp_path, "lms.jobs = false")) if "jobs" in one.where]
    assert len(found) == 1 and not found[0].refused


def test_a_proxy_that_does_not_say_when_an_upload_began_is_told(tmp_path: Path) -> None:
    ini = Path(written(tmp_path))
    ini.write_text(ini.read_text().replace("threads = 4", "trusted_proxy = 127.0.0.1"))
    (found,) = findings(str(ini), reach=False)
    assert "lms.receiving_header" in found.where and not found.refused
    text = ini.read_text().replace("[app:main]", "[app:main]\nlms.receiving_header = X-Took")
    ini.write_text(text)
    assert not list(findings(str(ini), reach=False))


@pytest.mark.promise("E8")
def test_keys_and_passwords_are_for_nobody_else_to_read(tmp_path: Path) -> None:
    ini = written(tmp_path, f"lms.mail = smtp://lms:{SECRET}@localhost")
    os.chmod(ini, 0o644)
    with pytest.raises(SettingError, match="chmod 640") as refused:
        refuse_unsafe(ini)
    assert SECRET not in str(refused.value)
    os.chmod(ini, 0o640)
    refuse_unsafe(ini)
    (tmp_path / "keys").mkdir()
    for name in ("meting.key", "meting.2026-11.key"):
        key = tmp_path / "keys" / name
        key.write_bytes(b"k" * 32)
        key.chmod(0o640)
        with pytest.raises(SettingError, match="chmod 600"):
            refuse_unsafe(ini)
        key.chmod(0o600)


@pytest.mark.promise("E8")
def test_a_password_comes_from_a_file_and_is_shown_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from lms_leiderschap.cli import settings_of

    (tmp_path / "password").write_text(f"{SECRET}@/:\n")
    lines = "lms.mail = smtp://lms@localhost:26\nlms.mail_password_file = password"
    dsn = f"postgresql:host=127.0.0.1 port=1 dbname=a user=b password={SECRET}"
    ini = written(tmp_path, lines, institutions=institution("https://a.nl", storage=dsn))
    settings = settings_of(ini)
    assert settings.mail == f"smtp://lms:{SECRET}%40%2F%3A@localhost:26"
    assert SECRET not in repr(settings)
    (tmp_path / "institutions.toml").chmod(0o600)
    assert main(["check", ini]) == 0  # a database that is away is told, and no reason not to start
    said = capsys.readouterr()
    assert "PostgreSQL does not answer" in said.out and SECRET not in said.out + said.err
    (tmp_path / "institutions.toml").chmod(0o644)
    assert main(["check", ini]) == 1
    assert SECRET not in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [f"host=a password={SECRET} dbname=b", f"password='{SECRET} \\' x' host=a",
     f"postgresql://u:{SECRET}@host/db", f"smtps://u:{SECRET}@host"],
)  # fmt: skip
def test_a_password_is_masked(text: str) -> None:
    assert SECRET not in masked(text) and "***" in masked(text)


def test_the_examples_of_the_project_say_what_is_to_be_changed() -> None:
    assert not [one for one in findings(str(TOP / "development.ini")) if one.refused]


def test_every_setting_is_explained_in_production_ini() -> None:
    source = (TOP / "src/lms_leiderschap/settings_file.py").read_text("utf-8")
    asked = set(re.findall(r'"(lms\.[a-z_]+)"', source))
    text = (TOP / "production.ini").read_text("utf-8")
    assert len(asked) > 20
    assert not {name for name in asked if not re.search(rf"^(# +)?{name} = ", text, re.M)}


def test_production_ini_names_only_settings_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "institutions.toml").write_text(institution("https://leren.nl"))
    text = (TOP / "production.ini").read_text().replace("/etc/lms/", f"{tmp_path}/")
    text = text.replace("/var/lib/lms/", f"{tmp_path}/").replace("lms.example", "lms.nl")
    ini = tmp_path / "production.ini"
    ini.write_text(text)
    assert not [one for one in findings(str(ini)) if one.refused]


def test_an_ini_file_that_is_broken_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ini = tmp_path / "broken.ini"
    ini.write_text("[app:main\nlms.demo = true\n", "utf-8")
    assert main(["check", str(ini)]) == 1
    assert "broken.ini cannot be read" in capsys.readouterr().out


def test_every_line_that_means_nothing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ini = Path(written(tmp_path))
    lines = "[app:main]\nlms.jbos = false\nlms.dmeo = true"
    ini.write_text(ini.read_text().replace("[app:main]", lines))
    assert main(["check", str(ini)]) == 1
    said = capsys.readouterr().out
    assert "lms.jbos is not a setting. Is lms.jobs meant?" in said
    assert "lms.dmeo is not a setting. Is lms.demo meant?" in said
