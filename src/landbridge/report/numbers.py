"""Figures as an article prints them: signs, digits by size, a true minus, words for what is no number."""

from __future__ import annotations

import math
from collections.abc import Iterable

MINUS = "−"


def digits(value: float) -> int:
    """Decimals with which a figure of this size is worth printing."""
    size = abs(value)
    return 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 0.1 else 3 if size >= 0.01 else 4


def plain(value: float, decimals: int | None = None) -> str:
    """A figure with thousands separated: "1,234", "12.3", "0.042"; "-" when there is none, "∞" when infinite."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{abs(value):,.{digits(value) if decimals is None else decimals}f}"
    return f"{MINUS}{text}" if value < 0 and any(figure in "123456789" for figure in text) else text


def signed(value: float, decimals: int | None = None) -> str:
    """A change: "+0.42", "−1.3"; "0" when it rounds to nothing."""
    text = plain(value, decimals)
    if not any(figure in "123456789" for figure in text):
        return "0" if math.isfinite(value) else text
    return f"+{text}" if value > 0 else text


def change(value: float, unit: str = "%") -> str:
    """A change with its unit: "+0.42 %"."""
    return f"{signed(value)}\u202f{unit}" if math.isfinite(value) and unit else signed(value)


def span(low: float, high: float, decimals: int | None = None) -> str:
    """An interval of changes: "−0.10 to +0.93"; both ends with the digits that the wider one is worth."""
    if math.isnan(low) or math.isnan(high):
        return "–"
    decimals = digits(max(abs(low), abs(high))) if decimals is None else decimals
    return f"{signed(low, decimals)} to {signed(high, decimals)}"


def common_decimals(values: Iterable[float]) -> int:
    """Decimals of all figures in a table or chart: three significant figures for the largest, four decimals at most."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=1.0)
    return 2 if largest == 0 else min(4, max(0, 2 - math.floor(math.log10(largest))))


def share(value: float) -> str:
    """A share as a percentage without decimals, never rounded up to all or down to none."""
    if math.isnan(value):
        return "–"
    if 0.995 <= value < 1.0:
        return "> 99\u202f%"
    if 0.0 < value < 0.005:
        return "< 1\u202f%"
    return f"{100.0 * value:.0f}\u202f%"


def significant(value: float, figures: int = 4) -> str:
    """A parameter's value, to a few significant figures and without needless zeros."""
    if not math.isfinite(value):
        return plain(value)
    text = f"{value:,.0f}" if abs(value) >= 10**figures else f"{value:.{figures}g}"
    return text.replace("-", MINUS)


def ticks(low: float, high: float, wanted: int = 6) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) from at most ``low`` to at least ``high``."""
    high = high if high - low > 1e-9 else low + 1.0
    width = high - low
    power = 10.0 ** math.floor(math.log10(width / wanted))
    step = next(power * factor for factor in (1, 2, 5, 10) if width / (power * factor) <= wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(count * step, 12) for count in range(first, last + 1)]


def listed(words: list[str], conjunction: str = "and") -> str:
    """Words in a sentence: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"
