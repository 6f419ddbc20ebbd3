"""Charts: shapes for inline SVG, and the words beside them. Drawn by the partials in templates/charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 600, 180
"""Units of the box that charts are drawn in. It is stretched to the place there is; words stand outside of it."""

_STEPS = (1, 2, 2.5, 5, 10)  # an axis goes up by one of these times a power of ten
_X_LABELS_MAX = 6
_BAR_PART = 0.72  # of its place; the rest parts it from the next


class Axis(NamedTuple):
    """The upright axis: a label and a line at each step, from the top down."""

    labels: tuple[str, ...]
    lines: tuple[float, ...]  # in units of the box


class Bar(NamedTuple):
    """One column of a bar chart, in units of the box."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of numbers in order. Exactly one of `trace` and `bars` is drawn."""

    description: str  # what it shows, for those who do not see it
    axis: Axis
    x_labels: tuple[str, ...]
    trace: str = ""  # points of a polyline
    area: str = ""  # the polygon below it
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Rank:
    """A line of a ranked list."""

    label: str
    figure: str
    width: float  # of its bar, 0 to 100


def line_chart(values: Sequence[float], labels: Sequence[str], *, description: str, unit: str = "") -> Chart:
    """Return a line through the values, one for each label. `unit` follows each number at the axis (" %")."""
    top = axis_top(max(values, default=0))
    across = WIDTH / max(1, len(values) - 1)
    points = [(round(index * across, 1), round(HEIGHT - value * HEIGHT / top, 1)) for index, value in enumerate(values)]
    trace = " ".join(f"{x:g},{y:g}" for x, y in points)
    right = points[-1][0] if points else 0
    return Chart(
        description,
        _axis(top, unit, steps=4),
        _spread(labels),
        trace=trace,
        area=f"0,{HEIGHT} {trace} {right:g},{HEIGHT}",
    )


def bar_chart(values: Sequence[float], labels: Sequence[str], *, description: str, unit: str = "") -> Chart:
    """Return a column for each of the values, with its label below it."""
    top = axis_top(max(values, default=0))
    return Chart(description, _axis(top, unit, steps=2), tuple(labels), bars=bars(values, top=top))


def bars(values: Sequence[float], *, top: float | None = None) -> tuple[Bar, ...]:
    """Return a column for each of the values; one of `top`, by default of the greatest value, fills the box."""
    top = top or max(values, default=0) or 1
    place = WIDTH / max(1, len(values))
    columns = []
    for index, value in enumerate(values):
        height = value * HEIGHT / top
        left = place * (index + (1 - _BAR_PART) / 2)
        columns.append(Bar(round(left, 1), round(HEIGHT - height, 1), round(place * _BAR_PART, 1), round(height, 1)))
    return tuple(columns)


def ranks(lines: Sequence[tuple[str, float, str]]) -> list[Rank]:
    """Return (label, value, figure) as a ranked list, whose longest bar is that of the greatest value."""
    longest = max((value for _, value, _ in lines), default=0) or 1
    return [Rank(label, figure, round(100 * value / longest, 1)) for label, value, figure in lines]


def axis_top(greatest: float) -> float:
    """Return the round number that an axis ends at: 4 equal steps to it are round numbers, too."""
    if greatest <= 4:
        return 4
    power: int = 10 ** (len(str(int(greatest / 4))) - 1)
    return next(4 * step * power for step in _STEPS if 4 * step * power >= greatest)


def _axis(top: float, unit: str, *, steps: int) -> Axis:
    values = [top * step / steps for step in range(steps, -1, -1)]
    return Axis(
        tuple(f"{value:,.0f}{unit}" for value in values),
        tuple(HEIGHT - value * HEIGHT / top for value in values),
    )


def _spread(labels: Sequence[str]) -> tuple[str, ...]:
    """Return so many of the labels as there is place for, at equal distances; the first and the last are among them."""
    if len(labels) <= _X_LABELS_MAX:
        return tuple(labels)
    last = len(labels) - 1
    # The most labels that fit and fall on whole steps; where none do, only the two ends are told.
    parts = next((parts for parts in range(_X_LABELS_MAX - 1, 1, -1) if last % parts == 0), 1)
    return tuple(labels[index * last // parts] for index in range(parts + 1))
