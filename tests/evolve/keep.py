"""Keep a packed demo database of this release: python -m tests.evolve.keep VERSION (maintainers).

Every later release opens it: what was stored once is read for ever.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ZODB.DB import DB

from lms_leiderschap.addon.actions import change_settings, pause, switch_on
from lms_leiderschap.addon.data_actions import put_records
from lms_leiderschap.addon.receiving import checked_folder, receive_folder
from lms_leiderschap.app import configure
from lms_leiderschap.cli import settings_of
from lms_leiderschap.store.storages import open_storage
from tests.addon.zips import bundle

HERE = Path(__file__).parent
INI = """[app:main]
lms.institutions = institutions.toml
lms.side = side.sqlite
lms.keys = keys
lms.unsigned_plugins = *
lms.mail = files:mail
lms.demo = true
"""
INSTITUTIONS = """[[institutions]]
key = "demo"
url = "http://localhost"
storage = "file:demo"
"""


def keep(version: str) -> Path:
    """Make the demo, pack it, and put it into an archive named after the version."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "demo.ini").write_text(INI)
        (directory / "institutions.toml").write_text(INSTITUTIONS)
        lms = Path(sys.executable).with_name("lms")
        subprocess.run([lms, "demo", "--ini", directory / "demo.ini"], check=True)
        add_folder(directory / "demo.ini")
        database = DB(open_storage(f"file:{directory / 'demo'}"))
        database.pack()
        database.close()
        for left in ("Data.fs.old", "Data.fs.lock", "Data.fs.tmp", "Data.fs.index"):
            (directory / "demo" / left).unlink(missing_ok=True)
        target = HERE / f"demo-{version}.tar.xz"
        with tarfile.open(target, "w:xz") as archive:
            archive.add(directory / "demo", "demo")
        return target


def add_folder(ini: Path) -> None:
    """What an institution keeps of add-ons: a folder that is on, a record, a setting, a pause."""
    registry = configure(settings_of(str(ini))).registry
    entry, at = registry.lms.institutions[0], datetime.now(UTC)

    def act(one: Any) -> None:
        plugin, sender = checked_folder(one, registry.shelves, bundle())
        receive_folder(one, bundle(), plugin, sender, connection=one._p_jar, by="system", at=at)
        switch_on(one, "samen", version=plugin.version, by="system", at=at)
        change_settings(one, "samen", {"weken": 4}, by="system", at=at)
        put_records(one.kept_addons().named("samen"), {("samen", "k"): ({"n": 1}, 1)}, at=at)
        pause(one, "hrm", "Even niet.", "", by="system", at=at)

    registry.jobs.within(entry, act)
    registry.databases.close()


if __name__ == "__main__":
    sys.stdout.write(f"Kept {keep(sys.argv[1])}\n")
