"""Packing loses nothing: not when it is killed, not when the disk is full."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from lms_leiderschap.cli import main, settings_of
from lms_leiderschap.cli.upkeep import wrong_with
from lms_leiderschap.store.file import StoredFile
from tests.conftest import STORAGE
from tests.reliability import ended, live

pytestmark = [
    pytest.mark.promise("E3"),
    pytest.mark.part("backup"),
    pytest.mark.skipif(STORAGE != "file", reason="RelStorage packs in transactions"),
]
FULL = """
import resource, signal, sys
from lms_leiderschap.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    """An institution of which a part was replaced and a part thrown away."""
    ini, _sheets = live.make(tmp_path, 6)
    with live.opened(ini) as registry:
        live.within(registry, fill)
        live.within(registry, throw_away)
    return ini


def fill(institution: Any) -> None:
    for person in institution.people.values():
        file = StoredFile("a.pdf", "application/pdf", datetime.now(UTC))
        institution._p_jar.add(file)
        file.fill(BytesIO(random.randbytes(5000)), institution._p_jar)
        person.staged.add(file.id, file)


def throw_away(institution: Any) -> None:
    for person in list(institution.people.values())[::2]:
        for name in list(person.staged):
            person.staged.remove(name)


def kept(ini: Path) -> list[str]:
    """The fingerprints of all files that are named."""
    with live.opened(ini) as registry:
        return live.within(registry, lambda one: sorted(
            hashlib.sha256(Path(file.path()).read_bytes()).hexdigest()
            for person in one.people.values() for file in person.staged.values()
        ))  # type: ignore[no-any-return] # fmt: skip


def wrong(ini: Path) -> list[str]:
    settings = settings_of(str(ini))
    return wrong_with(settings, settings.institutions[0])


def test_killed_at_any_moment_it_loses_nothing(
    ini: Path, tmp_path: Path, tier: str, figure: Any
) -> None:
    words = ["pack", "--minutes", "0", "--ini", str(ini)]
    database, before = tmp_path / "database", kept(ini)
    shutil.copytree(database, tmp_path / "kept")
    length = ended.length(words)
    kills = {"commit": 2, "nightly": 20, "release": 50}[tier]
    lost = 0
    for after in sorted(random.sample(range(1, length), kills)):
        shutil.rmtree(database)
        shutil.copytree(tmp_path / "kept", database)
        ended.kill(words, after)
        lost += kept(ini) != before or wrong(ini) != []
        assert main(words) == 0
        lost += kept(ini) != before or wrong(ini) != []
    figure("databases that lost something", lost, f"of {kills} kills", at_most=0)


def test_a_kill_between_the_two_names_of_a_file(ini: Path, tmp_path: Path) -> None:
    before = kept(ini)
    data = tmp_path / "database" / "Data.fs"
    data.rename(data.with_name("Data.fs.old"))
    assert kept(ini) == before and wrong(ini) == []


def test_a_full_disk_leaves_the_database_whole(ini: Path, tmp_path: Path) -> None:
    before = kept(ini)
    data = tmp_path / "database" / "Data.fs"
    room = str(data.stat().st_size // 2)
    words = [sys.executable, "-W", "ignore", "-c", FULL, room, "pack", "--minutes", "0"]
    done = subprocess.run([*words, "--ini", ini], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "File too large" in done.stderr, done.stderr
    assert not data.with_name("Data.fs.pack").exists()
    assert kept(ini) == before and wrong(ini) == []
