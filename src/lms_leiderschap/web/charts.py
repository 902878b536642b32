"""A chart as part of a page: one sentence, an inline drawing and always its table."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Protocol

from chameleon import PageTemplateFile
from pyramid.request import Request

from lms_leiderschap.texts import _
from lms_leiderschap.web.chartkinds import KINDS
from lms_leiderschap.web.chartshapes import Figures, Number, style_of
from lms_leiderschap.web.html import SafeHtml
from lms_leiderschap.web.templates import template_at, translate_in


class Drawable(Protocol):
    """Anything with the plain data of a chart."""

    def to_data(self) -> dict[str, object]: ...


def draw_chart(request: Request, chart: Drawable | Mapping[str, object]) -> SafeHtml:
    """The chart as a `<figure>`: title, sentence, drawing, `<details>` with a table.

    chart  plain data, or what has it: ``kind``, ``title``, ``values``, ``scale``, ``sentence``,
           ``series``, ``labels``, ``decimals``, ``n``
    """
    data: Mapping[str, Any] = chart if isinstance(chart, Mapping) else chart.to_data()
    translate = request.localizer.translate
    decimals = data.get("decimals", 1)
    figures = Figures(
        rows=[(row, _numbers(value)) for row, value in data["values"].items()],
        series=tuple(data.get("series") or ("",)),
        low=data["scale"][0],
        high=data["scale"][1],
        say=lambda number: request.fmt.number(number, decimals),
        hidden=translate(_("too few answers")),
    )
    return SafeHtml(
        _template()(
            translate=translate_in(request.localizer),
            id=_next_id(request),
            chart=data,
            sentence=data.get("sentence") or translate(_sentence(figures)),
            note=" ".join(map(translate, _notes(data, figures))),
            figures=figures,
            drawing=KINDS[data["kind"]](figures),
            style_of=style_of,
        )
    )


@cache
def _template() -> PageTemplateFile:
    with as_file(files("lms_leiderschap.templates") / "web" / "chart.pt") as path:
        template = template_at(str(path))
        template.cook_check()
        return template


def _next_id(request: Request) -> str:
    """An id that no other chart of this page has."""
    request.charts_drawn = getattr(request, "charts_drawn", 0) + 1
    return f"chart-{request.charts_drawn}"


def _numbers(value: Any) -> Sequence[Number | None]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _notes(data: Mapping[str, Any], figures: Figures) -> list[str]:
    """On how many answers it rests, and what the scale means."""
    notes = []
    if data.get("n") is not None:
        notes.append(_("n = ${n}.", mapping={"n": data["n"]}))
    if labels := data.get("labels"):
        steps = [f"{figures.low + place} {label}" for place, label in enumerate(labels)]
        notes.append(_("Steps: ${steps}.", mapping={"steps": ", ".join(steps)}))
    return notes


def _sentence(figures: Figures) -> str:
    """What stands out, when the chart brings no sentence of its own."""
    if len(figures.series) == 2:
        return _largest_difference(figures)
    known = [(row, numbers[0]) for row, numbers in figures.rows if numbers[0] is not None]
    if len(figures.series) > 1 or not known:
        return ""
    high = max(known, key=lambda pair: pair[1] or 0)
    low = min(known, key=lambda pair: pair[1] or 0)
    if high[1] == low[1]:
        return ""
    return _(
        "Highest: ${high}, ${most}. Lowest: ${low}, ${least}.",
        mapping={
            "high": high[0],
            "most": figures.say(high[1] or 0),
            "low": low[0],
            "least": figures.say(low[1] or 0),
        },
    )


def _largest_difference(figures: Figures) -> str:
    known = [
        (abs(second - first), row, first, second)
        for row, (first, second) in figures.rows
        if first is not None and second is not None and first != second
    ]
    if not known:
        return ""
    _size, row, first, second = max(known, key=lambda found: found[0])
    return _(
        "Largest difference: ${row}. ${first}: ${from}, ${second}: ${to}.",
        mapping={
            "row": row,
            "first": figures.series[0],
            "from": figures.say(first),
            "second": figures.series[1],
            "to": figures.say(second),
        },
    )
