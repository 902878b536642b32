"""An institution moves between storages in all directions, whole or not at all."""

from __future__ import annotations

import io
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import transaction
from zc.lockfile import LockError
from ZODB.DB import DB

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.copying import compare, copy
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.folder import Folder, Resource
from lms_leiderschap.store.storages import open_storage
from tests.postgresql import binaries, shared

KINDS = ("file", "sqlite", *(["postgresql"] if binaries() else []))
SIZES = (0, 1, 70_000, 3_000_000)  # bytes of files; the last one is several pieces

Place = Callable[[str], str]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """place(kind) names a storage that holds nothing yet."""
    made: list[str] = []

    def name(kind: str) -> str:
        word = f"copy_{secrets.token_hex(4)}"
        if kind != "postgresql":
            return f"{kind}:{tmp_path / word}"
        shared(durable=False).create(word)
        made.append(word)
        return f"postgresql:{shared(durable=False).dsn(word)}"

    yield name
    for word in made:
        shared(durable=False).drop(word)


def fill(storage: str, count: int = 40) -> None:
    """Objects that were changed, some that nothing leads to any more, and files."""
    database = DB(open_storage(storage))
    with database.transaction() as connection:
        root = connection.root()["top"] = Folder()
        for size in SIZES:
            file = StoredFile(f"{size}.bin", "application/octet-stream", datetime.now(UTC))
            connection.add(file)
            file.fill(io.BytesIO(secrets.token_bytes(size)), connection)
            root.add(f"file-{size}", file)
    for number in range(count):
        with database.transaction() as connection:
            root = connection.root()["top"]
            root.add(f"r{number}", Resource())
            root.turns = number
    with database.transaction() as connection:
        connection.root()["top"].remove("r3")
    database.close()


def seen(storage: str) -> dict[str, Any]:
    """What a person would find in there."""
    database = DB(open_storage(storage))
    connection = database.open(transaction_manager=transaction.TransactionManager())
    root = connection.root()["top"]
    found: dict[str, Any] = dict.fromkeys(root) | {"turns": root.turns}
    for size in SIZES:
        file = root[f"file-{size}"]
        with file.open() as source:
            found[file.name] = (source.read(), file.sha256)
    connection.close()
    database.close()
    return found


@pytest.mark.promise("G2")
@pytest.mark.parametrize(("one", "other"), list(product(KINDS, KINDS)))
def test_it_moves_from_each_to_each(place: Place, one: str, other: str) -> None:
    source, target = place(one), place(other)
    fill(source)
    before = seen(source)
    copied = copy(source, target)
    assert copied.files == len(SIZES)
    assert copied.records > 45
    assert seen(target) == before == seen(source)
    fill_more(target)  # and work goes on there
    assert len(seen(target)) == len(before) + 20


def fill_more(storage: str) -> None:
    database = DB(open_storage(storage))
    for number in range(20):
        with database.transaction() as connection:
            connection.root()["top"].add(f"later-{number}", Resource())
    database.close()


@pytest.mark.promise("G2")
@pytest.mark.parametrize("kind", KINDS)
def test_what_holds_something_is_no_target(place: Place, kind: str) -> None:
    source, target = place("file"), place(kind)
    fill(source)
    fill(target, count=5)
    before = seen(target)
    with pytest.raises(SettingError, match="is not empty"):
        copy(source, target)
    assert seen(target) == before


@pytest.mark.promise("G2")
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_open_is_no_source(place: Place, kind: str) -> None:
    source, target = place(kind), place("file")
    fill(source)
    database = DB(open_storage(source))
    try:
        with pytest.raises((SettingError, LockError), match=r"open|lock"):
            copy(source, target)
    finally:
        database.close()
    assert not Path(target.partition(":")[2]).exists()
    assert copy(source, target).files == len(SIZES)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_cannot_be_copied(place: Place, kind: str) -> None:
    with pytest.raises(SettingError, match="nothing in"):
        copy(place(kind), place("file"))


@pytest.mark.promise("G2", "E4")
@pytest.mark.parametrize("where", ["blobs", "main.sqlite3"])
def test_one_other_byte_is_found(place: Place, where: str) -> None:
    source, target = place("file"), place("sqlite")
    fill(source)
    copy(source, target)
    directory = Path(target.partition(":")[2])
    if where == "blobs":
        path = max(directory.rglob("*.blob"), key=lambda path: path.stat().st_size)
        os.chmod(path, 0o600)
        with path.open("r+b") as file:
            file.seek(1_234_567)
            byte = file.read(1)
            file.seek(1_234_567)
            file.write(bytes([byte[0] ^ 1]))
    else:
        fill_more(target)
    one, other = open_storage(source), open_storage(target)
    with pytest.raises(SettingError, match="differs"):
        compare(one, other)
    one.close()
    other.close()


@pytest.mark.promise("G2")
@pytest.mark.skipif("postgresql" not in KINDS, reason="apt-get install postgresql")
def test_half_a_copy_is_not_served(place: Place) -> None:
    source, target = place("file"), place("postgresql")
    fill(source)
    blob = max(Path(source.partition(":")[2]).rglob("*.blob"), key=lambda path: path.stat().st_size)
    kept = blob.rename(blob.with_suffix(".kept"))
    with pytest.raises(AssertionError):  # RelStorage misses the file
        copy(source, target)
    with pytest.raises(SettingError, match="not done"):
        open_storage(target)
    kept.rename(blob)
    copy(source, target)
    assert seen(target) == seen(source)


@pytest.mark.slow
@pytest.mark.tier("nightly")
@pytest.mark.promise("G2")
@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_that_is_cut_off_is_begun_anew(place: Place, kind: str, tier: str) -> None:
    source, target = place("file"), place(kind)
    fill(source, count=400)
    words = ["-W", "ignore", "-m", "lms_leiderschap.cli", "storage", "copy", source, target]
    begun = time.monotonic()
    whole = place(kind)
    subprocess.run([sys.executable, *words[:-1], whole], check=True, stdout=subprocess.DEVNULL)
    lasts = time.monotonic() - begun
    kills = {"nightly": 10, "release": 50}[tier]
    for kill in range(kills):
        process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            process.wait(lasts * (0.3 + 0.65 * kill / kills))  # the first part is the start
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        if process.wait(60) == 0:
            break
    else:
        # One that was killed after its last step is whole, and no place to copy to.
        with suppress(SettingError):
            copy(source, target)
    assert seen(target) == seen(source)
