from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_leiderschap.people.tokens import (
    digest,
    form_key,
    new_token,
    person_of_form_key,
    sign,
    verify,
)

SECRET = b"s" * 32
OTHER = b"o" * 32
AT = datetime(2026, 3, 9, 20, 15, tzinfo=UTC)


def test_a_token_is_long_random_and_kept_as_its_digest():
    text = new_token()
    assert len(text) == 43  # 256 bits in base64
    assert text not in digest(text)
    assert new_token() != text


def test_a_digest_is_sha_256():
    assert digest("abc").startswith("ba7816bf8f01cfea")
    assert digest("\udcff") != digest("abc")


def test_what_was_signed_is_read_back():
    assert verify(SECRET, sign(SECRET, "invite", "anna@school.example", "")) == (
        "invite",
        "anna@school.example",
        "",
    )


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_any_parts_are_read_back_as_they_were(parts):
    assert verify(SECRET, sign(SECRET, *parts)) == tuple(parts)


def test_parts_cannot_be_moved_over_the_dots():
    assert sign(SECRET, "a.b", "c") != sign(SECRET, "a", "b.c")


@pytest.mark.parametrize("text", ["", ".", "..", "a", "a.", "a.b.é", "a.\udcff", "\udcff.a", "%"])
def test_a_text_that_is_not_ours_gives_nothing(text):
    assert verify(SECRET, text) is None
    assert person_of_form_key([SECRET], text, AT) is None


def test_an_altered_text_gives_nothing():
    signed = sign(SECRET, "anna", "1")
    for place, letter in enumerate(signed):
        altered = signed[:place] + ("x" if letter != "x" else "y") + signed[place + 1 :]
        assert verify(SECRET, altered) is None
        assert verify(SECRET, signed[:place]) is None
    assert verify(SECRET, signed + "x") is None


def test_another_secret_gives_nothing():
    assert verify(OTHER, sign(SECRET, "anna")) is None
    assert person_of_form_key([OTHER], form_key(SECRET, "anna", AT), AT) is None


def test_a_form_key_names_its_person_and_is_never_the_same():
    key = form_key(SECRET, "abcdefghij234", AT)
    assert key.split(".")[1] == "abcdefghij234"
    assert person_of_form_key([SECRET], key, AT) == "abcdefghij234"
    assert person_of_form_key([OTHER, SECRET], key, AT) == "abcdefghij234"  # drawn before OTHER
    assert form_key(SECRET, "abcdefghij234", AT) != key


def test_a_form_key_of_one_person_is_not_that_of_another():
    random, _person, drawn, mac = form_key(SECRET, "anna", AT).split(".")
    assert person_of_form_key([SECRET], f"{random}.bram.{drawn}.{mac}", AT) is None


def test_a_form_key_holds_for_half_a_day():
    key, end = form_key(SECRET, "anna", AT), AT + timedelta(hours=12)
    assert person_of_form_key([SECRET], key, end) == "anna"
    assert person_of_form_key([SECRET], key, end + timedelta(seconds=1)) is None


def test_what_was_signed_for_a_link_is_no_form_key():
    assert person_of_form_key([SECRET], sign(SECRET, "random", "anna", "1"), AT) is None
