"""How the culture questionnaire is scored, against its own worked examples."""

import pytest
from lms_professionele_cultuur import plugin
from lms_professionele_cultuur.culture import AXES, axis, congruence, dominant, score

from lms_leiderschap.instrument.gathering import Row, answers_of
from lms_leiderschap.instrument.samples import sample_rows

[LIST] = [spec for spec in plugin.instruments if spec.key == "cultuur-concurrerende-waarden"]
TITLES = {row.key: row.title for row in LIST.dimensions}
[EXAMPLE] = [file for file in LIST.examples if "Split of 100 points" in file["title"]]
CASES = {case["name"]: case for case in EXAMPLE["cases"]}


def raw(item, points):
    """Points by type, as a case has them, under the options of an item, as a form sends them."""
    options = {option.dimension: option.key for option in LIST.item(item).options}
    return {options[key]: value for key, value in points.items()}


def one_person(name):
    """The answers of one school leader in a case of the example."""
    given = CASES[name]["given"]
    items = {
        item: {measure: raw(item, given[measure][item]) for measure in ("current", "wanted")}
        for item in given["current"]
    }
    return answers_of(LIST, "self", [Row(items)])


def team():
    given = CASES["group_of_five"]["given"]
    rows = [
        Row({item: {"current": raw(item, points)} for item, points in person.items()})
        for person in given["respondents"]
    ]
    return answers_of(LIST, "team", rows)


def by_title(expected):
    return {TITLES[key]: value for key, value in expected.items()}


def test_the_file_is_scored_by_this_plugin():
    assert LIST.score is score


def test_the_worked_example_comes_out():
    answers, expect = one_person("one_respondent"), CASES["one_respondent"]["expect"]
    profile, shift, axes = score(answers)
    for key, title in TITLES.items():
        shown = tuple(round(expect[measure][key], 1) for measure in ("current", "wanted"))
        assert profile.values[title] == pytest.approx(shown)
        assert answers.text(shift.values[title]) == expect["difference_shown"][key]
    assert dominant(answers) == expect["dominant_current"]
    assert congruence(answers) == expect["aspects_with_dominant_on_top"]
    for measure, wanted in (("current", "axes_current"), ("wanted", "axes_wanted")):
        found = [float(axis(answers, title, measure)) for title in AXES]
        assert found == pytest.approx(list(expect[wanted].values()), abs=1e-6)
    assert axes.values["Soepel min beheerst"] == (-10.0, 20.0)


def test_the_bands_of_the_file_are_named():
    answers, expect = one_person("one_respondent"), CASES["one_respondent"]["expect"]
    shift = score(answers)[1]
    for key, band in expect["difference_band"].items():
        [said] = [part for part in shift.sentence.split(".") if TITLES[key] in part]
        assert said.strip().startswith(band)


def test_shifts_add_up_to_nothing():
    answers = one_person("one_respondent")
    assert sum(answers.difference(row, "verschuiving") for row in answers.dimensions) == 0


def test_incomplete_aspects_leave_the_others():
    answers, expect = one_person("incomplete_aspects"), CASES["incomplete_aspects"]["expect"]
    profile, shift, _axes = score(answers)
    assert by_title(expect["difference"]) == pytest.approx(shift.values, abs=0.051)
    assert [pair[0] for pair in profile.values.values()] == pytest.approx(
        list(expect["current"].values()), abs=0.051
    )
    assert congruence(answers) is None
    assert "aspecten" not in profile.sentence


def test_a_team_that_only_said_how_it_is_now():
    profile, shift, axes = score(team())
    expect = CASES["group_of_five"]["expect"]["mean"]
    assert {title: pair[0] for title, pair in profile.values.items()} == pytest.approx(
        {title: round(value, 1) for title, value in by_title(expect).items()}
    )
    assert {pair[1] for pair in (*profile.values.values(), *axes.values.values())} == {None}
    assert set(shift.values.values()) == {None}
    assert "te weinig antwoorden" in shift.sentence


def test_a_shared_first_place_counts_and_the_file_decides_a_tie():
    points = {"familie": 40, "vernieuwing": 10, "resultaat": 10, "regelmaat": 40}
    items = {
        item.key: {"current": raw(item.key, points)} for item in LIST.items if item.options
    }
    answers = answers_of(LIST, "self", [Row(items)])
    assert (dominant(answers), congruence(answers)) == ("familie", 6)


@pytest.mark.parametrize("n", [5, 9, 10, 500])
@pytest.mark.parametrize("seed", [1, 2])
def test_any_round_of_answers_can_be_drawn(n, seed):
    answers = answers_of(LIST, "team", sample_rows(LIST, "team", n, seed))
    for chart in score(answers):
        assert chart.n == answers.n and chart.sentence
        known = [value for row in chart.values for value in chart.numbers(row) if value is not None]
        assert known


def test_below_the_threshold_there_is_nothing_to_score():
    assert answers_of(LIST, "team", sample_rows(LIST, "team", 4)) is None
