import pytest

from lms_leiderschap.submission.blocks import blocks_from_text
from lms_leiderschap.submission.completeness import check
from lms_leiderschap.submission.spec import PartSpec, ReportSpec

A_FILE = ["verslag.docx"]


def part(**fields):
    return PartSpec.from_data({"key": "part", "title": "Deel", **fields})


def entries(**fields):
    return part(kind="entries", min_entries=1, **fields)


def text(words):
    return {"blocks": blocks_from_text(" ".join(["woord"] * words))}


def state(part, answer=None, files=(), goals=(), **report):
    spec = ReportSpec(parts=[part], **report)
    answers = {} if answer is None else {part.key: answer}
    return check(spec, answers, files, goals=goals).parts[0]


def is_filled(part, answer, **more):
    return state(part, answer, **more).state != "missing"


def test_a_text_is_filled_when_it_is_not_empty_and_short_below_the_advice():
    advised = part(min_words=20, complete_text="Ingevuld; advies: ten minste 20 woorden.")
    assert state(advised).sentence == "Ingevuld; advies: ten minste 20 woorden."
    assert [state(advised, text(count)).state for count in (0, 1, 19, 20)] == [
        "missing",
        "short",
        "short",
        "filled",
    ]
    short = state(advised, text(19))
    assert (short.words, short.needed, short.count) == (19, 20, 1)
    assert short.sentence.interpolate() == "19 words; the advice is at least 20."


def test_words_may_be_binding():
    assert state(part(min_words=20), text(19), words_binding=True).state == "missing"


def test_a_report_is_complete_when_every_required_part_is_filled():
    parts = [part(key="a"), part(key="b"), part(key="c", required=False)]
    report = ReportSpec(parts=parts)
    found = check(report, {"a": text(3)}, [])
    assert (found.filled, found.total, found.missing, found.words) == (1, 2, ("b",), 3)
    assert not found.complete
    assert [state.state for state in found.parts] == ["filled", "missing", "missing"]
    assert check(report, {"a": text(3), "b": text(4)}, []).complete


def test_a_text_may_stand_in_a_file_when_there_is_one():
    answer = {"in_file": True}
    assert state(part(min_words=20), answer, A_FILE).state == "filled"
    assert not is_filled(part(), answer)
    assert not is_filled(part(), {}, files=A_FILE)


def test_parts_that_feed_something_else_are_filled_in_the_form():
    answer = {"in_file": True}
    assert not is_filled(entries(), answer, files=A_FILE)
    assert not is_filled(part(hands_on="voornemens"), answer, files=A_FILE)
    assert is_filled(entries(), answer, files=A_FILE, upload_alone_suffices=True)
    assert is_filled(entries(alternative={"any_of": ["file"]}), answer, files=A_FILE)


def test_entries_count_when_each_field_that_is_asked_is_filled():
    asked = part(
        kind="entries", entry_fields=["who", "what"], each_filled=["who", "what"], min_entries=2
    )
    whole = {"who": "team", "what": "bespreking"}
    half = {"who": "team", "what": "  "}
    assert not is_filled(asked, {"entries": [whole, half]})
    assert state(asked, {"entries": [whole, half]}).count == 1
    found = state(asked, {"entries": [whole, half, whole]})
    assert (found.state, found.count, found.needed, found.words) == ("filled", 2, 2, 5)


def test_entries_that_may_stay_empty_are_empty_but_not_missing():
    optional = part(kind="entries", required=False, each_filled=["question"])
    report = ReportSpec(parts=[optional])
    found = check(report, {}, [])
    assert (found.parts[0].state, found.missing, found.complete) == ("missing", (), True)
    assert is_filled(optional, {"entries": [{"question": "wat?"}]})


@pytest.mark.parametrize("year", ["2000", "2028", " 2100 ", 2030])
def test_an_intention_with_a_year_counts(year):
    intentions = entries(each_filled=["goal", "target_year"])
    assert is_filled(intentions, {"entries": [{"goal": "groei", "target_year": year}]})


@pytest.mark.parametrize(
    "year", ["1999", "2101", "volgend jaar", "2028,5", "²⁰²⁸", "02028", "-2028"]
)
def test_an_intention_with_another_year_does_not_count_and_says_so(year):
    intentions = entries(each_filled=["goal", "target_year"])
    found = state(intentions, {"entries": [{"goal": "groei", "target_year": year}]})
    assert found.state == "missing"
    assert found.sentence.interpolate() == "Fill in a year from 2000 up to 2100."


def test_an_intention_without_a_year_is_not_filled():
    intentions = entries(each_filled=["goal", "target_year"], complete_text="Met een jaartal.")
    assert state(intentions, {"entries": [{"goal": "groei"}]}).sentence == "Met een jaartal."


def test_each_product_that_is_named_needs_an_entry():
    conclusions = entries(each_filled=["conclusion"], entries_for=["systemen", "cultuur"])
    one = {"for": "systemen", "conclusion": "goed"}
    other = {"for": "cultuur", "conclusion": "beter"}
    assert not is_filled(conclusions, {"entries": [one, one]})
    assert not is_filled(conclusions, {"entries": [one, {**other, "conclusion": ""}]})
    assert is_filled(conclusions, {"entries": [one, other]})


def test_never_more_products_than_allowed():
    activities = entries(each_filled=["what"], linked=[{"product": "verbeterpunt", "max": 1}])
    row = {"what": "x", "product": "verbeterpunt"}
    assert is_filled(activities, {"entries": [row]})
    assert is_filled(activities, {"entries": [{"what": "x"}]})
    assert not is_filled(activities, {"entries": [row, row]})
    assert not is_filled(activities, {"entries": [row], "linked": ["verbeterpunt"]})


def test_a_process_needs_its_steps():
    processes = part(
        kind="process_map", each_filled=["process", "steps"], min_entries=1, min_steps=2
    )
    assert not is_filled(processes, {"entries": [{"process": "p", "steps": "een\n\n"}]})
    assert is_filled(processes, {"entries": [{"process": "p", "steps": "een\ntwee"}]})
    assert is_filled(processes, {"entries": [{"process": "p", "steps": ["een", "twee"]}]})


CHANGES = part(
    kind="changes",
    change_kinds=["kept", "changed", "dropped", "added"],
    each_filled=["change", "reason"],
    reason_optional_for=["kept"],
    min_entries=1,
)


@pytest.mark.parametrize(
    ("rows", "filled"),
    [
        ([], False),
        ([{"goal": "a", "change": "kept"}], True),
        ([{"goal": "a", "change": "changed"}], False),
        ([{"goal": "a", "change": "changed", "reason": "team"}], True),
        ([{"goal": "a", "change": "moved", "reason": "team"}], False),
        ([{"goal": "a", "change": "kept"}, {"goal": "b", "change": ""}], False),
        ([{"goal": "a", "change": "kept"}, {"goal": "", "change": ""}], True),
    ],
)
def test_every_change_has_a_kind_and_a_reason_where_it_is_asked(rows, filled):
    assert is_filled(CHANGES, {"entries": rows}) is filled


def test_every_goal_of_both_versions_is_told():
    rows = {"entries": [{"goal": "Meer  lezen", "change": "kept"}]}
    assert is_filled(CHANGES, rows, goals=["meer lezen"])
    assert not is_filled(CHANGES, rows, goals=["meer lezen", "rekenen"])


def test_a_comparison_may_be_told_or_stand_in_a_file():
    comparison = part(
        kind="instrument_comparison",
        min_runs=2,
        min_words=60,
        alternative={"any_of": ["file", "text"], "min_words": 120},
    )
    assert not is_filled(comparison, {})
    assert state(comparison, text(119)).state == "short"
    assert state(comparison, text(120)).state == "filled"
    assert is_filled(comparison, {"in_file": True}, files=A_FILE)


def test_a_choice_is_one_of_the_options():
    ambition = part(kind="choice", options=["small", "large"])
    assert is_filled(ambition, {"choice": "large"})
    assert not is_filled(ambition, {"choice": "huge"})
    assert not is_filled(ambition, {})


def test_answers_for_parts_that_are_not_asked_count_for_nothing():
    found = check(ReportSpec(parts=[part()]), {"part": text(2), "old": text(9)}, [])
    assert found.words == 2
