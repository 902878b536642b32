from datetime import UTC, datetime, timedelta
from threading import Thread
from types import MappingProxyType

import pytest
from limits import parse
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from lms_leiderschap.store.limits import SideStorage, Throttle
from lms_leiderschap.store.side import SideStore

NINE = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
FIVE_PER_MINUTE = parse("5 per minute")


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def storage(side, clock):
    return SideStorage(side, "hs", clock)


@pytest.fixture
def throttle(side):
    return Throttle(side)


def sign_in(throttle, at=NINE, account="anna@school.example", address="192.0.2.1", to="hs"):
    return throttle.take("sign_in", to, at, account=account, address=address)


@pytest.mark.parametrize("strategy", [FixedWindowRateLimiter, MovingWindowRateLimiter])
def test_a_limit_is_reached_and_is_free_again_after_its_window(storage, clock, strategy):
    limiter = strategy(storage)
    hits = [limiter.hit(FIVE_PER_MINUTE, "anna") for _ in range(6)]
    assert hits == [True] * 5 + [False]
    assert not limiter.test(FIVE_PER_MINUTE, "anna")
    assert limiter.test(FIVE_PER_MINUTE, "bram")
    clock.now += 59.9
    assert not limiter.hit(FIVE_PER_MINUTE, "anna")
    clock.now += 0.1
    assert limiter.hit(FIVE_PER_MINUTE, "anna")


@pytest.mark.parametrize("strategy", [FixedWindowRateLimiter, MovingWindowRateLimiter])
def test_the_state_of_a_window_says_what_is_left_and_until_when(storage, clock, strategy):
    limiter = strategy(storage)
    limiter.hit(FIVE_PER_MINUTE, "anna", cost=3)
    clock.now += 10
    assert limiter.get_window_stats(FIVE_PER_MINUTE, "anna") == (Clock.now + 60, 2)
    limiter.clear(FIVE_PER_MINUTE, "anna")
    assert limiter.get_window_stats(FIVE_PER_MINUTE, "anna").remaining == 5


def test_a_moving_window_never_lets_more_through_in_any_window(storage, clock):
    limiter = MovingWindowRateLimiter(storage)
    start, passed = clock.now, []
    for second in range(240):
        clock.now = start + second
        if limiter.hit(FIVE_PER_MINUTE, "anna"):
            passed.append(second)
    assert len(passed) == 20
    assert all(later - first >= 60 for first, later in zip(passed, passed[5:], strict=False))


def test_a_reset_forgets_one_institution_only(side, storage, clock):
    other = SideStorage(side, "other", clock)
    storage.incr("key", 60)
    storage.acquire_entry("key", 5, 60)
    other.incr("key", 60)
    assert storage.reset() == 2
    assert (storage.get("key"), other.get("key")) == (0, 1)


def test_a_storage_that_cannot_be_used_says_so(tmp_path, clock):
    (tmp_path / "folder").mkdir()
    assert SideStorage(SideStore(tmp_path / "side.sqlite"), "hs", clock).check()
    assert not SideStorage(SideStore("/proc/none"), "hs", clock).check()


def test_threads_together_stay_within_the_limit(side, clock):
    passed = []

    def hits():
        limiter = MovingWindowRateLimiter(SideStorage(side, "hs", clock))
        passed.extend(limiter.hit(FIVE_PER_MINUTE, "anna") for _ in range(10))

    threads = [Thread(target=hits) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count(True) == 5


def test_the_eleventh_sign_in_of_an_account_waits(throttle):
    addresses = [f"192.0.2.{number}" for number in range(11)]
    waits = [sign_in(throttle, NINE + n * SECOND, address=a) for n, a in enumerate(addresses)]
    assert waits == [0] * 10 + [290]


def test_after_exactly_the_wait_the_next_try_goes_on(throttle):
    for _ in range(10):
        sign_in(throttle)
    at = NINE + timedelta(seconds=12.3)
    wait = sign_in(throttle, at)
    assert wait == 288
    assert sign_in(throttle, at + (wait - 1) * SECOND) == 1
    assert sign_in(throttle, at + wait * SECOND) == 0


def test_the_eleventh_sign_in_from_an_address_waits(throttle):
    waits = [sign_in(throttle, account=f"{number}@school.example") for number in range(11)]
    assert waits == [0] * 10 + [300]


def test_tries_refused_for_their_address_leave_the_account_free(throttle):
    for number in range(10):
        sign_in(throttle, account=f"{number}@school.example")
    for _ in range(20):
        assert sign_in(throttle) == 300
    assert sign_in(throttle, address="192.0.2.2") == 0


def test_tries_over_the_limit_do_not_prolong_the_wait(throttle):
    for second in range(290):
        sign_in(throttle, NINE + second * SECOND)
    assert sign_in(throttle, NINE + 300 * SECOND) == 0


def test_case_and_spaces_make_no_other_account(throttle):
    for number in range(10):
        sign_in(throttle, account="Anna@School.example ", address=f"192.0.2.{number}")
    assert sign_in(throttle, address="192.0.2.99") == 300


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "unknown", False),
    ],
)
def test_an_address_counts_as_one_subscriber(throttle, first, second, same):
    for number in range(10):
        sign_in(throttle, account=f"{number}@school.example", address=first)
    assert (sign_in(throttle, address=second) > 0) is same


def test_a_class_behind_one_address_signs_in_because_right_tries_are_given_back(throttle):
    for number in range(100):
        who = {"account": f"{number}@school.example", "address": "192.0.2.1"}
        assert throttle.take("sign_in", "hs", NINE, **who) == 0
        throttle.give_back("sign_in", "hs", NINE, **who)


def test_giving_back_leaves_the_wrong_tries_counted(throttle):
    who = {"account": "anna@school.example", "address": "192.0.2.1"}
    for second in range(9):
        throttle.take("sign_in", "hs", NINE + second * SECOND, **who)
    at = NINE + 10 * SECOND
    throttle.take("sign_in", "hs", at, **who)
    throttle.give_back("sign_in", "hs", at, **who)
    throttle.give_back("sign_in", "hs", at, **who)
    assert [throttle.take("sign_in", "hs", at, **who) for _ in range(2)] == [0, 290]


def test_a_whole_institution_stops_at_a_thousand_tries(throttle):
    for number in range(1000):
        assert sign_in(throttle, account=f"{number}", address=f"10.0.{number // 250}.{number}") == 0
    assert sign_in(throttle, address="198.51.100.1") == 300
    assert sign_in(throttle, address="198.51.100.1", to="other") == 0


def test_a_login_link_goes_five_times_to_an_account_while_it_works_and_to_a_whole_class(throttle):
    def link(account, at=NINE):
        return throttle.take("login_link", "hs", at, account=account, address="192.0.2.1")

    assert [link("anna") for _ in range(6)] == [0] * 5 + [1800]
    assert [link(f"{number}") for number in range(26)] == [0] * 25 + [300]
    assert link("anna", NINE + HOUR / 2) == 0


def test_a_reset_goes_five_times_while_the_first_one_works(throttle):
    waits = [throttle.take("reset", "hs", NINE, account="anna") for _ in range(6)]
    assert waits == [0] * 5 + [3600]


def test_limits_are_data(side):
    table = MappingProxyType({"second_factor": {"account": "1 per minute"}})
    throttle = Throttle(side, table)
    waits = [throttle.take("second_factor", "hs", NINE, account="anna") for _ in range(2)]
    assert waits == [0, 60]
    with pytest.raises(KeyError):
        throttle.take("sign_in", "hs", NINE, account="anna")


def test_the_file_names_neither_account_nor_address(throttle, side, path):
    sign_in(throttle)
    side.close()
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"anna" not in kept
    assert b"192.0.2" not in kept


def test_the_sweep_removes_counts_that_are_over(side, storage, throttle):
    sign_in(throttle)
    assert side.sweep(NINE + 299 * SECOND) == 0
    assert side.sweep(NINE + 300 * SECOND) == 3


def test_a_lost_file_starts_counting_again(throttle, side, path):
    for _ in range(10):
        sign_in(throttle)
    path.unlink()
    assert sign_in(throttle) == 0
