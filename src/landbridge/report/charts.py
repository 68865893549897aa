"""Charts as small SVG drawings: dots with whiskers, shares on a scale of words, signed bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from landbridge.report.markup import Markup, element
from landbridge.report.numbers import common_decimals, share, signed, span, ticks

if TYPE_CHECKING:
    from pandas import Series

WIDTH = 760
ROW = 24
TOP = 8
AXIS = 40
LABEL = 8.0  # pixels a letter of a row's label takes


@dataclass(frozen=True)
class Estimate:
    """One row of a chart: a value, and the interval it lies in where there is one."""

    label: str
    value: float
    low: float = math.nan
    high: float = math.nan

    @classmethod
    def of(cls, label: str, row: Mapping[Any, Any] | Series) -> Estimate:
        """What a row of an outcome's table says: ``value``, and ``low`` and ``high`` where there were draws."""
        return cls(label, row["value"], row.get("low", math.nan), row.get("high", math.nan))


def dots_and_whiskers(
    rows: Sequence[Estimate], unit: str, title: str, description: str, *, more_is_worse: bool = False
) -> Markup:
    """Values as dots, intervals as lines through them, figures at the right.

    Values that are no finite number get a word instead of a dot. Colours are those of gains and losses.
    """
    sign = -1.0 if more_is_worse else 1.0
    left, right = _gutter([row.label for row in rows]), 196
    finite = [value for row in rows for value in (row.value, row.low, row.high) if math.isfinite(value)]
    marks = ticks(min([*finite, 0.0]), max([*finite, 0.0]))
    scale = _Scale(marks[0], marks[-1], left, WIDTH - right)
    decimals = common_decimals(finite)
    body = [_grid(scale, marks, len(rows), unit)]
    for position, row in enumerate(rows):
        y = TOP + ROW * (position + 0.5)
        body.append(_row_label(row.label, left, y))
        if not math.isfinite(row.value):
            body.append(element("text", "no finite value", class_="figure", x=scale.at(0.0) + 6, y=y + 4))
            continue
        if math.isfinite(row.low) and math.isfinite(row.high):
            ends = {"x1": scale.at(row.low), "x2": scale.at(row.high)}
            body.append(
                element(
                    "line", class_=f"whisker {_tone(*sorted((sign * row.low, sign * row.high)))}", y1=y, y2=y, **ends
                )
            )
        body.append(
            element(
                "circle", class_=f"dot {_tone(sign * row.value, sign * row.value)}", cx=scale.at(row.value), cy=y, r=4.5
            )
        )
        body += _figures(row, y, decimals)
    return chart(body, (WIDTH, TOP + ROW * len(rows) + AXIS), title, description)


def shares(rows: Sequence[Estimate], bands: Sequence[tuple[float, float, str]], title: str, description: str) -> Markup:
    """Shares of draws as dots on a scale from none to all, over bands (low, high, word) of calibrated words."""
    left, right = _gutter([row.label for row in rows]), 76
    scale = _Scale(0.0, 1.0, left, WIDTH - right)
    height = TOP + ROW * len(rows)
    body = []
    for number, (low, high, word) in enumerate(bands):
        x, width = scale.at(low), scale.at(high) - scale.at(low)
        body.append(element("rect", class_=f"band b{number % 2}", x=x, y=TOP, width=width, height=height - TOP))
        if width > LABEL * len(word):
            body.append(element("text", word, class_="tick", x=x + width / 2, y=height + 32, text_anchor="middle"))
    body += [
        element("text", share(mark), class_="tick", x=scale.at(mark), y=height + 16, text_anchor="middle")
        for mark in (0.0, 0.34, 0.66, 1.0)
    ]
    for position, row in enumerate(rows):
        y = TOP + ROW * (position + 0.5)
        body.append(_row_label(row.label, left, y))
        body.append(element("line", class_="thread", x1=scale.at(0.0), x2=scale.at(row.value), y1=y, y2=y))
        body.append(element("circle", class_="dot neutral", cx=scale.at(row.value), cy=y, r=4.5))
        body.append(element("text", share(row.value), class_="figure", x=WIDTH - 4, y=y + 4, text_anchor="end"))
    return chart(body, (WIDTH, TOP + ROW * len(rows) + AXIS), title, description)


def bars(
    rows: Sequence[Estimate], unit: str, title: str, description: str, text: Callable[[float, int], str] = signed
) -> Markup:
    """Values as bars to the left and right of zero; ``text`` writes a value with so many decimals."""
    left, right = _gutter([row.label for row in rows]), 70
    values = [row.value for row in rows if math.isfinite(row.value)]
    marks = ticks(min([*values, 0.0]), max([*values, 0.0]))
    scale = _Scale(marks[0], marks[-1], left, WIDTH - right)
    decimals = common_decimals(values)
    body = [_grid(scale, marks, len(rows), unit, text)]
    for position, row in enumerate(rows):
        y = TOP + ROW * (position + 0.5)
        body.append(_row_label(row.label, left, y))
        if not math.isfinite(row.value):
            continue
        start, end = sorted((scale.at(0.0), scale.at(row.value)))
        tone = _tone(row.value, row.value)
        body.append(
            element("rect", class_=f"bar {tone}", x=start, y=y - 7, width=round(max(end - start, 0.8), 1), height=14)
        )
        body.append(
            element("text", text(row.value, decimals), class_="figure", x=WIDTH - 4, y=y + 4, text_anchor="end")
        )
    return chart(body, (WIDTH, TOP + ROW * len(rows) + AXIS), title, description)


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)


def chart(body: Sequence[Markup], size: tuple[float, float], title: str, description: str) -> Markup:
    """A chart of some width and height, described for those who cannot see it."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        body,
        class_="chart",
        viewBox=f"0 0 {size[0]} {size[1]}",
        role="img",
    )


def _grid(
    scale: _Scale, marks: Sequence[float], rows: int, unit: str, text: Callable[[float, int], str] = signed
) -> Markup:
    bottom = TOP + ROW * rows
    decimals = max(0, -math.floor(math.log10(marks[1] - marks[0]) + 1e-9))
    parts = []
    for mark in marks:
        x = scale.at(mark)
        parts.append(element("line", class_="zero" if mark == 0 else "grid", x1=x, x2=x, y1=TOP, y2=bottom))
        figure = text(mark, decimals) if mark else "0"
        parts.append(element("text", figure, class_="tick", x=x, y=bottom + 16, text_anchor="middle"))
    middle = (scale.start + scale.end) / 2
    parts.append(element("text", unit, class_="tick", x=middle, y=bottom + 34, text_anchor="middle"))
    return element("g", parts)


def _gutter(labels: Sequence[str]) -> float:
    return min(300.0, max(90.0, LABEL * max(map(len, labels), default=0) + 14.0))


def _row_label(text: str, left: float, y: float) -> Markup:
    fits = int((left - 14.0) / LABEL)
    shown = text if len(text) <= fits else f"{text[: fits - 1].rstrip()}…"
    return element("text", shown, class_="label", x=left - 12, y=y + 4, text_anchor="end")


def _figures(row: Estimate, y: float, decimals: int) -> list[Markup]:
    written = [element("text", signed(row.value, decimals), class_="figure", x=WIDTH - 132, y=y + 4, text_anchor="end")]
    if math.isfinite(row.low) and math.isfinite(row.high):
        text = span(row.low, row.high, decimals)
        written.append(element("text", text, class_="figure faint", x=WIDTH - 2, y=y + 4, text_anchor="end"))
    return written


def _tone(low: float, high: float) -> str:
    return "gain" if low > 0 else "loss" if high < 0 else "neutral"
