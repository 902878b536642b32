import os
import sqlite3
import stat
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from lms_leiderschap.errors import SettingError
from lms_leiderschap.store.side import SideStore

NINE = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def begin(side, person="anna", at=NINE, institution="hs"):
    return side.begin_session(institution, person, at, method="password")


def in_threads(count, work):
    """What `work` gave in `count` threads that start at the same moment."""
    gate, results = threading.Barrier(count), []

    def run():
        gate.wait()
        results.append(work())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_file_is_made_on_first_use_and_is_ours_alone(side, path):
    assert not path.exists()
    begin(side)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_session_is_found_by_its_token(side):
    token = begin(side)
    found = side.session("hs", token, NINE + SECOND)
    assert (found.person, found.method, found.begun, found.seen) == ("anna", "password", NINE, NINE)


def test_two_sessions_never_share_a_token(side):
    assert begin(side) != begin(side)
    assert len(begin(side)) == 43  # 256 bits in base64


def test_the_file_never_holds_the_token(side, path):
    token = begin(side)
    side.close()
    assert token.encode() not in b"".join(file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.parametrize("token", ["", "x", "é", "\udcff", "a" * 10_000, "' OR 1=1 --"])
def test_another_token_finds_nothing(side, token):
    begin(side)
    assert side.session("hs", token, NINE) is None


def test_another_institution_finds_nothing(side):
    token = begin(side)
    assert side.session("other", token, NINE) is None
    side.end_session("other", token)
    assert side.end_sessions("other", "anna") == 0
    assert side.sessions("other", "anna") == []
    assert side.session("hs", token, NINE)


def test_the_id_of_a_session_does_not_open_it(side):
    found = side.session("hs", begin(side), NINE)
    assert side.session("hs", found.id, NINE) is None


def test_a_session_ends_after_two_idle_hours(side):
    token = begin(side)
    assert side.session("hs", token, NINE + 2 * HOUR) is None
    assert side.session("hs", token, NINE + 2 * HOUR - SECOND)
    assert side.session("hs", token, NINE + 4 * HOUR - 2 * SECOND)


def test_a_session_ends_twelve_hours_after_it_began_however_busy(side):
    token = begin(side)
    for hours in range(1, 12):
        assert side.session("hs", token, NINE + hours * HOUR)
    assert side.session("hs", token, NINE + 12 * HOUR - SECOND)
    assert side.session("hs", token, NINE + 12 * HOUR) is None


def test_seen_is_written_once_a_minute_at_most(side):
    token = begin(side)
    side.session("hs", token, NINE + MINUTE - SECOND)
    assert side.sessions("hs", "anna")[0].seen == NINE
    assert side.session("hs", token, NINE + MINUTE).seen == NINE + MINUTE
    assert side.sessions("hs", "anna")[0].seen == NINE + MINUTE


def test_a_session_is_read_while_another_process_writes(side, path):
    token = begin(side)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert side.session("hs", token, NINE + SECOND)
    writer.execute("ROLLBACK")
    writer.close()


def test_a_file_that_cannot_be_written_still_signs_nobody_out(side, path):
    token = begin(side)
    side.file.run(lambda db: db.execute("PRAGMA query_only = ON"))
    assert side.session("hs", token, NINE + HOUR).seen == NINE + HOUR


def test_an_ended_session_is_gone(side):
    token, other = begin(side), begin(side)
    side.end_session("hs", token)
    assert side.session("hs", token, NINE) is None
    assert side.session("hs", other, NINE)


def test_all_sessions_of_a_person_end_but_the_one_in_use(side):
    phone, laptop, others = begin(side), begin(side), begin(side, "bram")
    assert side.end_sessions("hs", "anna", keep=laptop) == 1
    assert side.session("hs", phone, NINE) is None
    assert side.session("hs", laptop, NINE)
    assert side.end_sessions("hs", "anna") == 1
    assert side.session("hs", laptop, NINE) is None
    assert side.session("hs", others, NINE)


def test_what_is_kept_about_a_person_is_exported(side):
    begin(side)
    begin(side, "bram")
    assert side.export("hs", "anna") == [
        {
            "kind": "session",
            "begun": "2026-11-27T09:00:00+00:00",
            "seen": "2026-11-27T09:00:00+00:00",
            "method": "password",
            "device": "",
        }
    ]


def test_a_forgotten_person_is_in_no_byte_of_the_file(side, path):
    for _ in range(50):
        begin(side, "anna-marker")
    kept = begin(side, "bram")
    side.forget("hs", "anna-marker")
    assert side.export("hs", "anna-marker") == []
    assert b"anna-marker" not in b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert side.session("hs", kept, NINE)


def test_the_sweep_removes_what_is_over_and_nothing_else(side):
    begin(side)
    token = begin(side, "bram", NINE + HOUR)
    assert side.sweep(NINE + 2 * HOUR) == 1
    assert side.sweep(NINE + 2 * HOUR) == 0
    assert side.sessions("hs", "anna") == []
    assert side.session("hs", token, NINE + 2 * HOUR)


def test_a_job_is_due_at_once_and_then_each_period(side):
    taken = [side.take_due("hs", "mail", NINE + s * SECOND, MINUTE) for s in (0, 1, 59, 60, 61)]
    assert taken == [True, False, False, True, False]


def test_each_institution_and_job_has_its_own_due_time(side):
    assert side.take_due("hs", "mail", NINE, MINUTE)
    assert side.take_due("other", "mail", NINE, MINUTE)
    assert side.take_due("hs", "seal", NINE, MINUTE)


def test_a_clock_set_back_stops_no_job(side):
    assert side.take_due("hs", "mail", NINE, MINUTE)
    assert not side.take_due("hs", "mail", NINE - SECOND, MINUTE)
    assert side.take_due("hs", "mail", NINE - 24 * HOUR, MINUTE)


def test_of_many_threads_that_claim_a_job_one_gets_it(side):
    for round_ in range(10):
        at = NINE + round_ * HOUR
        assert in_threads(2, lambda at=at: side.take_due("hs", "mail", at, HOUR)).count(True) == 1
    assert in_threads(8, lambda: side.take_due("hs", "seal", NINE, HOUR)).count(True) == 1


def test_of_two_processes_that_claim_a_job_one_gets_it(path):
    workers = [SideStore(path), SideStore(path)]
    claims = in_threads(2, lambda: workers.pop().take_due("hs", "mail", NINE, HOUR))
    assert sorted(claims) == [False, True]


def test_sessions_begun_in_many_threads_are_all_kept(side):
    tokens = in_threads(8, lambda: [begin(side) for _ in range(20)])
    assert all(side.session("hs", token, NINE) for some in tokens for token in some)


@pytest.mark.parametrize("endings", [("",), ("", "-wal", "-shm")])
def test_a_file_deleted_while_running_signs_out_and_no_more(side, path, endings):
    token = begin(side)
    for ending in endings:
        os.unlink(f"{path}{ending}")
    assert side.session("hs", token, NINE) is None
    token = begin(side)
    assert in_threads(1, lambda: side.session("hs", token, NINE).person) == ["anna"]
    assert SideStore(path).session("hs", token, NINE)


def test_a_file_deleted_under_many_threads_is_made_once(side, path):
    gate = threading.Barrier(4)

    def work():
        begin(side)
        if gate.wait() == 0:
            os.unlink(path)
        gate.wait()
        token = begin(side)
        gate.wait()
        return side.session("hs", token, NINE) is not None

    assert in_threads(4, work) == [True] * 4
    assert len(side.sessions("hs", "anna")) == 4


def test_tables_lost_while_running_come_back(side, path):
    begin(side)
    other = sqlite3.connect(path)
    other.execute("DROP TABLE web_session")
    other.execute("PRAGMA user_version = 0")
    other.close()
    assert side.session("hs", begin(side), NINE)


@pytest.mark.parametrize("running", [True, False])
def test_an_emptied_file_starts_again(side, path, running):
    begin(side)
    if not running:
        side.close()
    os.truncate(path, 0)
    begin(side)
    assert SideStore(path).session("hs", begin(side), NINE)


@pytest.mark.parametrize("running", [True, False])
def test_a_damaged_file_starts_again(side, path, running):
    begin(side)
    side.close()
    if running:
        side.sessions("hs", "anna")
    with open(path, "r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (path.stat().st_size - 100))
    token = begin(side)
    assert side.session("hs", token, NINE)
    assert SideStore(path).session("hs", token, NINE)


def test_a_file_of_another_release_starts_again_empty(side, path):
    begin(side)
    side.close()
    other = sqlite3.connect(path)
    other.execute("ALTER TABLE web_session DROP COLUMN method")
    other.execute("PRAGMA user_version = 99")
    other.close()
    assert side.sessions("hs", "anna") == []
    assert side.session("hs", begin(side), NINE)


def test_another_file_at_the_path_is_refused_and_left_alone(path):
    path.parent.mkdir()
    path.write_bytes(b"FS30 the institution's database")
    with pytest.raises(SettingError, match="not a side store"):
        begin(SideStore(path))
    assert path.read_bytes() == b"FS30 the institution's database"


def test_another_sqlite_database_at_the_path_is_refused_and_left_alone(path):
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE object_state (x)")
    other.close()
    with pytest.raises(SettingError):
        begin(SideStore(path))
    other = sqlite3.connect(path)
    assert other.execute("SELECT count(*) FROM object_state").fetchone() == (0,)
    other.close()


def test_a_closed_store_opens_again_on_use(side):
    token = begin(side)
    side.close()
    assert side.session("hs", token, NINE)


def test_reading_a_session_takes_less_than_a_tenth_of_a_millisecond(side, path):
    for number in range(500):
        token = begin(side, f"person{number}")
    times = []
    for _ in range(200):
        start = time.perf_counter()
        side.session("hs", token, NINE)
        times.append(time.perf_counter() - start)
    assert sorted(times)[100] < 0.0001
