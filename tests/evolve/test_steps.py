"""A database of another release is refused in one sentence, and brought along wholly or not."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ZODB.DB import DB

from bench.server import INI as SERVER_INI
from bench.server import free_port
from lms_leiderschap import in_slices
from lms_leiderschap.cli import main, settings_of
from lms_leiderschap.cli.words import LISTENER
from lms_leiderschap.store.blobs import reading
from lms_leiderschap.store.evolving import EVOLVED, evolve, latest, steps
from lms_leiderschap.store.root import Databases, institution_in
from lms_leiderschap.store.storages import open_storage
from lms_leiderschap.submission.invariants import holders
from tests.evolve.keep import INI, INSTITUTIONS
from tests.reliability import ended

OLDEST = Path(__file__).parent / "demo-0.1.0.tar.xz"
pytestmark = [pytest.mark.promise("D11"), pytest.mark.part("backup")]


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    """The oldest kept database."""
    with tarfile.open(OLDEST) as archive:
        archive.extractall(tmp_path, filter="data")
    (tmp_path / "institutions.toml").write_text(INSTITUTIONS)
    (tmp_path / "demo.ini").write_text(INI)
    return tmp_path / "demo.ini"


def rows(ini: Path) -> tuple[int, list[type]]:
    """The number of the last step, and the kinds of all rows."""
    database = DB(open_storage(settings_of(str(ini)).institutions[0].storage, read_only=True))
    with reading(database) as connection:
        kinds = [type(row) for holder in holders(institution_in(connection))
                 for row in holder.rows.values()]  # fmt: skip
        number = connection.root().get(EVOLVED, 0)
    database.close()
    return number, kinds


def set_number(ini: Path, number: int) -> None:
    database = DB(open_storage(settings_of(str(ini)).institutions[0].storage))
    with database.transaction() as connection:
        connection.root()[EVOLVED] = number
    database.close()


def served(ini: Path) -> str:
    """What a server says that does not start."""
    live = ini.with_name("live.ini")
    live.write_text(SERVER_INI)
    words = [sys.executable, "-W", "ignore", "-m", "lms_leiderschap.cli", "serve", str(live)]
    done = subprocess.run([*words, "--port", str(free_port())], capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    assert done.returncode == 1
    return done.stderr


def test_steps_are_numbered_without_a_gap() -> None:
    assert [step.number for step in steps()] == list(range(1, latest() + 1))
    assert list(in_slices("evolve")) and all(step.about.endswith(".") for step in steps())


@pytest.mark.promise("G4")
def test_an_older_database_waits_and_a_newer_one_is_refused(
    ini: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--ini", str(ini)]
    assert "Next: lms evolve --backup REPOSITORY" in served(ini)
    for command in (["plugin", "disable", "hrm", *words],
                    ["erase", "a@b.nl", "--why", "x", *words], ["verify", *words]):
        assert main(command) == 1
        told = capsys.readouterr()
        assert "Next: lms evolve --backup REPOSITORY" in told.err + told.out
    assert main(["evolve", *words]) == 1
    assert "--no-backup" in capsys.readouterr().err
    set_number(ini, latest() + 1)
    assert "newer release" in served(ini)
    assert main(["evolve", "--no-backup", *words]) == 1
    assert "newer release" in capsys.readouterr().err


def test_what_is_done_is_told_at_once(ini: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    listening = LISTENER.set(lambda _kind, text: told.append((text, rows(ini)[0])))
    try:
        assert main(["evolve", "--backup", str(tmp_path / "repository"), "--ini", str(ini)]) == 0
    finally:
        LISTENER.reset(listening)
    assert "backup" in told[0][0]
    assert [number for _text, number in told] == list(range(latest() + 1))


def test_a_dry_run_looks_along_beside_a_server(ini: Path) -> None:
    server = open_storage(f"file:{ini.parent / 'demo'}")
    try:
        assert main(["evolve", "--dry-run", "--ini", str(ini)]) == 0
    finally:
        server.close()


def test_a_database_in_sqlite_is_wanted_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "institutions.toml").write_text(INSTITUTIONS.replace("file:", "sqlite:"))
    ini = tmp_path / "demo.ini"
    ini.write_text(INI)
    server = DB(open_storage(f"sqlite:{tmp_path / 'demo'}"))
    assert main(["evolve", "--no-backup", "--ini", str(ini)]) == 1
    assert "Stop it first" in capsys.readouterr().err
    server.close()
    assert main(["evolve", "--no-backup", "--ini", str(ini)]) == 0


def test_what_postgresql_backs_up_holds_up_no_other(
    ini: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = INSTITUTIONS.replace("demo", "ander").replace("file:ander", "postgresql:dbname=ander")
    (tmp_path / "institutions.toml").write_text(other + INSTITUTIONS)
    assert main(["evolve", "--backup", str(tmp_path / "repository"), "--ini", str(ini)]) == 1
    assert "Left as it was: ander" in capsys.readouterr().err
    (tmp_path / "institutions.toml").write_text(INSTITUTIONS)
    assert rows(ini)[0] == latest()


def test_a_dry_run_writes_nothing_and_a_second_run_finds_nothing(
    ini: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "demo" / "Data.fs"
    before = data.read_bytes()
    assert main(["evolve", "--dry-run", "--ini", str(ini)]) == 0
    assert "would change 18" in capsys.readouterr().out
    assert data.read_bytes() == before and set(rows(ini)[1]) == {dict}
    repository = tmp_path / "repository"
    assert main(["evolve", "--backup", str(repository), "--ini", str(ini)]) == 0
    number, kinds = rows(ini)
    assert number == latest() and set(kinds) == {str}
    assert len(list(repository.glob("demo/*.json"))) == 1
    capsys.readouterr()
    assert main(["evolve", "--backup", str(repository), "--ini", str(ini)]) == 0
    assert "nothing to do" in capsys.readouterr().out
    back = ["restore", "--from", str(repository), "--into", str(tmp_path / "back")]
    assert main([*back, "--ini", str(ini)]) == 1  # it came back as it was: of the release before
    assert "lms evolve" in capsys.readouterr().err
    (tmp_path / "keys" / "demo.key").unlink()
    shutil.rmtree(tmp_path / "back")
    assert main([*back, "--ini", str(ini)]) == 1
    assert "put the keys back" in capsys.readouterr().err
    assert not (tmp_path / "keys" / "demo.key").exists()


def test_whenever_it_is_killed_it_is_before_or_after(
    ini: Path, tmp_path: Path, tier: str, figure: Any
) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(tmp_path / "demo", kept)
    words = ["evolve", "--no-backup", "--ini", str(ini)]
    calls = ended.length(words)
    assert rows(ini)[0] == latest()
    kills = {"commit": 2, "nightly": 30, "release": 100}[tier]
    between = 0
    for at in sorted(random.sample(range(1, calls), kills)):
        shutil.rmtree(tmp_path / "demo")
        shutil.copytree(kept, tmp_path / "demo")
        ended.kill(words, at)
        number, kinds = rows(ini)
        between += (number, set(kinds)) not in ((0, {dict}), (latest(), {str}))
        assert main(words) == 0
        assert (latest(), {str}) == (rows(ini)[0], set(rows(ini)[1]))
    figure("databases between two releases", between, f"of {kills} kills", at_most=0)


def test_a_step_in_batches_is_taken_up_where_it_was_cut_off(ini: Path) -> None:
    databases = Databases(settings_of(str(ini)), any_release=True)
    database = databases.database(databases.settings.institutions[0])
    [real] = steps()

    def failing(institution: Any) -> Iterator[str]:
        for count, path in enumerate(real.change(institution), 1):
            yield path
            if count == 7:
                raise InterruptedError

    try:
        with pytest.raises(InterruptedError):
            list(evolve(database, institution_in, [replace(real, change=failing, batch=5)]))
        with reading(database) as connection:
            assert connection.root().get(EVOLVED, 0) == 0
        assert [count for _step, count in evolve(database, institution_in, [real])] == [13]
    finally:
        databases.close()
