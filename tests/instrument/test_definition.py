"""The format of an instrument: what is read, and what is refused with file, line and the word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lms_leiderschap.instrument.chart import Chart
from lms_leiderschap.instrument.definition import InstrumentSpec
from lms_leiderschap.instrument.file import InstrumentError
from lms_leiderschap.programme.plain import SpecError

PLUGINS = Path(__file__).parents[2] / "plugins"
FILES = sorted(PLUGINS.glob("*/src/*/instruments/*.toml"))
BY_KEY = {path.stem: path for path in FILES}
PLG, GAP = "plg-vragenlijst", "performance-gap-scan"
INK, SPLIT = "ink-positiebepaling", "cultuur-concurrerende-waarden"
BSC, LESSON = "balanced-scorecard-leerrendement", "kijkwijzer-les"


def read(path: Path) -> InstrumentSpec:
    return InstrumentSpec.from_folder(path.parent, "instruments/", path.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_a_file_is_read_and_written_again_without_loss(path: Path) -> None:
    spec = read(path)
    assert spec.key == path.stem
    assert spec.to_data()["schema"] == 1
    assert InstrumentSpec.from_data(spec.to_data()) == spec


def test_every_kind_of_item_is_among_them() -> None:
    kinds = {spec.kind_of(item) for spec in map(read, FILES) for item in spec.items}
    assert kinds == {"likert", "phase", "split", "yes_no", "number", "text"}


def test_an_instrument_of_two_modules_is_one() -> None:
    both = [read(path) for path in FILES if path.stem == GAP]
    assert len(both) == 2
    assert both[0] == both[1]


def test_a_score_is_no_part_of_the_data_nor_of_equality() -> None:
    plain = read(BY_KEY[PLG])
    scored = replace(plain, score=lambda answers: [Chart("bars", "n", {"n": answers.n})])
    assert scored == plain
    assert scored.to_data() == plain.to_data()
    assert not {"score", "examples"} & plain.to_data().keys()
    with pytest.raises(SpecError, match="'score' is not a field"):
        InstrumentSpec.from_data({**plain.to_data(), "score": "x"})


# Instrument, what stands there, what is written instead, a word of the line it is found on (the
# first such line), and the sentence.
MISTAKES = [
    (PLG, "schema = 1", "schema = 2", "schema = 2", "schema = 1"),
    (PLG, 'key = "plg-vragenlijst"', 'key = "plg"', 'key = "plg"', "the name of the file"),
    (PLG, "minutes = 8", "minuten = 8", "minuten", "did you mean 'minutes'"),
    (PLG, 'version = "1.0.0"', 'version = "1.0"', "1.0", "major.minor.patch"),
    (PLG, 'key = "visie-2"', 'key = "visie-1"', None, "'visie-1' stands twice"),
    (PLG, 'key = "visie"\n', 'key = "leiderschap"\n', None, "'leiderschap' stands twice"),
    (PLG, 'key = "team"', 'key = "self"', None, "'self' stands twice"),
    (PLG, 'key = "team"', 'key = "others"', '"others"', "a word of comparisons"),
    (SPLIT, '"leiding-familie"', '"kenmerken-familie"', None, "stands twice in items and options"),
    (SPLIT, 'key = "koers-familie"', 'key = "koers"', None, "stands twice in items and options"),
    (PLG, 'scale = "eens"', 'scale = "een"', '"een"', "did you mean 'eens'"),
    (PLG, 'dimension = "visie"', 'dimension = "visies"', "visies", "did you mean 'visie'"),
    (PLG, 'ask = ["current"]', 'ask = ["curent"]', "curent", "did you mean 'current'"),
    (PLG, "account = false", 'account = false\nmerge_into = "zelf"', "zelf", "'zelf'"),
    (SPLIT, 'dimension = "resultaat", text = "De g', 'dimension = "resultaten", text = "De g',
     "resultaten", "did you mean 'resultaat'"),
    (PLG, 'second = "team"', 'second = "teem"', "teem", "did you mean 'team'"),
    (PLG, 'measure = "current"\nfirst', 'measure = "curent"\nfirst', "curent", "'curent'"),
    (GAP, 'first = "performance"', 'first = "performence"', "performence", "'performance'"),
    (GAP, 'first = "performance"', 'first = "remark"', 'first = "remark"', "no scored measure"),
    (PLG, 'ask = ["remark"]', 'ask = ["remark", "current"]', '"remark", "current"',
     "one kind of scale, not likert and text"),
    (PLG, 'rule = "mean"', 'rule = "phase"', 'rule = "phase"', "does not fit likert items"),
    (PLG, 'rule = "mean"', 'rule = "means"', 'rule = "means"', "did you mean 'mean'"),
    (SPLIT, 'options = [\n  { key = "leiding-familie", dimension = "familie"',
     'options = [\n  { key = "leiding-familie", dimension = "regelmaat"', None,
     "one option per dimension; 'familie' has 0"),
    (INK, '  "Plannen ontstaan los', '  # "Plannen ontstaan los', None, "4 phases and its scale 5"),
    (PLG, '"Oneens", ', "", "labels =", "5 steps and 4 labels"),
    (LESSON, '["Nee", "Ja"]', '["Ja"]', "labels =", "2 steps and 1 labels"),
    (BSC, 'kind = "number"', 'kind = "number"\nlabels = ["a"]', "labels", "has no labels"),
    (INK, 'text = "Leiderschap"', 'reverse = true\ntext = "Leiderschap"', "reverse = true",
     "for items of a likert scale"),
    (PLG, "minimum_answered = 3", "minimum_answered = 6", "= 6", "minimum_answered is 1 to 5"),
    (PLG, "minimum_answered = 3", "minimum_answered = 0", "= 0", "minimum_answered is 1 to 5"),
    (BSC, "norm = 60\ntarget = 80", "norm = 60\ntarget = 40", "target = 40", "worse than the norm"),
    (BSC, "norm = 60\ntarget = 80", "norm = 60\ntarget = 800", "target = 800", "outside minimum"),
    (BSC, '"norm", "target", "actual"]', '"norm", "target"]', '"norm", "target"]', "'actual'"),
    (PLG, "lower = 2.5", "lower = 2.6", "lower = 2.6", "bands touch"),
    (PLG, 'lower = 4.3\ntitle = "Sterk"', 'lower = 4.3\nupper = 5.0\ntitle = "Sterk"',
     "upper = 5.0", "the last band is open above"),
    (PLG, "upper = -0.4", "lower = -1.0\nupper = -0.4", "lower = -1.0", "is open below"),
    (PLG, 'on = "measure"\nof = "current"', 'on = "measure"\nof = "curent"', "curent", "'current'"),
    (PLG, 'series = ["self", "team"]', 'series = ["self", "taem"]', "taem", "did you mean 'team'"),
    (PLG, 'series = ["baseline", "follow_up"]', 'series = ["before", "follow_up"]', "before",
     "no series 'before'"),
    (GAP, 'comparison = "gap"', 'comparison = "gat"', '"gat"', "did you mean 'gap'"),
    (GAP, 'x_measure = "performance"', 'x_measure = "perform"', '"perform"', "'performance'"),
    (GAP, '"Later", ', "", "corners", "four corners, not 3"),
    (PLG, 'perspective = "team"\nmeasure', 'perspective = "tema"\nmeasure', "tema", "'team'"),
    (PLG, 'measure = "current"\nby', 'measure = "courant"\nby', "courant", "'current'"),
    (PLG, 'comparable_from = "1.0.0"', 'comparable_from = "1.1.0"', "1.1.0", "from a later one"),
    (PLG, "\nthreshold = 5", "\nthreshold = 2", "threshold = 2", "3 to 10, not 2"),
    (PLG, "\nthreshold = 5", "\nthreshold = 11", "threshold = 11", "3 to 10, not 11"),
    (PLG, "\nthreshold = 5", "\ntreshold = 5", "treshold = 5", "did you mean 'threshold'"),
    (PLG, "reverse = true", 'reverse = "ja"', "reverse = ", "true or false is needed"),
    (PLG, "reverse = true", "revers = true", "revers = ", "did you mean 'reverse'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "old", "new", "at", "sentence"), MISTAKES, ids=lambda value: str(value)[:24]
)
def test_a_mistake_names_file_line_and_word(
    key: str, old: str, new: str, at: str | None, sentence: str, tmp_path: Path
) -> None:
    text = BY_KEY[key].read_text("utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    path = tmp_path / f"{key}.toml"
    path.write_text(changed, "utf-8")
    with pytest.raises(InstrumentError) as refused:
        read(path)
    assert sentence in refused.value.sentence
    assert refused.value.file == f"instruments/{key}.toml"
    assert str(refused.value).startswith(f"instruments/{key}.toml:{refused.value.line}: ")
    begin = changed.rfind("\n", 0, text.index(old) + 1) + 1
    if at is None:  # anywhere in the table that was changed
        first = changed.count("\n", 0, changed.rindex("[[", 0, begin)) + 1
        last = changed.count("\n", 0, changed.find("\n[[", begin)) + 1
        assert first <= refused.value.line <= last
    else:
        assert refused.value.line == changed.count("\n", 0, changed.index(at, begin)) + 1


def test_broken_toml_and_a_missing_file_say_where(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("schema = 1\nkey = \n", "utf-8")
    with pytest.raises(InstrumentError, match=r"instruments/x.toml:2: this is not valid TOML"):
        read(tmp_path / "x.toml")
    with pytest.raises(InstrumentError, match=r"y.toml:1: this file is missing"):
        read(tmp_path / "y.toml")


def test_broken_examples_say_where(tmp_path: Path) -> None:
    source = BY_KEY[PLG]
    (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "a.json").write_text('{\n "cases": [,]}', "utf-8")
    with pytest.raises(InstrumentError, match=r"instruments/examples/a.json:2: .* not valid JSON"):
        read(tmp_path / source.name)
    (tmp_path / "examples" / "a.json").write_text('{"cases": [{"name": "x"}]}', "utf-8")
    with pytest.raises(InstrumentError, match="'given' and 'expect'"):
        read(tmp_path / source.name)


def test_from_toml_reads_beside_the_calling_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "lms_sample"
    (package / "instruments" / "examples").mkdir(parents=True)
    (package / "instruments" / f"{PLG}.toml").write_bytes(BY_KEY[PLG].read_bytes())
    example = BY_KEY[PLG].parent / "examples" / "rounding-bands.json"
    (package / "instruments" / "examples" / "a.json").write_bytes(example.read_bytes())
    (package / "__init__.py").write_text(
        "from lms_leiderschap.instrument.definition import InstrumentSpec\n"
        "def score(answers):\n    return []\n"
        f"spec = InstrumentSpec.from_toml('{PLG}.toml', score=score)\n"
        "def wrong():\n    return InstrumentSpec.from_toml('plg-vragen.toml')\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import lms_sample

    assert lms_sample.spec == read(BY_KEY[PLG])
    assert lms_sample.spec.score is lms_sample.score
    assert len(lms_sample.spec.examples) == 1
    with pytest.raises(InstrumentError, match=f"did you mean '{PLG}.toml'"):
        lms_sample.wrong()
