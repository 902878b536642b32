"""Keep a packed demo database of this release: python tests/evolve/keep.py VERSION (maintainers).

Every later release opens it: what was stored once is read for ever.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from ZODB.DB import DB

from lms_leiderschap.store.root import open_storage

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
        database = DB(open_storage(f"file:{directory / 'demo'}"))
        database.pack()
        database.close()
        for left in ("Data.fs.old", "Data.fs.lock", "Data.fs.tmp", "Data.fs.index"):
            (directory / "demo" / left).unlink(missing_ok=True)
        target = HERE / f"demo-{version}.tar.xz"
        with tarfile.open(target, "w:xz") as archive:
            archive.add(directory / "demo", "demo")
        return target


if __name__ == "__main__":
    sys.stdout.write(f"Kept {keep(sys.argv[1])}\n")
