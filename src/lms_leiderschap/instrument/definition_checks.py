"""Whether the tables of an instrument fit together: keys, references, scales and the threshold."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lms_leiderschap.instrument.checking import Path, check_known, wrong
from lms_leiderschap.instrument.item_checks import check_items
from lms_leiderschap.instrument.result_checks import check_results
from lms_leiderschap.instrument.tables import ScaleSpec
from lms_leiderschap.texts import _

if TYPE_CHECKING:
    from lms_leiderschap.instrument.definition import InstrumentSpec

SLUG = re.compile(r"[a-z][a-z0-9_-]*")
VERSION = re.compile(r"\d+\.\d+\.\d+")
LEAST_THRESHOLD, MOST_THRESHOLD = 3, 10
# Of a comparison: everybody who is not the person the result is about.
OTHERS = "others"


def check_instrument(spec: "InstrumentSpec") -> None:
    """SpecError with one sentence for the first thing that does not fit."""
    _check_slug(spec.key, "key")
    if not VERSION.fullmatch(spec.version):
        sentence = _("a version is major.minor.patch, as in 1.0.0, not '${version}'.",
                     mapping={"version": spec.version})  # fmt: skip
        wrong(sentence, "version")
    _check_keys(spec)
    _check_privacy(spec)
    _check_perspectives(spec)
    for place, scale in enumerate(spec.scales):
        _check_scale(scale, place)
    scales = [scale.key for scale in spec.scales]
    for place, measure in enumerate(spec.measures):
        check_known("scale", measure.scale, scales, "measures", place)
    check_items(spec)
    check_results(spec)


def _check_keys(spec: "InstrumentSpec") -> None:
    """Unique in each table; items and options share one, because answers are kept under both."""
    for table in ("perspectives", "scales", "measures", "dimensions", "comparisons", "charts"):
        rows = getattr(spec, table)
        _check_once(table, [(row.key, (table, place)) for place, row in enumerate(rows)])
    answered: list[tuple[str, Path]] = []
    for place, item in enumerate(spec.items):
        answered.append((item.key, ("items", place)))
        for number, option in enumerate(item.options):
            answered.append((option.key, ("items", place, "options", number)))
    _check_once(_("items and options"), answered)


def _check_once(table: str, keys: Iterable[tuple[str, Path]]) -> None:
    seen: set[str] = set()
    for key, path in keys:
        _check_slug(key, key or "key", *path)
        if key in seen:
            words = {"key": key, "table": table}
            wrong(_("the key '${key}' stands twice in ${table}.", mapping=words), key, *path)
        seen.add(key)


def _check_slug(key: str, word: str, *path: str | int) -> None:
    if not SLUG.fullmatch(key):
        sentence = _("'${key}' is not a key: small letters, digits, '-' and '_'.",
                     mapping={"key": key})  # fmt: skip
        wrong(sentence, word, *path)


def _check_privacy(spec: "InstrumentSpec") -> None:
    privacy = spec.privacy
    if not LEAST_THRESHOLD <= privacy.threshold <= MOST_THRESHOLD:
        words = {"least": LEAST_THRESHOLD, "most": MOST_THRESHOLD, "n": privacy.threshold}
        sentence = _("the threshold is ${least} to ${most}, not ${n}.", mapping=words)
        wrong(sentence, "threshold", "privacy")
    if privacy.distribution_threshold < privacy.threshold:
        sentence = _("spread and distribution cannot be shown before the mean is.")
        wrong(sentence, "distribution_threshold", "privacy")
    if not 0 <= spec.scoring.decimals <= 3:
        sentence = _("decimals are 0 to 3, not ${n}.", mapping={"n": spec.scoring.decimals})
        wrong(sentence, "decimals", "scoring")


def _check_perspectives(spec: "InstrumentSpec") -> None:
    keys = [item.key for item in spec.perspectives]
    if not keys:
        wrong(_("an instrument needs [[perspectives]]."))
    for place, item in enumerate(spec.perspectives):
        path = ("perspectives", place)
        if item.key == OTHERS:
            sentence = _("'others' is a word of comparisons and cannot be a key.")
            wrong(sentence, OTHERS, *path)
        if item.merge_into:
            others = [key for key in keys if key != item.key]
            check_known("other perspective", item.merge_into, others, *path)


def _check_scale(scale: ScaleSpec, place: int) -> None:
    path = ("scales", place)
    if scale.kind in ("likert", "phase"):
        low, high = scale.minimum, scale.maximum
        if not isinstance(low, int) or not isinstance(high, int) or low >= high:
            sentence = _("this scale needs a whole minimum below a whole maximum.")
            wrong(sentence, "minimum", *path)
        _check_labels(scale, high - low + 1, path)
    elif scale.kind == "yes_no":
        _check_labels(scale, 2, path)
    elif scale.labels:
        sentence = _("a ${kind} scale has no labels.", mapping={"kind": scale.kind})
        wrong(sentence, "labels", *path)
    if scale.kind == "split" and not (scale.total and scale.total > 0):
        wrong(_("a split needs the 'total' of its points."), "kind", *path)
    if scale.kind == "text" and not (scale.max_length and scale.max_length > 0):
        wrong(_("a text needs its 'max_length'."), "kind", *path)


def _check_labels(scale: ScaleSpec, steps: int, path: Path) -> None:
    if len(scale.labels) != steps:
        words = {"steps": steps, "labels": len(scale.labels)}
        sentence = _("this scale has ${steps} steps and ${labels} labels.", mapping=words)
        wrong(sentence, "labels" if scale.labels else "kind", *path)
