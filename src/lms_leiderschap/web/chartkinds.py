"""The five ways in which figures are drawn."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin
from textwrap import wrap

from lms_leiderschap.web.chartshapes import (
    BELOW,
    NAME,
    ROOM,
    Bar,
    Drawing,
    Figures,
    Line,
    Mark,
    Number,
    Word,
    draw_row_head,
    draw_scale,
    percent,
    pixel,
    shape_of,
    style_of,
    ticks,
)

BAR, BETWEEN_BARS = 12, 6
# Of a radar: frame, middle and length of an axis.
WIDE, TALL, MIDDLE_X, MIDDLE_Y, REACH = 340, 260, 170, 130, 80


def profile(figures: Figures) -> Drawing:
    """A dot on a line per row, and a line from row to row."""
    drawing, places = _rows(figures, [style_of(place) for place in range(len(figures.series))])
    for series in range(len(figures.series)):
        row = [numbers[series] for _, numbers in figures.rows]
        for (begin, y1), (end, y2) in pairwise(zip(row, places, strict=True)):
            if begin is not None and end is not None:
                x1, x2 = figures.across(begin), figures.across(end)
                drawing.line(f"way {style_of(series)}", x1, y1, x2, y2)
    return drawing


def dumbbell(figures: Figures) -> Drawing:
    """Two marks on a line per row, and the way from the first to the second."""
    drawing, places = _rows(figures, ["s0", "s1"])
    for (_, (first, second)), y in zip(figures.rows, places, strict=True):
        if first is not None and second is not None:
            drawing.line("way s1", figures.across(first), y, figures.across(second), y)
    return drawing


def ladder(figures: Figures) -> Drawing:
    """Marks on the rungs of a ladder that lies down; a dashed way from the first to the last."""
    drawing, places = _rows(figures, [style_of(place) for place in range(len(figures.series))])
    for (_, numbers), y in zip(figures.rows, places, strict=True):
        known = [figures.across(number) for number in numbers if number is not None]
        if len(known) > 1:
            drawing.line("way s2", known[0], y, known[-1], y)
    return drawing


def bars(figures: Figures) -> Drawing:
    """Bars from zero, one for each series."""
    drawing, top = Drawing(), 0.0
    zero = figures.across(min(max(0, figures.low), figures.high))
    styles = [style_of(place) for place in range(len(figures.series))]
    named = figures.named()
    for place, (_, numbers) in enumerate(figures.rows):
        top = draw_row_head(drawing, figures, place, top, styles) + 3
        begin = top
        for style, name, number in zip(styles, figures.series, numbers, strict=True):
            if number is None:
                continue
            if place == named:
                drawing.word(0, top + 12, "start", (f"name {style}", name))
                top += NAME
            at = figures.across(number)
            width = percent(abs(at - zero))
            drawing.bars.append(Bar(style, percent(min(at, zero)), pixel(top), width))
            top += BAR + BETWEEN_BARS
        drawing.line("axis", zero, begin - 2, zero, top - BETWEEN_BARS + 2)
        top += BELOW - BETWEEN_BARS
    draw_scale(drawing, figures, top)
    return drawing


def radar(figures: Figures) -> Drawing:
    """An axis per row from the middle, the same scale for all."""
    drawing = Drawing(TALL, f"0 0 {WIDE} {TALL}")
    count = len(figures.rows)
    for step in ticks(figures.low, figures.high)[1:]:
        _ring(
            drawing, [_spoke(place, count, figures.across(step)) for place in range(count)], "axis"
        )
    for place, (label, _) in enumerate(figures.rows):
        x, y = _spoke(place, count, 100)
        drawing.lines.append(Line("axis", pixel(MIDDLE_X), pixel(MIDDLE_Y), pixel(x), pixel(y)))
        _axis_label(drawing, label, place, count)
    for series in reversed(range(len(figures.series))):
        style = style_of(series)
        spokes = [
            None if numbers[series] is None else _at(figures, place, count, numbers[series])
            for place, (_, numbers) in enumerate(figures.rows)
        ]
        _ring(drawing, spokes, f"way {style}")
        for spoke in filter(None, spokes):
            drawing.marks.append(Mark(style, pixel(spoke[0]), pixel(spoke[1]), shape_of(style)))
    return drawing


def _rows(figures: Figures, styles: list[str]) -> tuple[Drawing, list[float]]:
    """A line with its ticks per row, its marks on it; and how far down each line is."""
    drawing, top, places = Drawing(), 0.0, []
    for place, (_, numbers) in enumerate(figures.rows):
        top = draw_row_head(drawing, figures, place, top, styles)
        if place == figures.named():
            top = _names(drawing, figures, numbers, styles, top)
        top += ROOM
        drawing.line("axis", 0, top, 100, top)
        for step in ticks(figures.low, figures.high):
            drawing.line("axis", figures.across(step), top - 4, figures.across(step), top + 4)
        # Diamonds first: a dot on the same place lies inside.
        for style, number in sorted(zip(styles, numbers, strict=True), key=_diamonds_first):
            if number is not None:
                drawing.mark(style, figures.across(number), top)
        places.append(top)
        top += BELOW
    draw_scale(drawing, figures, top)
    return drawing, places


def _diamonds_first(pair: tuple[str, Number | None]) -> bool:
    return shape_of(pair[0]) != "diamond"


def _names(
    drawing: Drawing,
    figures: Figures,
    numbers: Sequence[Number | None],
    styles: list[str],
    top: float,
) -> float:
    """The name of each series above its mark, each on a line of its own."""
    for style, name, number in zip(styles, figures.series, numbers, strict=True):
        if number is not None:
            at = figures.across(number)
            anchor = "start" if at < 25 else "end" if at > 75 else "middle"
            drawing.word(at, top + 12, anchor, (f"name {style}", name))
            top += NAME
    return top


def _spoke(place: int, count: int, across: float) -> tuple[float, float]:
    angle = 2 * pi * place / count - pi / 2
    reach = REACH * across / 100
    return MIDDLE_X + reach * cos(angle), MIDDLE_Y + reach * sin(angle)


def _at(
    figures: Figures, place: int, count: int, number: Number | None
) -> tuple[float, float] | None:
    return None if number is None else _spoke(place, count, figures.across(number))


def _ring(drawing: Drawing, spokes: Sequence[tuple[float, float] | None], css: str) -> None:
    """A closed line through the axes; open on both sides of what is hidden."""
    for begin, end in zip(spokes, [*spokes[1:], spokes[0]], strict=True):
        if begin is not None and end is not None:
            drawing.lines.append(
                Line(css, pixel(begin[0]), pixel(begin[1]), pixel(end[0]), pixel(end[1]))
            )


def _axis_label(drawing: Drawing, label: str, place: int, count: int) -> None:
    x, y = _spoke(place, count, 112)
    side = round(x - MIDDLE_X)
    anchor = "middle" if abs(side) < 8 else "start" if side > 0 else "end"
    lines = wrap(label, 13 if anchor != "middle" else 40, break_long_words=False)
    y += 4 - (len(lines) - 1) * 15 * (1 if y < MIDDLE_Y - 40 else 0.5 if y < MIDDLE_Y + 40 else 0)
    for number, line in enumerate(lines):
        drawing.words.append(Word(pixel(x), pixel(y + 15 * number), anchor, (("axislabel", line),)))


KINDS = {
    "profile": profile,
    "dumbbell": dumbbell,
    "ladder": ladder,
    "bars": bars,
    "radar": radar,
}
