"""The files of deploy/ are read by the programs they are for."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.archiving import ARCHIVE, archive_command
from tests.postgresql import PostgreSQL

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
LEAST_SAFE = 2.5  # of systemd-analyze security: 0 is best, 10 worst
PLACES = re.compile(r"/(?:opt|srv)/[^\s;'%]+")


def ask(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.fixture
def analyze() -> str:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")
    return program


@pytest.mark.promise("E11", "G3")
def test_systemd_reads_the_units_and_knows_every_line(analyze: str, tmp_path: Path) -> None:
    here = []
    for unit in UNITS:  # our program lies elsewhere here, and this machine may run no PostgreSQL
        text = unit.read_text("utf-8").replace("/opt/lms/bin/lms", "/bin/true")
        here.append(tmp_path / unit.name)
        here[-1].write_text(text, "utf-8")
    said = ask(analyze, "verify", *here)
    assert said.returncode == 0 and not said.stderr, said.stderr


@pytest.mark.parametrize("name", [
    "lms", "lms-worker", "lms-backup", "lms-backup-verify", "lms-verify"])
def test_a_service_may_do_little(analyze: str, name: str) -> None:
    unit = DEPLOY / "systemd" / f"{name}.service"
    said = ask(analyze, "security", "--offline=true", unit).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found and float(found[1]) <= LEAST_SAFE, said[-200:]


def test_what_the_units_and_nginx_name_fits_together() -> None:
    ini = (DEPLOY.parent / "production.ini").read_text("utf-8")
    listen = re.search(r"^listen = (\S+)$", ini, re.M)
    assert listen is not None
    assert f"ListenStream={listen[1]}" in (DEPLOY / "systemd/lms.socket").read_text("utf-8")
    nginx = (DEPLOY / "nginx/lms.conf").read_text("utf-8")
    assert f"server {listen[1]} " in (DEPLOY / "nginx/lms-upstream.conf").read_text("utf-8")
    body = re.search(r"^lms.body_max = (\d+)$", ini, re.M)
    limit = re.search(r"client_max_body_size (\d+)m;", nginx)
    assert body and limit and int(body[1]) == int(limit[1]) << 20
    header = re.search(r"^lms.receiving_header = (\S+)$", ini, re.M)
    assert header and f"proxy_set_header {header[1]} $request_time;" in nginx
    for unit in UNITS:
        assert "/etc/lms/production.ini" in unit.read_text("utf-8") or unit.suffix != ".service"


def test_the_containers_find_each_other_and_what_they_need() -> None:
    here = DEPLOY / "compose"
    compose = (here / "compose.yml").read_text("utf-8")
    services = re.findall(r"^  (\w+):", compose.partition("services:")[2], re.M)
    upstream = (here / "lms-upstream.conf").read_text("utf-8")
    server = re.search(r"^    server (\w+):(\d+) ", upstream, re.M)
    assert server and server[1] in services
    assert f"listen = 0.0.0.0:{server[2]}" in compose
    address = re.search(r"ipv4_address: ([\d.]+)\}", compose)
    assert address and f"trusted_proxy = {address[1]} " in compose
    mounted = re.findall(r'"(\.[^:"]*):', compose)
    ours = [name for name in mounted if name.startswith("../") or name.endswith(".conf")]
    assert ours and all((here / name).exists() for name in ours)
    body = re.search(r"client_body_temp_path (\S+)/[^/]+;",
                     (DEPLOY / "nginx/lms.conf").read_text("utf-8"))  # fmt: skip
    assert body and f':{body[1]}"' in compose  # the directory above it must be there


def test_the_image_has_what_postgresql_and_several_processes_need() -> None:
    """The extras, in the versions that the tests ran with."""
    installed = (DEPLOY / "compose/Dockerfile").read_text("utf-8")
    locks = re.findall(r"-r /src/(\S+)", installed)
    texts = {lock: (DEPLOY.parent / lock).read_text("utf-8")
             for lock in [*locks, "requirements-test.lock"]}  # fmt: skip
    found = {lock: set(re.findall(r"^[a-z][^ ]+==[^ ]+", text, re.M))
             for lock, text in texts.items()}  # fmt: skip
    assert found["requirements-extras.lock"] <= found["requirements-test.lock"]
    here = {pinned.partition("==")[0] for lock in locks for pinned in found[lock]}
    left = [Requirement(f"lms-leiderschap[{extra}]") for extra in ("sqlite", "postgresql",
                                                                   "gunicorn")]  # fmt: skip
    while left:
        one = left.pop()
        for needed in map(Requirement, requires(one.name) or ()):
            extras = one.extras or {""}
            if needed.marker and not any(needed.marker.evaluate({"extra": e}) for e in extras):
                continue
            assert canonicalize_name(needed.name) in here, f"{one.name} needs {needed.name}"
            if needed.name in ("RelStorage", "gunicorn"):
                left.append(needed)


def test_what_one_unit_finds_keeps_no_other_from_its_work() -> None:
    """Of a oneshot with two programs the second does not run when the first one ends with 1."""
    readme = (DEPLOY / "README.md").read_text("utf-8")
    for unit in UNITS:
        text = unit.read_text("utf-8")
        if unit.suffix == ".service":
            assert len(re.findall(r"^ExecStart=", text, re.M)) == 1, unit.name
        if unit.suffix == ".timer":
            assert unit.with_suffix(".service") in UNITS and unit.name in readme
        for place in re.findall(r"^ReadWritePaths=(\S+)$", text, re.M):
            assert re.search(rf"^install -d -o lms -g lms -m 700 {place} ", readme, re.M)


@pytest.mark.promise("E2")
def test_the_log_is_archived_once_and_a_file_that_is_asked_for_again_is_looked_at(
    tmp_path: Path,
) -> None:
    archive, segment, other = tmp_path / "wal", tmp_path / "segment", tmp_path / "other"
    archive.mkdir()
    segment.write_bytes(b"changes" * 999)
    other.write_bytes(b"changes of another server")

    def asked(path: Path) -> int:
        command = archive_command(archive).replace("%p", str(path)).replace("%f", "0001")
        return ask("sh", "-c", command).returncode

    (archive / ".0001").write_bytes(b"cut o")  # went down while it copied
    assert asked(segment) == 0
    assert asked(segment) == 0  # went down before it was noted
    assert asked(other) != 0 and (archive / "0001").read_bytes() == segment.read_bytes()
    assert asked(tmp_path / "missing") != 0
    manual = (DEPLOY.parent / "docs/operations.md").read_text("utf-8")
    assert archive_command(Path(ARCHIVE)) in manual


@pytest.mark.tier("nightly")
@pytest.mark.slow
def test_postgresql_starts_with_the_settings_and_the_rules(tmp_path: Path) -> None:
    server = PostgreSQL(durable=True)
    try:
        server.stop()
        settings = PLACES.sub(str(server.directory / "wal"),
                              (DEPLOY / "postgresql/lms.conf").read_text("utf-8"))  # fmt: skip
        with (server.data / "postgresql.conf").open("a") as file:
            file.write(settings.replace("'localhost'", "'127.0.0.1'"))
        rules = (DEPLOY / "postgresql/pg_hba.conf").read_text("utf-8")
        (server.data / "pg_hba.conf").write_text(f"host all lms 127.0.0.1/32 trust\n{rules}")
        server.start()
        wrong = server.execute("SELECT * FROM pg_file_settings WHERE error IS NOT NULL")
        assert not wrong
        # TLS is off on this server, so rules for it are told to be without effect.
        wrong = server.execute("SELECT * FROM pg_hba_file_rules WHERE error IS NOT NULL"
                               " AND type <> 'hostssl'")  # fmt: skip
        assert not wrong
        for name, value in {"synchronous_commit": "on", "fsync": "on",
                            "archive_mode": "on", "max_connections": "200"}.items():  # fmt: skip
            assert server.execute(f"SHOW {name}") == [(value,)]
    finally:
        server.remove()
