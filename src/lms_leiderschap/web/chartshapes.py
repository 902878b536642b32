"""Where everything of a chart stands: lines, marks and words, without a word of markup.

Across, places are percentages, so that a drawing is as wide as its column and its letters keep
their size. Down, they are pixels. A radar alone has a frame of its own and grows as a whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10
from textwrap import wrap

LABEL_WIDTHS = (30, 28, 21)  # letters beside one, two or more numbers on a phone
LABEL, NAME = 21, 18  # heights of a line of a label, and of the name of a series
ROOM, BELOW = 13, 17  # above and below the line of a row
MOST_STEPS = 5
NEAR = 1e-9
ROUND = (0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10)
Number = int | float


@dataclass(frozen=True, slots=True)
class Figures:
    """What is drawn.

    rows    label and numbers, one for each series; None is hidden
    series  names, or one empty name
    say     a number as it is shown; hidden the words for a number that is not
    """

    rows: Sequence[tuple[str, Sequence[Number | None]]]
    series: Sequence[str]
    low: Number
    high: Number
    say: Callable[[Number], str]
    hidden: str

    def across(self, value: Number) -> float:
        """The place of a value, 0 to 100."""
        return 100 * (value - self.low) / (self.high - self.low)

    def named(self) -> int:
        """The row in which the names of the series stand: the first that shows most of them."""
        shown = [sum(number is not None for number in numbers) for _, numbers in self.rows]
        return shown.index(max(shown)) if self.series != ("",) else -1


@dataclass(frozen=True, slots=True)
class Line:
    css: str
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Mark:
    """``shape``: "dot" or "diamond"."""

    css: str
    x: str
    y: str
    shape: str


@dataclass(frozen=True, slots=True)
class Bar:
    css: str
    x: str
    y: str
    width: str


@dataclass(frozen=True, slots=True)
class Word:
    """``parts``: style and text, one after the other; ``anchor``: start, middle or end."""

    x: str
    y: str
    anchor: str
    parts: Sequence[tuple[str, str]]


@dataclass(slots=True)
class Drawing:
    """Shapes from back to front; ``frame`` is a viewBox, for a drawing that grows as a whole."""

    height: int = 0
    frame: str | None = None
    lines: list[Line] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)

    def line(self, css: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self.lines.append(Line(css, percent(x1), pixel(y1), percent(x2), pixel(y2)))

    def mark(self, css: str, x: float, y: float) -> None:
        self.marks.append(Mark(css, percent(x), pixel(y), shape_of(css)))

    def word(self, x: float, y: float, anchor: str, *parts: tuple[str, str]) -> None:
        self.words.append(Word(percent(x), pixel(y), anchor, parts))


def percent(place: float) -> str:
    return f"{place:.2f}%"


def pixel(place: float) -> str:
    return f"{place:.1f}".removesuffix(".0")


def style_of(place: int) -> str:
    """The style of a series: petrol, plum, and grey for all further ones."""
    return f"s{min(place, 2) + 1}"


def shape_of(css: str) -> str:
    return "diamond" if css == "s2" else "dot"


def draw_row_head(
    drawing: Drawing, figures: Figures, place: int, top: float, styles: Sequence[str]
) -> float:
    """Label and numbers of a row, and in words what is hidden; returns where they end."""
    label, numbers = figures.rows[place]
    parts: list[tuple[str, str]] = []
    between = " → " if len(numbers) == 2 else "  "
    for style, number in zip(styles, numbers, strict=True):
        if number is not None:
            parts += [("between", between)] * bool(parts) + [(style, figures.say(number))]
    if parts:
        drawing.word(100, top + 15, "end", *parts)
    for line in wrap(label, LABEL_WIDTHS[min(len(numbers), len(LABEL_WIDTHS)) - 1]):
        drawing.word(0, top + 15, "start", ("row", line))
        top += LABEL
    for name, number in zip(figures.series, numbers, strict=True):
        if number is None:
            said = f"{name}: {figures.hidden}" if name else figures.hidden
            drawing.word(0, top + 12, "start", ("quiet", said))
            top += NAME
    return top


def draw_scale(drawing: Drawing, figures: Figures, top: float) -> None:
    """The numbers under the last row."""
    # Without decimals two ticks may be said alike: the first of them stays.
    steps = {figures.say(step): step for step in reversed(ticks(figures.low, figures.high))}
    for step in steps.values():
        at = figures.across(step)
        anchor = "start" if at <= 0 else "end" if at >= 100 else "middle"
        drawing.word(at, top + 8, anchor, ("tick", figures.say(step)))
    drawing.height = int(top + 16)


def ticks(low: Number, high: Number) -> list[Number]:
    """At most six round numbers on a scale, a whole step apart where it is a short one."""
    size = 10.0 ** floor(log10(high - low))
    rough = next(part * size for part in ROUND if (high - low) / (part * size) <= MOST_STEPS)
    step = int(rough) if rough == int(rough) else rough
    first, last = ceil(low / step - NEAR), floor(high / step + NEAR)
    return [round(step * place, 6) for place in range(first, last + 1)]
