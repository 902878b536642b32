"""PostgreSQL brought back to a moment between two backups, with the lines of docs/operations.md."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bench.server import free_port, write_settings
from lms_leiderschap.cli import main, settings_of
from lms_leiderschap.cli.upkeep import wrong_with
from lms_leiderschap.store.file import StoredFile
from tests.deploy.archiving import archive_command
from tests.postgresql import HOST, PostgreSQL
from tests.reliability import live

pytestmark = [pytest.mark.slow, pytest.mark.tier("nightly"), pytest.mark.promise("E2"),
              pytest.mark.part("backup")]  # fmt: skip
ARCHIVING = """
archive_mode = on
archive_command = '{command}'
archive_timeout = 60
"""
RECOVERING = """
port = {port}
restore_command = 'cp {archive}/%f %p'
recovery_target_time = '{moment}'
recovery_target_action = 'promote'
archive_mode = off
"""


@pytest.fixture
def server() -> Iterator[PostgreSQL]:
    server = PostgreSQL(durable=True)
    archive = server.directory / "archive"
    archive.mkdir()
    if server.owner:
        shutil.chown(archive, **server.owner)
    server.stop()
    with (server.data / "postgresql.conf").open("a") as file:
        file.write(ARCHIVING.format(command=archive_command(archive)))
    server.start()
    yield server
    server.remove()


def write(ini: Path, text: bytes) -> None:
    def act(institution: Any) -> None:
        person = next(iter(institution.people.values()))
        file = StoredFile("a.pdf", "application/pdf", datetime.now(UTC))
        institution._p_jar.add(file)
        file.fill(BytesIO(text), institution._p_jar)
        person.staged.add(file.id, file)

    with live.opened(ini) as registry:
        live.within(registry, act)


def staged(ini: Path) -> list[bytes]:
    with live.opened(ini) as registry:
        return live.within(registry, lambda one: sorted(  # type: ignore[no-any-return]
            Path(file.path()).read_bytes()
            for file in next(iter(one.people.values())).staged.values()))  # fmt: skip


def test_it_comes_back_as_it_was_at_a_moment(
    server: PostgreSQL, tmp_path: Path, figure: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    server.create("lms")
    ini = write_settings(tmp_path, f"postgresql:{server.dsn('lms')}")
    assert main(["demo", "--ini", str(ini), "--participants", "2"]) == 0
    assert main(["backup", str(tmp_path / "repository"), "--ini", str(ini)]) == 1
    assert "pg_basebackup" in capsys.readouterr().err
    write(ini, b"before the backup")
    base = server.directory / "base"
    server._run("pg_basebackup", "-h", HOST, "-p", str(server.port), "-U", "lms",
                "-D", str(base), "-c", "fast", "-X", "stream")  # fmt: skip
    write(ini, b"after the backup")
    [(moment,)] = server.execute("SELECT now()")
    time.sleep(0.1)  # the moment lies between two transactions
    write(ini, b"what should not have happened")
    [(last,)] = server.execute("SELECT pg_walfile_name(pg_switch_wal())")
    while not (server.directory / "archive" / last).exists():
        time.sleep(0.2)
    server.stop()
    begun, before = time.monotonic(), server.port
    _recovered(server, base, moment)
    named = tmp_path / "institutions.toml"
    named.write_text(named.read_text().replace(f"port={before}", f"port={server.port}"))
    assert staged(ini) == [b"after the backup", b"before the backup"]
    settings = settings_of(str(ini))
    assert wrong_with(settings, settings.institutions[0]) == []
    figure("PostgreSQL back at a moment", time.monotonic() - begun, "s", at_most=1800)


def _recovered(server: PostgreSQL, base: Path, moment: datetime) -> None:
    """Start the server from its base backup, up to a moment, on another port."""
    port = free_port()
    with (base / "postgresql.conf").open("a") as file:
        file.write(RECOVERING.format(port=port, archive=server.directory / "archive",
                                     moment=moment.isoformat(sep=" ")))  # fmt: skip
    (base / "recovery.signal").touch()
    shutil.rmtree(server.data)
    base.rename(server.data)
    server.port = port
    server.start()
    asked = [server.programs / "psql", "-h", HOST, "-p", str(port), "-U", "lms", "-Atc",
             "SELECT pg_is_in_recovery()", "postgres"]  # fmt: skip
    while subprocess.run(asked, capture_output=True, check=False).stdout.strip() != b"f":
        time.sleep(0.2)
