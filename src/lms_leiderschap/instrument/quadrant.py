"""Two measures of an item laid against each other, and which item asks for attention first."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms_leiderschap.instrument.answers import Answers
from lms_leiderschap.instrument.rounding import exact
from lms_leiderschap.instrument.tables import ChartSpec


@dataclass(frozen=True, slots=True)
class Point:
    """One item: mean of x and of y over the same answers, y minus x, and its corner in words.

    priority  what lacks, times how much it matters: max(0, gap) times y
    """

    item: str
    n: int
    x: Fraction
    y: Fraction
    corner: str

    @property
    def gap(self) -> Fraction:
        return self.y - self.x

    @property
    def priority(self) -> Fraction:
        return max(Fraction(0), self.gap) * self.y


def points_of(answers: Answers, dimension: str, chart: ChartSpec) -> list[Point]:
    """The items of a dimension in a quadrant; none when they stay hidden.

    On the line counts as high. The lines are fixed, so that no item changes its corner because
    others moved.
    """
    points = []
    for item in answers.instrument.items_of(dimension):
        column = answers.column(item, chart.x_measure)
        x, y = answers.mean(item, chart.x_measure), answers.mean(item, chart.y_measure)
        if column is not None and x is not None and y is not None:
            right, high = x >= exact(chart.x_line or 0), y >= exact(chart.y_line or 0)
            points.append(Point(item.key, len(column), x, y, chart.corners[right + 2 * high]))
    return points


def by_attention(points: Sequence[Point]) -> list[str]:
    """Item keys, what asks for attention first in front: priority, importance, key."""
    return [row.item for row in sorted(points, key=lambda row: (-row.priority, -row.y, row.item))]
