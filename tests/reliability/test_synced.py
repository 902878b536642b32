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
for name in ("one", "two"):
    with database.transaction() as connection:
        file = StoredFile("a.pdf", "application/pdf", datetime.now(UTC))
        connection.add(file)
        file.fill(io.BytesIO(b"x" * 100_000), connection)
        connection.root()[name] = file
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
    blobs = [at for at, path in enumerate(synced) if path.endswith(".blob")]
    commits = [at for at, path in enumerate(synced) if path.endswith("Data.fs")][-2:]
    assert [blobs[0] < commits[0] < blobs[1] < commits[1]] == [True]
    first, second = (synced[blob + 1:commit] for blob, commit in zip(blobs, commits, strict=True))
    assert first == [str(folder) for folder in Path(synced[blobs[0]]).parents
                     if folder.is_relative_to(tmp_path / "blobs")]
    # Of the second only its own folder and the one that this folder is new in.
    assert second == [str(folder) for folder in Path(synced[blobs[1]]).parents][:2]
