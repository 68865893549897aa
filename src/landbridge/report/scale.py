"""Classes of a diverging colour scale: round thresholds, the same on every map of a report."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from landbridge.report.markup import Markup, element
from landbridge.report.numbers import signed

GRADES = 4
NIL = f"q{GRADES}"  # the class of a change that is about nil
FINEST = -4  # the first threshold is never below 0.01
_BLOCK, _HIGH = 46, 14


@dataclass(frozen=True)
class Scale:
    """Thresholds of the size of a change, rising; below the first a change counts as about nil.

    Classes run from ``q0`` (falls by the last threshold or more) over ``q4`` (about nil) to ``q8``.
    """

    thresholds: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> Scale:
        """Thresholds 1 or 3 times a power of ten; the last is about the largest but a fiftieth of the changes."""
        sizes = sorted(abs(value) for value in values if math.isfinite(value) and value)
        top = sizes[min(len(sizes) - 1, int(0.98 * len(sizes)))] if sizes else 1.0
        step = max(math.floor(2 * math.log10(top) + 1e-9), FINEST + GRADES - 1)
        return cls(tuple(_one_or_three(step - back) for back in reversed(range(GRADES))))

    @property
    def nil(self) -> float:
        """The size below which a change counts as about nil."""
        return self.thresholds[0]

    def grade(self, value: float) -> str | None:
        """The class of a change; None when it is no number. A country cut off (minus infinity) is in the lowest."""
        if math.isnan(value):
            return None
        passed = sum(abs(value) >= threshold for threshold in self.thresholds)
        return f"q{GRADES + (passed if value > 0 else -passed)}"

    def legend(self, unit: str, *, flipped: bool = False) -> Markup:
        """The scale as a drawing: blocks of colour with the thresholds between them; ``flipped`` where more is worse
        and values are graded with their signs turned.
        """
        marks = [-threshold for threshold in reversed(self.thresholds)] + list(self.thresholds)
        blocks = [
            element(
                "rect",
                class_=f"q{2 * GRADES - number if flipped else number}",
                x=_BLOCK * number,
                y=0,
                width=_BLOCK,
                height=_HIGH,
            )
            for number in range(2 * GRADES + 1)
        ]
        texts = [
            element("text", signed(mark, _decimals(mark)), x=_BLOCK * (number + 1), y=_HIGH + 13, text_anchor="middle")
            for number, mark in enumerate(marks)
        ]
        width = _BLOCK * (2 * GRADES + 1)
        return element(
            "svg",
            element("title", f"Colour scale in {unit}, from {signed(marks[0])} or less to {signed(marks[-1])} or more"),
            blocks,
            texts,
            class_="ramp",
            viewBox=f"0 0 {width} {_HIGH + 18}",
            role="img",
        )


def _one_or_three(step: int) -> float:
    """The ``step``-th number of the series ... 0.1, 0.3, 1, 3, 10 ...; 0 is 1."""
    return round((3.0 if step % 2 else 1.0) * 10.0 ** (step // 2), 10)


def _decimals(mark: float) -> int:
    return max(0, -math.floor(math.log10(abs(mark)) + 1e-9))
