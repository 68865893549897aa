"""Small multiples of what comes month by month: a band, and lines over it, a panel for each country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from landbridge.report.charts import chart
from landbridge.report.markup import Markup, element
from landbridge.report.numbers import plain, ticks

COLUMNS, WIDTH, HEIGHT = 3, 250, 168
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 26, 26


@dataclass(frozen=True)
class Panel:
    """One country's months: ``lines`` by style (a CSS class), and the edges of a band, empty where there is none."""

    title: str
    lines: Mapping[str, Sequence[float]]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def small_multiples(panels: Sequence[Panel], months: Sequence[str], title: str, description: str) -> Markup:
    """Panels side by side, each from zero to its own maximum."""
    rows = -(-len(panels) // COLUMNS)
    body = [
        element(
            "g",
            _panel(panel, months),
            transform=f"translate({WIDTH * (number % COLUMNS)} {HEIGHT * (number // COLUMNS)})",
        )
        for number, panel in enumerate(panels)
    ]
    return chart(body, (WIDTH * COLUMNS, HEIGHT * rows), title, description)


def _panel(panel: Panel, months: Sequence[str]) -> list[Markup]:
    marks = ticks(0.0, max([*panel.high, *(value for line in panel.lines.values() for value in line)]), 3)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def x(month: int) -> float:
        return round(LEFT + (right - LEFT) * month / max(len(months) - 1, 1), 1)

    def y(value: float) -> float:
        return round(bottom - (bottom - TOP) * value / marks[-1], 1)

    def points(values: Sequence[float]) -> list[str]:
        return [f"{x(month)} {y(value)}" for month, value in enumerate(values)]

    parts = [element("text", panel.title, class_="strong", x=LEFT, y=15)]
    for mark in marks:
        parts.append(element("line", class_="zero" if mark == 0 else "grid", x1=LEFT, x2=right, y1=y(mark), y2=y(mark)))
        parts.append(
            element("text", plain(mark, _decimals(marks)), class_="tick", x=LEFT - 5, y=y(mark) + 4, text_anchor="end")
        )
    for month, anchor in ((0, "start"), (len(months) - 1, "end")):
        parts.append(
            element("text", months[month], class_="tick", x=x(month), y=HEIGHT - BOTTOM + 16, text_anchor=anchor)
        )
    if len(panel.low):
        edge = [*points(panel.high), *reversed(points(panel.low))]
        parts.append(element("path", class_="spread", d=f"M{'L'.join(edge)}z"))
    parts += [
        element("path", class_=f"line {style}", d=f"M{'L'.join(points(panel.lines[style]))}") for style in panel.lines
    ]
    return parts


def _decimals(marks: Sequence[float]) -> int:
    step = marks[1] - marks[0]
    return 0 if step >= 1 else 1 if step >= 0.1 else 2
