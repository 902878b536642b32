"""Whether each item fits its scale, and each dimension its items."""

from typing import TYPE_CHECKING

from lms_leiderschap.instrument.checking import Path, check_known, wrong
from lms_leiderschap.instrument.tables import DimensionSpec, ItemSpec
from lms_leiderschap.programme.plain import nearest

if TYPE_CHECKING:
    from lms_leiderschap.instrument.definition import InstrumentSpec

# Which rule adds up answers of which kind.
RULES = {
    "likert": "mean",
    "split": "split_mean",
    "phase": "phase",
    "yes_no": "yes_share",
    "number": "attainment",
}
# Fields that only one kind of item has.
OWN_FIELDS = {
    "reverse": "likert",
    "options": "split",
    "phases": "phase",
    **dict.fromkeys(
        ("unit", "decimals", "better", "minimum", "maximum", "norm", "target"), "number"
    ),
}
INDICATOR = ("norm", "target", "actual")


def check_items(spec: "InstrumentSpec") -> None:
    """SpecError for the first item, and then the first dimension, that does not fit."""
    if not spec.items:
        wrong("an instrument needs [[items]].")
    for place, item in enumerate(spec.items):
        path: Path = ("items", place)
        _check_ask(spec, item, path)
        _check_fields(spec, item, path)
        _check_dimension_of(spec, item, path)
        for number, wording in enumerate(item.wordings):
            known = [perspective.key for perspective in spec.perspectives]
            check_known("perspective", wording.perspective, known, *path, "wordings", number)
        kind = spec.kind_of(item)
        if kind == "split":
            _check_options(spec, item, path)
        elif kind == "phase":
            _check_phases(spec, item, path)
        elif kind == "number":
            _check_indicator(item, path)
    for place, dimension in enumerate(spec.dimensions):
        _check_dimension(spec, dimension, ("dimensions", place))


def _check_ask(spec: "InstrumentSpec", item: ItemSpec, path: Path) -> None:
    known = [measure.key for measure in spec.measures]
    if not item.ask:
        wrong("an item asks at least one measure.", "ask", *path)
    for measure in item.ask:
        check_known("measure", measure, known, *path)
    if len(set(item.ask)) < len(item.ask):
        wrong("a measure is asked once.", "ask", *path)
    kinds = sorted({spec.scale_of(measure).kind for measure in item.ask})
    if len(kinds) > 1:
        sentence = f"all measures of an item share one kind of scale, not {' and '.join(kinds)}."
        wrong(sentence, "ask", *path)


def _check_fields(spec: "InstrumentSpec", item: ItemSpec, path: Path) -> None:
    kind = spec.kind_of(item)
    for field, needed in OWN_FIELDS.items():
        if getattr(item, field) not in (None, False, "", ()) and kind != needed:
            wrong(f"'{field}' is for items of a {needed} scale, not {kind}.", field, *path)


def _check_dimension_of(spec: "InstrumentSpec", item: ItemSpec, path: Path) -> None:
    kind = spec.kind_of(item)
    known = [dimension.key for dimension in spec.dimensions]
    if kind in ("split", "text"):
        if item.dimension:
            wrong(f"a {kind} item belongs to no dimension.", "dimension", *path)
        return
    if not item.dimension:
        wrong("this item needs its 'dimension'.", "", *path)
    check_known("dimension", item.dimension, known, *path)
    _check_rule(spec, spec.dimension(item.dimension), kind)


def _check_rule(spec: "InstrumentSpec", dimension: DimensionSpec, kind: str) -> None:
    if dimension.rule != RULES[kind]:
        place = [row.key for row in spec.dimensions].index(dimension.key)
        sentence = f"the rule '{dimension.rule}' does not fit {kind} items; it is '{RULES[kind]}'."
        wrong(sentence, "rule", "dimensions", place)


def _check_options(spec: "InstrumentSpec", item: ItemSpec, path: Path) -> None:
    known = [row.key for row in spec.dimensions]
    for number, option in enumerate(item.options):
        inside = (*path, "options", number)
        check_known("dimension", option.dimension, known, *inside)
        _check_rule(spec, spec.dimension(option.dimension), "split")
    needed = [row.key for row in spec.dimensions if row.rule == "split_mean"]
    given = [option.dimension for option in item.options]
    for key in needed:
        if given.count(key) != 1:
            sentence = f"a split has one option per dimension; '{key}' has {given.count(key)}."
            wrong(sentence, "options" if given else "key", *path)


def _check_phases(spec: "InstrumentSpec", item: ItemSpec, path: Path) -> None:
    for measure in item.ask:
        steps = len(spec.scale_of(measure).labels)
        if len(item.phases) != steps:
            sentence = f"this item has {len(item.phases)} phases and its scale {steps}."
            wrong(sentence, "phases" if item.phases else "key", *path)


def _check_indicator(item: ItemSpec, path: Path) -> None:
    for measure in INDICATOR:
        if measure not in item.ask:
            near = nearest(measure, item.ask)
            wrong(f"an indicator asks norm, target and actual; '{measure}' is missing{near}",
                  "ask", *path)  # fmt: skip
    if not item.better:
        wrong("an indicator says whether 'higher' or 'lower' is 'better'.", "key", *path)
    if item.decimals is None or not 0 <= item.decimals <= 6:
        wrong("an indicator needs its 'decimals', 0 to 6.", "decimals", *path)
    for field in ("norm", "target"):
        value = getattr(item, field)
        low, high = item.minimum, item.maximum
        if value is None:
            continue
        if (low is not None and value < low) or (high is not None and value > high):
            wrong(f"the {field} lies outside minimum and maximum.", field, *path)
    if item.norm is not None and item.target is not None:
        turned = item.target < item.norm if item.better == "higher" else item.target > item.norm
        if turned:
            wrong(f"the target is worse than the norm; {item.better} is better here.",
                  "target", *path)  # fmt: skip


def _check_dimension(spec: "InstrumentSpec", dimension: DimensionSpec, path: Path) -> None:
    items = spec.items_of(dimension.key)
    if not items:
        wrong("no item belongs to this dimension.", dimension.key, *path)
    if dimension.rule == "phase" and len(items) > 1:
        wrong(f"a dimension of the rule 'phase' has one item, not {len(items)}.", "rule", *path)
    if not 1 <= dimension.minimum_answered <= len(items):
        sentence = f"this dimension has {len(items)} items; minimum_answered is 1 to {len(items)}."
        wrong(sentence, "minimum_answered", *path)
    if len({item.ask for item in items}) > 1:
        wrong("all items of a dimension ask the same measures.", dimension.key, *path)
