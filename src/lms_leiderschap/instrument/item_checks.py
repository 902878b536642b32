"""Whether each item fits its scale, and each dimension its items."""

from typing import TYPE_CHECKING

from lms_leiderschap.instrument.checking import Path, check_known, wrong
from lms_leiderschap.instrument.tables import DimensionSpec, ItemSpec
from lms_leiderschap.programme.mistake import nearest
from lms_leiderschap.texts import _

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
        wrong(_("an instrument needs [[items]]."))
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
        wrong(_("an item asks at least one measure."), "ask", *path)
    for measure in item.ask:
        check_known("measure", measure, known, *path)
    if len(set(item.ask)) < len(item.ask):
        wrong(_("a measure is asked once."), "ask", *path)
    kinds = sorted({spec.scale_of(measure).kind for measure in item.ask})
    if len(kinds) > 1:
        words = {"one": ", ".join(kinds[:-1]), "other": kinds[-1]}
        sentence = _("all measures of an item share one kind of scale, not ${one} and ${other}.",
                     mapping=words)  # fmt: skip
        wrong(sentence, "ask", *path)


def _check_fields(spec: "InstrumentSpec", item: ItemSpec, path: Path) -> None:
    kind = spec.kind_of(item)
    for field, needed in OWN_FIELDS.items():
        if getattr(item, field) not in (None, False, "", ()) and kind != needed:
            words = {"field": field, "needed": needed, "kind": kind}
            sentence = _("'${field}' is for items of a ${needed} scale, not ${kind}.",
                         mapping=words)  # fmt: skip
            wrong(sentence, field, *path)


def _check_dimension_of(spec: "InstrumentSpec", item: ItemSpec, path: Path) -> None:
    kind = spec.kind_of(item)
    known = [dimension.key for dimension in spec.dimensions]
    if kind in ("split", "text"):
        if item.dimension:
            sentence = _("a ${kind} item belongs to no dimension.", mapping={"kind": kind})
            wrong(sentence, "dimension", *path)
        return
    if not item.dimension:
        wrong(_("this item needs its 'dimension'."), "", *path)
    check_known("dimension", item.dimension, known, *path)
    _check_rule(spec, spec.dimension(item.dimension), kind)


def _check_rule(spec: "InstrumentSpec", dimension: DimensionSpec, kind: str) -> None:
    if dimension.rule != RULES[kind]:
        place = [row.key for row in spec.dimensions].index(dimension.key)
        words = {"rule": dimension.rule, "kind": kind, "right": RULES[kind]}
        sentence = _("the rule '${rule}' does not fit ${kind} items; it is '${right}'.",
                     mapping=words)  # fmt: skip
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
            words = {"key": key, "n": given.count(key)}
            sentence = _("a split has one option per dimension; '${key}' has ${n}.", mapping=words)
            wrong(sentence, "options" if given else "key", *path)


def _check_phases(spec: "InstrumentSpec", item: ItemSpec, path: Path) -> None:
    for measure in item.ask:
        steps = len(spec.scale_of(measure).labels)
        if len(item.phases) != steps:
            words = {"phases": len(item.phases), "steps": steps}
            sentence = _("this item has ${phases} phases and its scale ${steps}.", mapping=words)
            wrong(sentence, "phases" if item.phases else "key", *path)


def _check_indicator(item: ItemSpec, path: Path) -> None:
    for measure in INDICATOR:
        if measure not in item.ask:
            sentence = _("an indicator asks norm, target and actual; '${measure}' is missing.",
                         mapping={"measure": measure})  # fmt: skip
            wrong(sentence, "ask", *path, near=nearest(measure, item.ask))
    if not item.better:
        sentence = _("an indicator says whether 'higher' or 'lower' is 'better'.")
        wrong(sentence, "key", *path)
    if item.decimals is None or not 0 <= item.decimals <= 6:
        wrong(_("an indicator needs its 'decimals', 0 to 6."), "decimals", *path)
    _check_aims(item, path)


def _check_aims(item: ItemSpec, path: Path) -> None:
    """Norm and target lie within bounds, and the target is the better of the two."""
    for field in ("norm", "target"):
        value = getattr(item, field)
        low, high = item.minimum, item.maximum
        if value is None:
            continue
        if (low is not None and value < low) or (high is not None and value > high):
            sentence = _("the ${field} lies outside minimum and maximum.",
                         mapping={"field": field})  # fmt: skip
            wrong(sentence, field, *path)
    if item.norm is not None and item.target is not None:
        turned = item.target < item.norm if item.better == "higher" else item.target > item.norm
        if turned:
            sentence = _("the target is worse than the norm; ${better} is better here.",
                         mapping={"better": item.better})  # fmt: skip
            wrong(sentence, "target", *path)


def _check_dimension(spec: "InstrumentSpec", dimension: DimensionSpec, path: Path) -> None:
    items = spec.items_of(dimension.key)
    if not items:
        wrong(_("no item belongs to this dimension."), dimension.key, *path)
    if dimension.rule == "phase" and len(items) > 1:
        sentence = _("a dimension of the rule 'phase' has one item, not ${n}.",
                     mapping={"n": len(items)})  # fmt: skip
        wrong(sentence, "rule", *path)
    if not 1 <= dimension.minimum_answered <= len(items):
        sentence = _("this dimension has ${n} items; minimum_answered is 1 to ${n}.",
                     mapping={"n": len(items)})  # fmt: skip
        wrong(sentence, "minimum_answered", *path)
    if len({item.ask for item in items}) > 1:
        sentence = _("all items of a dimension ask the same measures.")
        wrong(sentence, dimension.key, *path)
