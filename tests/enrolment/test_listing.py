"""A pasted list of people is understood in the shapes that mail programs and spreadsheets give."""

import pytest

from lms_leiderschap.enrolment.listing import Line, read_list


def one(text: str) -> Line:
    (line,) = read_list(text)
    return line


@pytest.mark.parametrize(
    "text",
    [
        "Anna de Wit <anna@x.nl>",
        '"Anna de Wit" <anna@x.nl>',
        "Anna de Wit <mailto:anna@x.nl>",
        '"de Wit, Anna" <anna@x.nl>',
        "de Wit, Anna <Anna@X.nl>;",
        "anna@x.nl; Anna; de Wit",
        "anna@x.nl ; de Wit ; Anna",
        "Anna;de Wit;anna@x.nl",
        "Anna\tde Wit\tanna@x.nl",
        "Anna\tde\tWit\tanna@x.nl",
        "anna@x.nl\tAnna\tde Wit\t06 1234 5678",
        "de Wit, Anna, anna@x.nl",
        "anna@x.nl, Anna, de Wit",
        "anna@x.nl,de Wit,Anna",
        "Anna de Wit anna@x.nl",
        "anna@x.nl Anna de Wit",
        "Anna de Wit (anna@x.nl)",
        "  Anna   de Wit\u00a0<anna@x.nl>  ",
        "* Anna de Wit: anna@x.nl.",
        "anna@x.nl | Anna | de Wit",
        "de Wit, Anna\tanna@x.nl",
    ],
)
def test_one_person_is_read_in_every_shape(text: str) -> None:
    line = one(text)
    assert (line.email, line.given_name, line.family_name, line.doubt) == (
        "anna@x.nl",
        "Anna",
        "de Wit",
        "",
    )


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        ("Peeters, Bram, bram@x.nl", "Bram", "Peeters"),
        ("bram@x.nl, Bram, Peeters", "Bram", "Peeters"),
        ("bram@x.nl;Bram;Peeters", "Bram", "Peeters"),
        ("Jan-Willem van den Berg <bram@x.nl>", "Jan-Willem", "van den Berg"),
        ("Esra Yıldız <bram@x.nl>", "Esra", "Yıldız"),
        ("Madonna <bram@x.nl>", "Madonna", ""),
        ("bram@x.nl", "", ""),
        ("<bram@x.nl>", "", ""),
        ("Bram 't Hart <bram@x.nl>", "Bram", "'t Hart"),
    ],
)
def test_names_are_split_where_people_split_them(text: str, given: str, family: str) -> None:
    line = one(text)
    assert (line.email, line.given_name, line.family_name) == ("bram@x.nl", given, family)
    assert not line.doubt


def test_column_heads_are_left_out_and_say_which_name_comes_first() -> None:
    line = one("Achternaam\tVoornaam\tE-mail\nPeeters\tBram\tbram@x.nl")
    assert (line.given_name, line.family_name, line.number) == ("Bram", "Peeters", 2)
    assert one("Voornaam;Achternaam;E-mail\nBram;Peeters;bram@x.nl").given_name == "Bram"


def test_several_addresses_between_brackets_on_one_line_are_several_people() -> None:
    lines = read_list("Anna de Wit <anna@x.nl>; Bram Peeters <bram@x.nl>; Chris <c@x.nl>")
    assert [line.name for line in lines] == ["Anna de Wit", "Bram Peeters", "Chris"]
    assert {line.number for line in lines} == {1}


def test_empty_lines_are_no_people_but_count() -> None:
    lines = read_list("\n\nanna@x.nl\r\n \t \n;;\nbram@x.nl\n")
    assert [(line.number, line.email) for line in lines] == [(3, "anna@x.nl"), (6, "bram@x.nl")]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Anna de Wit", "No e-mail address stands here."),
        ("anna@x.nl bram@x.nl", "More than one e-mail address stands here."),
        ("anna@ x.nl", "This is not an e-mail address."),
        ("anna@x", "This is not an e-mail address."),
        ("Anna @x.nl", "This is not an e-mail address."),
        ("anna@@x.nl", "This is not an e-mail address."),
        (f"{'A' * 101} <anna@x.nl>", "This name is too long."),
        (f"{'a' * 300}@x.nl", "This is not an e-mail address."),
    ],
)
def test_what_is_not_clear_is_named_on_its_line(text: str, doubt: str) -> None:
    assert str(one(text).doubt) == doubt


def test_the_second_of_two_equal_addresses_is_named_with_the_first() -> None:
    lines = read_list("anna@x.nl\nBram <bram@x.nl>\nAnna <ANNA@x.nl>")
    assert [bool(line.doubt) for line in lines] == [False, False, True]
    assert lines[2].doubt.interpolate() == "The same address stands on line 1."


def test_nothing_at_all_is_an_empty_list() -> None:
    assert read_list("") == read_list(" \n\t\n") == []


def test_no_text_breaks_it() -> None:
    for text in (
        "@",
        "<>",
        "<<@>>",
        "\x00@\x00",
        ",,,@,,,",
        "a\tb\tc\td\te\tf\tg@x.nl",
        "@" * 5000,
        "\ud800@x.nl",
        "<" * 3000 + "@",
        "a" * 100_000,
        "a " * 50_000 + "@",
    ):
        read_list(text)
