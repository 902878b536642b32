import threading
import unicodedata

import pytest
from argon2 import PasswordHasher

from lms_leiderschap.errors import Refusal
from lms_leiderschap.people import passwords
from lms_leiderschap.people.common_passwords import COMMON_PASSWORDS
from lms_leiderschap.people.passwords import (
    check_rules,
    hash_password,
    needs_rehash,
    verify_password,
)

GOOD = "pruim en mosterd"
EMAIL = "anna.bakker@school.example"


@pytest.fixture(scope="module")
def hashed():
    return hash_password(GOOD)


def test_a_hash_is_argon2id_with_our_figures_and_its_own_salt(hashed):
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hash_password(GOOD) != hashed


def test_the_right_password_passes_and_another_does_not(hashed):
    assert verify_password(hashed, GOOD)
    assert not verify_password(hashed, GOOD + " ")
    assert not verify_password(hashed, GOOD.upper())
    assert not verify_password(hashed, "")


def test_a_letter_typed_in_two_ways_is_the_same_letter():
    composed = "één mosterdpot"
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert verify_password(hash_password(decomposed), composed)


@pytest.mark.parametrize("nothing", [None, "", "!", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"])
def test_without_a_hash_no_password_passes(nothing):
    assert not verify_password(nothing, GOOD)
    assert not verify_password(nothing, "")


def test_an_unknown_person_costs_the_same_computation(hashed):
    assert not needs_rehash(passwords._NOBODY)
    assert len(passwords._NOBODY) == len(hashed)


@pytest.mark.parametrize("odd", ["a\0b" * 8, "\udcff" * 12, "🫐" * 256, "x" * 100_000])
def test_odd_passwords_are_wrong_and_no_error(hashed, odd):
    assert not verify_password(hashed, odd)
    assert verify_password(hash_password(odd), odd)


def test_a_hash_of_other_figures_is_to_be_made_anew(hashed):
    weaker = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    assert verify_password(weaker, GOOD)
    assert needs_rehash(weaker)
    assert needs_rehash("")
    assert not needs_rehash(hashed)


def test_two_are_computed_at_a_time_and_all_come_to_their_turn(hashed):
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(verify_password(hashed, GOOD)))
        for _ in range(6)
    ]
    assert passwords._turns.acquire(blocking=False)
    assert passwords._turns.acquire(blocking=False)
    for thread in threads:
        thread.start()
    assert not passwords._turns.acquire(blocking=False)
    assert results == []
    passwords._turns.release(2)
    for thread in threads:
        thread.join()
    assert results == [True] * 6


@pytest.mark.parametrize("password", [GOOD, "x7Lq9vTz2pWm", "é" * 12, "ab" * 128])
def test_a_long_enough_password_is_accepted(password):
    check_rules(password, EMAIL)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least"),
        ("elf tekens.", "at least"),
        (unicodedata.normalize("NFD", "é" * 11), "at least"),
        ("x" * 257, "at most"),
        (EMAIL, "e-mail address"),
        (" Anna.Bakker@School.example", "e-mail address"),
        ("wachtwoord123", "Many people"),
        ("Welkom123456!", "Many people"),
        ("QwertyUiop12", "Many people"),
    ],
)
def test_a_password_that_breaks_a_rule_is_refused_at_its_field(password, reason):
    with pytest.raises(Refusal, match=reason) as refused:
        check_rules(password, EMAIL)
    assert refused.value.field == "password"


def test_the_refusal_says_how_many_characters():
    with pytest.raises(Refusal) as refused:
        check_rules("kort", EMAIL, field="new_password")
    assert refused.value.message.interpolate() == "Use at least 12 characters."
    assert refused.value.field == "new_password"


def test_the_common_passwords_are_of_a_length_that_could_be_chosen():
    assert len(COMMON_PASSWORDS) >= 200
    assert all(len(word) >= passwords.MINIMUM for word in COMMON_PASSWORDS)
    assert all(word == word.casefold() for word in COMMON_PASSWORDS)
