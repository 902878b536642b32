import datetime

import pytest

from lms_leiderschap.programme.spec import (
    AssignmentSpec,
    DueSpec,
    ModuleSpec,
    ProductSpec,
    ProgrammeSpec,
    SpecError,
)


def test_a_module_takes_its_goals_from_a_dict_or_from_a_list():
    by_dict = ModuleSpec("m", "M", learning_goals={"one": "First."})
    by_list = ModuleSpec.from_data(
        {"key": "m", "title": "M", "learning_goals": [{"key": "one", "text": "First."}]}
    )
    assert by_dict == by_list
    assert by_dict.learning_goals[0].text == "First."


def test_a_work_form_always_has_three_phases():
    assert ModuleSpec("m", "M", work_form={"on": "Day."}).work_form == {
        "before": "", "on": "Day.", "after": "",
    }  # fmt: skip
    with pytest.raises(SpecError, match="'befor' is not a part"):
        ModuleSpec("m", "M", work_form={"befor": "x"})


def test_a_module_gives_its_key_to_its_products_and_assignments():
    module = ModuleSpec(
        "m",
        "M",
        products=[ProductSpec("p", "conclusion"), ProductSpec("q", "report", made_in="other")],
        assignments=[AssignmentSpec("a", "A")],
    )
    assert [item.made_in for item in module.products] == ["m", "other"]
    assert module.assignments[0].place == "m"


def test_feedback_is_owed_exactly_when_there_is_a_report_unless_said_otherwise():
    assert AssignmentSpec("a", "A").feedback_required is False
    assert AssignmentSpec("a", "A", report="r").feedback_required is True
    assert AssignmentSpec("a", "A", report="r", feedback_required=False).feedback_required is False


def test_a_report_with_feedback_has_a_rubric_even_when_none_is_named():
    assert AssignmentSpec("a", "A", report="r").rubric_key == "action-learning"
    assert AssignmentSpec("a", "A", report="r", rubric="own").rubric_key == "own"
    assert AssignmentSpec("a", "A").rubric_key == ""


def test_without_a_brief_the_work_form_of_the_phase_is_read():
    module = ModuleSpec("m", "M", work_form={"before": "Read.", "after": "Do."})
    assert module.brief_of(AssignmentSpec("a", "A", kind="reading")) == "Read."
    assert module.brief_of(AssignmentSpec("a", "A")) == "Do."
    assert module.brief_of(AssignmentSpec("a", "A", brief="Mine.")) == "Mine."


def test_a_field_whose_word_is_reserved_keeps_its_word_in_data():
    due = DueSpec.from_data({"rule": "month_window", "from": "2023-01", "until": "2023-03"})
    assert due.from_ == "2023-01"
    assert due.to_data()["from"] == "2023-01"
    assert DueSpec.from_data(due.to_data()) == due


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"titel": "x"}, "'titel' is not a field of a module; did you mean 'title'?"),
        ({"aliases": "x"}, "a list is needed here, not 'x'."),
        ({"products": [{"key": "p"}]}, "products.0: a product needs 'kind'."),
        ({"products": [{"key": "p", "kind": "conclusio"}]}, "did you mean 'conclusion'?"),
        ({"assignments": [{"key": "a", "title": "A", "version": "1"}]}, "a whole number is needed"),
    ],
)
def test_a_wrong_value_is_named_with_the_nearest_right_word(data, sentence):
    with pytest.raises(SpecError) as caught:
        ModuleSpec.from_data({"key": "m", "title": "M"} | data)
    assert sentence in str(caught.value)


def test_what_is_not_plain_has_no_place_in_a_spec():
    with pytest.raises(SpecError, match="object is not a plain value"):
        AssignmentSpec("a", "A", count=object())


PROGRAMME = {
    "key": "p",
    "title": "P",
    "published_on": datetime.date(2020, 5, 1),
    "duration": {"value": 2, "unit": "year"},
    "modules": [
        {"key": "second", "order": 2},
        {"key": "first", "order": 1, "title": "First", "insights": ["One"]},
    ],
    "products": [{"key": "c", "kind": "conclusion", "made_in": "first"}],
    "assignments": [
        {"key": "a", "title": "A", "place": "first"},
        {"key": "b", "title": "B", "place": "whole"},
    ],
    "editions": [{"key": "e", "meetings": [{"number": 1, "start": datetime.time(9, 30)}]}],
}


def test_a_programme_keeps_the_order_of_its_modules_and_every_table():
    programme = ProgrammeSpec.from_data(PROGRAMME)
    assert programme.module_keys == ("first", "second")
    assert programme.table("duration") == ({"value": 2, "unit": "year"},)
    assert programme.meetings("e") == ({"number": 1, "start": "09:30:00"},)
    assert programme.published_on == "2020-05-01"
    with pytest.raises(KeyError):
        programme.meetings("none")


def test_a_module_written_out_in_a_programme_holds_its_own_assignments_and_products():
    programme = ProgrammeSpec.from_data(PROGRAMME)
    first, second = programme.modules
    assert [item.key for item in first.module.assignments] == ["a"]
    assert [item.key for item in first.module.products] == ["c"]
    assert second.module is None
    assert [item.key for item in programme.assignments] == ["b"]


def test_a_programme_comes_back_from_its_plain_form():
    programme = ProgrammeSpec.from_data(PROGRAMME)
    assert ProgrammeSpec.from_data(programme.to_data()) == programme


def test_a_wrong_table_of_a_programme_is_named():
    with pytest.raises(SpecError, match="did you mean 'editions'"):
        ProgrammeSpec.from_data({"key": "p", "title": "P", "edition": []})


class Live(str):
    def __html__(self) -> str:
        return "<script>"


class Counted(int):
    pass


def test_values_are_exact_whatever_class_they_are_given_in():
    module = ModuleSpec(
        Live("m"), Live("M"), aliases=[Live("a")], work_form={Live("on"): Live("Day.")},
        assignments=[AssignmentSpec("a", "A", kind=Live("reading"), count={Live("n"): Counted(3)},
                                    exactly=Counted(2))],
    )  # fmt: skip
    item = module.assignments[0]
    texts = [module.key, module.title, *module.aliases, *module.work_form,
             *module.work_form.values(), item.kind, *item.count]  # fmt: skip
    assert {type(text) for text in texts} == {str}
    assert type(item.exactly) is int and type(item.count["n"]) is int


def test_a_spec_of_a_class_of_ones_own_is_refused():
    class Own(ModuleSpec):
        pass

    class OwnReport(ModuleSpec):
        __module__ = ModuleSpec.__module__

    with pytest.raises(SpecError, match="a module is needed here"):
        ProgrammeSpec("p", "P", modules=[{"key": "m", "order": 1, "module": Own("m", "M")}])
    with pytest.raises(SpecError, match="a key is needed here"):
        AssignmentSpec("a", "A", report=OwnReport("m", "M"))


@pytest.mark.parametrize("fields", [
    {"title": "T\udcff"}, {"title": "T", "aliases": ["\ud800"]},
    {"title": "T", "work_form": {"on": "Day \udcff"}},
])  # fmt: skip
def test_a_text_with_half_a_sign_is_refused(fields):
    with pytest.raises(SpecError, match="half a sign"):
        ModuleSpec("m", **fields)
