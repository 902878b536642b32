"""A file is on the disk before the record that names it is."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KEEP_ONE = """
import io, sys, transaction
from datetime import UTC, datetime
from ZODB.DB import DB
from lms_leiderschap.store.durable import DurableFileStorage
from lms_leiderschap.store.file import StoredFile
database = DB(DurableFileStorage(sys.argv[1] + "/Data.fs", blob_dir=sys.argv[1] + "/blobs"))
with database.transaction("before") as connection:
    sys.stderr.flush()
with database.transaction("hand in") as connection:
    file = StoredFile("a.pdf", "application/pdf", datetime.now(UTC))
    connection.add(file)
    file.fill(io.BytesIO(b"x" * 100_000), connection)
    connection.root()["file"] = file
database.close()
"""


def test_blob_is_synced_before_the_log(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed: nothing here sees what is asked of the disk")
    told = tmp_path / "told"
    subprocess.run([strace, "-f", "-y", "-e", "trace=fsync,fdatasync", "-o", told, sys.executable,
                    "-W", "ignore", "-c", KEEP_ONE, tmp_path], check=True, timeout=60)
    synced = re.findall(r"f(?:data)?sync\(\d+<([^>]+)>\)", told.read_text())
    (blob,) = [at for at, path in enumerate(synced) if path.endswith(".blob")]
    last = max(at for at, path in enumerate(synced) if path.endswith("Data.fs"))
    directories = [synced.index(str(folder)) for folder in Path(synced[blob]).parents
                   if folder.is_relative_to(tmp_path / "blobs")]
    assert len(directories) > 1
    assert all(blob < at < last for at in directories)
