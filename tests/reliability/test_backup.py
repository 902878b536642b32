"""A backup brings back what was there, whole, or says what is not."""

from __future__ import annotations

import gzip
import hashlib
import pickle
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from persistent.TimeStamp import TimeStamp

from lms_leiderschap.cli.upkeep import wrong_with
from lms_leiderschap.errors import SettingError
from lms_leiderschap.institution.actions import record
from lms_leiderschap.settings import InstitutionEntry
from lms_leiderschap.store.backup.making import back_up
from lms_leiderschap.store.backup.repository import STAMP, Manifest, Repository
from lms_leiderschap.store.backup.restoring import restore
from lms_leiderschap.store.backup.witness import denied
from lms_leiderschap.store.file import StoredFile
from lms_leiderschap.store.packing import pack
from lms_leiderschap.store.root import Databases
from tests.conftest import STORAGE

pytestmark = [
    pytest.mark.promise("E2"),
    pytest.mark.part("backup"),
    pytest.mark.skipif(STORAGE == "postgresql", reason="PostgreSQL makes its own backups"),
]


@pytest.fixture
def entry(registry: Any) -> InstitutionEntry:
    return registry.lms.institutions[0]  # type: ignore[no-any-return]


@pytest.fixture
def repository(registry: Any, entry: InstitutionEntry, tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository", registry.lms.signing_keys(entry))


@pytest.fixture
def make(entry: InstitutionEntry, repository: Repository) -> Callable[[], Manifest]:
    return lambda: back_up(entry.storage, repository, entry.key, "0")


def write(registry: Any, entry: InstitutionEntry, text: bytes) -> None:
    """A file and a line of the log more, of which the last is sealed."""

    def act(institution: Any) -> None:
        at = datetime.now(UTC)
        person = next(iter(institution.people.values()))
        file = StoredFile("a.pdf", "application/pdf", at)
        institution._p_jar.add(file)
        file.fill(BytesIO(text), institution._p_jar)
        person.staged.add(file.id, file)
        record(person, "file.attached", by="system", at=at, file=file.id)
        institution.audit.seal()

    registry.jobs.within(entry, act)


def staged(registry: Any, entry: InstitutionEntry, directory: Path) -> list[bytes]:
    """What is in the files of the first person, in a directory that was brought back."""
    there = InstitutionEntry(entry.key, (), "", f"{entry.storage.partition(':')[0]}:{directory}")
    databases = Databases(registry.lms)
    try:
        with databases.database(there).transaction() as connection:
            person = next(iter(connection.root()["institution"].people.values()))
            return sorted(Path(file.path()).read_bytes() for file in person.staged.values())
    finally:
        databases.close()


def wrong(registry: Any, entry: InstitutionEntry, directory: Path) -> list[str]:
    there = InstitutionEntry(entry.key, (), "", f"{entry.storage.partition(':')[0]}:{directory}")
    return wrong_with(registry.lms, there)


def test_every_moment_comes_back(
    registry: Any, entry: Any, repository: Repository, make: Any, tmp_path: Path
) -> None:
    moments = []
    for number in range(4):
        write(registry, entry, b"%d" % number)
        if number == 2:
            pack(registry.databases.database(entry), minutes=0)
        moments.append(make().moment)
    for number, moment in enumerate(moments):
        into = tmp_path / f"back-{number}"
        restore(repository, moment, into)
        assert wrong(registry, entry, into) == []
        assert staged(registry, entry, into) == [b"%d" % each for each in range(number + 1)]
    with pytest.raises(SettingError, match="is not empty"):
        restore(repository, None, into)
    with pytest.raises(SettingError, match="holds no backup"):
        restore(repository, moments[0] - timedelta(seconds=1), tmp_path / "before")


def test_only_what_is_new_is_copied(
    registry: Any, entry: Any, repository: Repository, make: Any
) -> None:
    write(registry, entry, b"x" * 100_000)
    first = make()
    write(registry, entry, b"more")
    second, third = make(), make()
    assert not third.blobs and third.tid == second.tid
    if STORAGE == "file":
        assert len(second.blobs) == 1
        assert second.chain == first.chain and second.file["start"] == first.file["end"]
    assert not third.file and third.former == (second.name, second.seal)
    pack(registry.databases.database(entry), minutes=0)
    fourth = make()
    if STORAGE == "file":
        assert not fourth.former and {*first.blobs, *second.blobs} <= fourth.blobs.keys()


def test_a_piece_that_a_killed_backup_left_is_nobodys(
    registry: Any, entry: Any, repository: Repository, make: Any, tmp_path: Path
) -> None:
    write(registry, entry, b"first")
    make()
    write(registry, entry, b"second")
    killed = make()
    (repository.directory / f"{killed.name}.json").unlink()
    for name in killed.blobs:
        repository.blob(name).unlink()
    write(registry, entry, b"third")
    assert not make().former
    restore(repository, None, tmp_path / "back")
    assert staged(registry, entry, tmp_path / "back") == [b"first", b"second", b"third"]


def test_what_backups_that_were_cut_off_left_goes(
    registry: Any, entry: Any, repository: Repository, make: Any, tmp_path: Path
) -> None:
    write(registry, entry, b"first")
    first = make()
    for _time in range(2):
        write(registry, entry, b"more")
        pack(registry.databases.database(entry), minutes=0)  # so that a chain begins
        killed = make()
        (repository.directory / f"{killed.name}.json").unlink()
        (repository.directory / f"{killed.name}.json.part").write_bytes(b"half a manifest")
        assert chains(repository) == {first.chain, killed.chain}
    last = make()
    assert chains(repository) == {first.chain, last.chain}
    assert list(repository.directory.rglob("*.part")) == []
    restore(repository, first.moment, tmp_path / "back")
    assert staged(registry, entry, tmp_path / "back") == [b"first"]


def chains(repository: Repository) -> set[str]:
    return {path.name for path in repository.directory.glob("chain-*")}


@pytest.mark.tier("nightly")
def test_ten_gigabytes_would_be_back_within_half_an_hour(
    registry: Any, entry: Any, repository: Repository, make: Any, tmp_path: Path, figure: Any
) -> None:
    megabytes = 200
    for _file in range(megabytes // 4):
        write(registry, entry, random.randbytes(4 << 20))
    make()
    begun = time.monotonic()
    restore(repository, None, tmp_path / "back")
    assert wrong(registry, entry, tmp_path / "back") == []
    speed = megabytes / (time.monotonic() - begun)
    figure("brought back and looked through", speed, "MB/s", at_least=10 * 1024 / 1800)


def _broken(repository: Repository) -> Iterator[Path]:
    """Every file of a repository, one after the other."""
    yield from sorted(path for path in repository.directory.rglob("*") if path.is_file()
                      and path.suffix in (".json", ".blob", ".fsz", ".deltafsz", ".gz"))


def test_a_flipped_byte_in_a_backup_is_found(
    registry: Any, entry: Any, repository: Repository, make: Any, tmp_path: Path, figure: Any
) -> None:
    for number in range(2):
        write(registry, entry, b"%d" % number * 2000)
        make()
    missed = tried = 0
    for path in list(_broken(repository)):
        whole = path.read_bytes()
        at = random.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        found = [str(path) in said for said in _refusals(repository, tmp_path / "back")]
        missed += not any(found)
        assert any(found), (path, at, whole[at])
        tried += 1
        path.write_bytes(whole)
    assert tried >= 5
    figure("flipped bytes in a backup that were not found", missed, "files", at_most=0)


def _refusals(repository: Repository, into: Path) -> Iterator[str]:
    """What bringing back each moment is refused for."""
    for name in repository.names():
        moment = datetime.strptime(name, STAMP).replace(tzinfo=UTC)
        try:
            restore(repository, moment, into)
        except SettingError as error:
            yield str(error)
        shutil.rmtree(into, ignore_errors=True)


@pytest.mark.promise("E1")
def test_a_backup_of_somebody_else_is_refused(
    registry: Any, repository: Repository, make: Any, tmp_path: Path
) -> None:
    make()
    keys = registry.lms.signing_keys(registry.lms.institutions[1])
    other = Repository(repository.directory, keys)
    with pytest.raises(SettingError, match="fits no key"):
        restore(other, None, tmp_path / "back")
    assert not (tmp_path / "back").exists()


class Harm:
    """A pickle of it makes a file where it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.promise("E1")
@pytest.mark.skipif(STORAGE != "file", reason="only repozo chooses among files by their names")
def test_what_no_manifest_names_is_not_brought_back(
    registry: Any, entry: Any, repository: Repository, make: Any, tmp_path: Path
) -> None:
    write(registry, entry, b"one")
    write(registry, entry, b"two")
    make()
    write(registry, entry, b"three")
    last = make()
    assert last.former
    folder, name = repository.folder(last), last.file["name"].partition(".")[0]
    foreign = registry.lms.institutions[1].storage.partition(":")[2]
    whole = (Path(foreign) / "Data.fs").read_bytes()
    full = folder / f"{name}.fsz"
    full.write_bytes(gzip.compress(whole))
    digest = hashlib.md5(whole, usedforsecurity=False).hexdigest()
    full.with_suffix(".dat").write_text(f"{full} 0 {len(whole)} {digest}\n")
    harmed = tmp_path / "harmed"
    for index in (folder / f"{name}.index", *folder.glob("*.index")):
        index.write_bytes(pickle.dumps(Harm(harmed)))
    into = tmp_path / "back"
    restore(repository, None, into)
    assert staged(registry, entry, into) == [b"one", b"three", b"two"]
    assert not harmed.exists()


@pytest.mark.promise("E1")
def test_a_piece_that_does_not_follow_the_one_before_it_is_refused(
    registry: Any, entry: Any, repository: Repository, make: Any, tmp_path: Path
) -> None:
    write(registry, entry, b"one")
    made = make()
    facts = made.file | {"start": made.file["start"] + 1, "end": made.file["end"] + 1}
    repository.write(replace(made, file=facts))
    with pytest.raises(SettingError, match="z is not what the manifest says"):
        restore(repository, None, tmp_path / "back")


@pytest.mark.promise("E5")
def test_old_chains_go_with_the_files_that_only_they_name(
    registry: Any, entry: Any, repository: Repository, make: Any
) -> None:
    write(registry, entry, b"gone soon")
    first = make()

    def forget(institution: Any) -> None:
        person = next(iter(institution.people.values()))
        for name in list(person.staged):
            person.staged.remove(name)

    registry.jobs.within(entry, forget)
    pack(registry.databases.database(entry), minutes=0)
    last = make()
    assert repository.prune(datetime.now(UTC), timedelta(days=30)) == 0
    assert repository.prune(datetime.now(UTC) + timedelta(days=31), timedelta(days=30)) == 1
    assert repository.names() == [last.name]
    assert not any(repository.blob(name).exists() for name in first.blobs)
    assert not repository.folder(first).exists()
    assert repository.prune(datetime.now(UTC) + timedelta(days=99), timedelta(days=30)) == 0


@pytest.mark.promise("E4", "E7")
@pytest.mark.skipif(STORAGE != "file", reason="a file that only grows is held against its backup")
def test_a_flipped_byte_in_the_database_is_found(
    registry: Any, entry: Any, repository: Repository, make: Any, figure: Any, tier: str
) -> None:
    write(registry, entry, b"x" * 2000)
    make()
    write(registry, entry, b"y" * 2000)
    make()
    assert list(denied(repository, entry.storage)) == []
    path = Path(entry.storage.partition(":")[2]) / "Data.fs"
    size, missed = path.stat().st_size, 0
    tries = {"commit": 30, "nightly": 300, "release": 1000}[tier]
    with path.open("r+b") as file:
        for _try in range(tries):
            at = random.randrange(size)
            file.seek(at)
            byte = file.read(1)
            _put(file, at, bytes([byte[0] ^ 1 << random.randrange(8)]))
            missed += not _first(denied(repository, entry.storage))
            _put(file, at, byte)
    figure("flipped bytes in Data.fs that were not found", missed, f"of {tries}", at_most=0)


def _first(sentences: Iterator[str]) -> str:
    """The first finding: what is damaged may not open at all."""
    return next(sentences, "")


def _put(file: Any, at: int, content: bytes) -> None:
    file.seek(at)
    file.write(content)
    file.flush()


@pytest.mark.promise("E7")
def test_lines_of_the_log_that_were_taken_away_are_missed(
    registry: Any, entry: Any, repository: Repository, make: Any
) -> None:
    write(registry, entry, b"x")
    seen = make().audit

    def take_away(institution: Any) -> None:
        del institution.audit.sealed[institution.audit.sealed.maxKey()]

    registry.jobs.within(entry, take_away)
    assert wrong_with(registry.lms, entry) == []  # what is left fits: only a witness knows
    [sentence] = denied(repository, entry.storage)
    assert f"line {seen[0]}" in sentence


@pytest.mark.promise("E7")
def test_backups_of_a_database_that_was_given_up_witness_nothing_of_the_one_brought_back(
    registry: Any, entry: Any, repository: Repository, make: Any, tmp_path: Path
) -> None:
    write(registry, entry, b"kept")
    kept = make()
    write(registry, entry, b"given up")
    make()
    into = tmp_path / "back"
    restore(repository, kept.moment, into)
    there = replace(entry, storage=f"{entry.storage.partition(':')[0]}:{into}")
    assert list(denied(repository, there.storage)) == []
    assert list(denied(repository, entry.storage)) == []
    back_up(there.storage, repository, entry.key, "0")
    assert list(denied(repository, there.storage)) == []
    database = Databases(registry.lms)
    with database.database(there).transaction() as connection:
        connection.root()["institution"].audit.sealed.clear()
    database.close()
    [first, second] = denied(repository, there.storage)  # both that it descends from
    assert kept.name in second and kept.name not in first


def test_after_a_clock_that_was_ahead_the_newest_is_still_the_last_one_made(
    registry: Any, entry: Any, repository: Repository, make: Any, tmp_path: Path
) -> None:
    write(registry, entry, b"one")
    ahead = make()
    moment = ahead.moment + timedelta(days=400)
    (repository.directory / f"{ahead.name}.json").unlink()
    repository.write(replace(ahead, at=moment.isoformat()))
    write(registry, entry, b"two")
    assert make().moment > moment
    restore(repository, None, tmp_path / "back")
    assert staged(registry, entry, tmp_path / "back") == [b"one", b"two"]


def test_nothing_in_a_backup_is_later_than_its_moment(
    registry: Any, entry: Any, make: Any
) -> None:
    write(registry, entry, b"x" * 1000)
    before = datetime.now(UTC)
    assert before < make().moment
    write(registry, entry, b"more")
    made = make()
    assert TimeStamp(bytes.fromhex(made.tid)).timeTime() < made.moment.timestamp()
