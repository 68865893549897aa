"""Fan charts of forecasts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from landbridge.errors import InputError
from landbridge.labels import country_name
from landbridge.security.model import ConflictForecast
from landbridge.security.panel import ConflictPanel, month_number

SHOWN = 36  # months of the past that are drawn
BANDS = ((0.05, 0.95, 0.22), (0.25, 0.75, 0.4))  # lower and upper quantile, opacity
COLOUR, PAST = "#c4532d", "#333333"
PER_ROW = 2


def draw_fans(panel: ConflictPanel, forecast: ConflictForecast, countries: list[str], file: Path) -> None:
    """Past deaths by month, and the forecast's median with its 50 and 90 % intervals, a panel a country.

    What came after the forecast's date is drawn too where the panel knows it. The suffix says the format.

    Raises:
        InputError: the file cannot be written.
    """
    from matplotlib.figure import Figure

    columns = min(PER_ROW, len(countries))
    rows = -(-len(countries) // columns)
    figure = Figure(figsize=(5.2 * columns, 3.0 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis in axes.flat[len(countries) :]:
        axis.remove()
    for axis, iso3 in zip(axes.flat, countries, strict=False):
        _fan(axis, panel, forecast, iso3)
    drawn = {
        label: handle for axis in figure.axes for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(drawn.values(), drawn.keys(), frameon=False, fontsize=8, loc="outside lower center", ncols=len(drawn))
    try:
        figure.savefig(file, dpi=110)
    except (OSError, ValueError) as error:
        raise InputError(f"The chart cannot be written to {file}: {error}.") from None


def _fan(axis: Any, panel: ConflictPanel, forecast: ConflictForecast, iso3: str) -> None:
    now = month_number(forecast.last)
    at = 1980 + (np.array([month_number(month) for month in forecast.months]) - 0.5) / 12
    draws = forecast.of(iso3)
    for lower, upper, opacity in BANDS:
        edges = np.quantile(draws, [lower, upper], axis=1)
        label = f"{round(100 * (upper - lower))} % interval"
        axis.fill_between(at, *edges, color=COLOUR, alpha=opacity, linewidth=0, label=label)
    axis.plot(at, np.median(draws, axis=1), color=COLOUR, linewidth=1.5, label="median forecast")
    months = np.array([month_number(month) for month in panel.months])
    deaths = np.where(panel.known, panel.deaths, np.nan)[:, panel.countries.index(iso3)]
    drawn = (months > now - SHOWN) & (months <= now + len(forecast.months))
    known = drawn & (months <= now)
    axis.plot(1980 + (months[known] - 0.5) / 12, deaths[known], color=PAST, linewidth=1.2, label="known then")
    later = drawn & (months > now)
    if later.any():
        axis.plot(1980 + (months[later] - 0.5) / 12, deaths[later], "o", color=PAST, markersize=3, label="what came")
    axis.set_title(country_name(iso3), fontsize=10)
    axis.set_ylabel("state-based deaths a month", fontsize=8)
    axis.set_ylim(bottom=0)
    axis.tick_params(labelsize=8)
    axis.xaxis.set_major_locator(_whole_years())
    axis.grid(alpha=0.3)


def _whole_years() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(integer=True)
