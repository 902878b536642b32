import pytest

from lms_leiderschap.programme.spec import SpecError
from lms_leiderschap.submission.spec import PartSpec, ReportSpec


@pytest.fixture
def report():
    return ReportSpec.from_data(
        {
            "key": "goals",
            "parts": [
                {"key": "inputs", "kind": "entries"},
                {"key": "goals", "kind": "entries", "min_entries": 1},
                {"key": "changes", "kind": "changes"},
            ],
            "versions": [
                {"number": 1, "assignment": "describe", "parts": ["inputs", "goals"]},
                {"number": 2, "assignment": "adjust", "parts": ["changes", "goals"]},
            ],
            "assignment_rules": [
                {"programme": "plg", "assignment": "describe", "part": "goals", "min_entries": 2},
                {"assignment": "adjust", "part": "changes", "required": False},
            ],
        }
    )


def keys(report):
    return [part.key for part in report.parts]


def test_each_version_has_its_own_parts_in_its_own_order(report):
    assert keys(report.for_assignment("plg", "describe", 1, ())) == ["inputs", "goals"]
    assert keys(report.for_assignment("plg", "adjust", 2, ())) == ["changes", "goals"]
    assert keys(report.for_assignment("plg", "adjust", None, ())) == ["changes", "goals"]
    assert keys(report.for_assignment("plg", "other", None, ())) == ["inputs", "goals", "changes"]


def test_an_assignment_may_fill_some_of_the_parts(report):
    assert keys(report.for_assignment("plg", "other", None, ["changes", "inputs"])) == [
        "inputs",
        "changes",
    ]


def test_a_rule_counts_for_its_programme_and_assignment_only(report):
    def entries(programme, assignment):
        return report.for_assignment(programme, assignment, 1, ()).part("goals").min_entries

    assert entries("plg", "describe") == 2
    assert entries("mil", "describe") == 1
    assert entries("plg", "adjust") == 1


def test_a_rule_without_a_programme_counts_for_all(report):
    for programme in ("plg", "mil"):
        assert not report.for_assignment(programme, "adjust", 2, ()).part("changes").required


def test_the_report_of_an_assignment_can_be_pinned(report):
    asked = report.for_assignment("plg", "describe", 1, ())
    assert ReportSpec.from_data(asked.to_data()) == asked


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"parts": [{"key": "a"}, {"key": "a"}]}, "two parts are called 'a'"),
        ({"versions": [{"number": 1, "assignment": "x", "parts": ["b"]}]}, "there is no part 'b'"),
        ({"assignment_rules": [{"assignment": "x", "part": "b"}]}, "there is no part 'b'"),
        (
            {"assignment_rules": [{"assignment": "x", "part": "a", "min_word": 3}]},
            "did you mean 'min_words'",
        ),
    ],
)
def test_a_report_that_does_not_fit_together_is_refused(change, sentence):
    with pytest.raises(SpecError, match=sentence):
        ReportSpec.from_data({"parts": [{"key": "a"}]} | change)


def test_a_part_stands_by_its_key_and_title_alone():
    part = PartSpec("findings", "Resultaten", min_words=150)
    assert (part.kind, part.required) == ("text", True)
