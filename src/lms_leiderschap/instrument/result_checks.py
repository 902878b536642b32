"""Whether comparisons, charts, bands and the repetition of an instrument name what is there."""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from lms_leiderschap.instrument.checking import Path, check_known, wrong
from lms_leiderschap.instrument.tables import BandSpec, ChartSpec, ComparisonSpec, RepeatSpec
from lms_leiderschap.texts import _

if TYPE_CHECKING:
    from lms_leiderschap.instrument.definition import InstrumentSpec


def check_results(spec: "InstrumentSpec") -> None:
    """SpecError for the first thing that does not fit."""
    for place, comparison in enumerate(spec.comparisons):
        _check_comparison(spec, comparison, ("comparisons", place))
    for place, chart in enumerate(spec.charts):
        _check_chart(spec, chart, ("charts", place))
    _check_bands(spec)
    if spec.repeat is not None:
        _check_repeat(spec, spec.repeat)


def _check_comparison(spec: "InstrumentSpec", comparison: ComparisonSpec, path: Path) -> None:
    measures = _scored(spec)
    if comparison.kind == "measures":
        if comparison.measure:
            wrong(_("only a comparison of perspectives has a 'measure'."), "measure", *path)
        for key in (comparison.first, comparison.second):
            check_known("scored measure", key, measures, *path)
        return
    people = [*(row.key for row in spec.perspectives), "others"]
    for key in (comparison.first, comparison.second):
        check_known("perspective", key, people, *path)
    if not comparison.measure:
        wrong(_("a comparison of perspectives needs its 'measure'."), "kind", *path)
    check_known("scored measure", comparison.measure, measures, *path)


def _check_chart(spec: "InstrumentSpec", chart: ChartSpec, path: Path) -> None:
    if chart.kind == "quadrant":
        _check_quadrant(spec, chart, path)
    elif chart.comparison:
        known = [row.key for row in spec.comparisons]
        check_known("comparison", chart.comparison, known, *path)
    elif not chart.by or not chart.series:
        wrong(_("a chart needs 'by' and 'series', or a 'comparison'."), "kind", *path)
    else:
        for key in chart.series:
            check_known("series", key, _series(spec, chart.by), *path)


def _check_quadrant(spec: "InstrumentSpec", chart: ChartSpec, path: Path) -> None:
    for field in ("x_measure", "y_measure"):
        check_known("scored measure", getattr(chart, field), _scored(spec), *path)
    if chart.x_line is None or chart.y_line is None:
        wrong(_("a quadrant needs 'x_line' and 'y_line'."), "kind", *path)
    if len(chart.corners) != 4:
        sentence = _("a quadrant has four corners, not ${n}.", mapping={"n": len(chart.corners)})
        wrong(sentence, "corners", *path)


def _series(spec: "InstrumentSpec", by: str) -> Sequence[str]:
    if by == "perspectives":
        return [row.key for row in spec.perspectives]
    if by == "rounds":
        return spec.repeat.rounds if spec.repeat else ()
    return _scored(spec)


def _scored(spec: "InstrumentSpec") -> list[str]:
    """Measures that give a score: all but those of a text."""
    return [row.key for row in spec.measures if spec.scale_of(row.key).kind != "text"]


def _check_bands(spec: "InstrumentSpec") -> None:
    places = list(enumerate(spec.bands))
    for place, band in places:
        known = _scored(spec) if band.on == "measure" else [row.key for row in spec.comparisons]
        check_known(band.on, band.of, known, "bands", place)
    for _of, group in groupby(places, key=lambda pair: (pair[1].on, pair[1].of)):
        _check_row_of_bands(list(group))
    runs = [key for key, _row in groupby(spec.bands, key=lambda band: (band.on, band.of))]
    for number, (on, of) in enumerate(runs):
        if (on, of) in runs[:number]:
            place = max(place for place, band in places if (band.on, band.of) == (on, of))
            sentence = _("the bands of '${of}' stand together, in order.", mapping={"of": of})
            wrong(sentence, "of", "bands", place)


def _check_row_of_bands(bands: Sequence[tuple[int, BandSpec]]) -> None:
    for (_before, lower), (place, upper) in pairwise(bands):
        if lower.upper is None or lower.upper != upper.lower:
            words = {"title": lower.title, "end": lower.upper}
            sentence = _("bands touch: this one begins where '${title}' ends, at ${end}.",
                         mapping=words)  # fmt: skip
            wrong(sentence, "lower", "bands", place)
    for place, band in bands:
        if band.lower is not None and band.upper is not None and not band.lower < band.upper:
            wrong(_("a band ends above where it begins."), "upper", "bands", place)
    place, first = bands[0]
    if first.on == "comparison" and first.lower is not None:
        wrong(_("the first band of a comparison is open below."), "lower", "bands", place)
    place, last = bands[-1]
    if last.upper is not None:
        wrong(_("the last band is open above."), "upper", "bands", place)


def _check_repeat(spec: "InstrumentSpec", repeat: RepeatSpec) -> None:
    if not repeat.rounds:
        wrong(_("a repetition has rounds."), "rounds", "repeat")
    if _order(repeat.comparable_from) is None:
        wrong(_("a version is major.minor.patch, as in 1.0.0."), "comparable_from", "repeat")
    if (_order(repeat.comparable_from) or ()) > (_order(spec.version) or ()):
        sentence = _("this is version ${version}; it cannot be comparable from a later one.",
                     mapping={"version": spec.version})  # fmt: skip
        wrong(sentence, "comparable_from", "repeat")
    people = [row.key for row in spec.perspectives]
    for place, pair in enumerate(repeat.pairs):
        path = ("repeat", "pairs", place)
        check_known("perspective", pair.perspective, people, *path)
        check_known("scored measure", pair.measure, _scored(spec), *path)


def _order(version: str) -> tuple[int, ...] | None:
    numbers = version.split(".")
    return tuple(int(number) for number in numbers) if all(map(str.isdigit, numbers)) else None
