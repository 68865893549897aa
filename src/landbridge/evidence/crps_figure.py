"""The figures on forecasts in docs/security.md: ``python -m landbridge.evidence.crps_figure FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from landbridge.evidence.crps import HIGHEST, LOWEST, hindcasts
from landbridge.security.chart import draw_fans
from landbridge.security.hindcast import DECILES, pit_histogram, reliability
from landbridge.security.model import forecast_conflict
from landbridge.security.panel import ConflictPanel
from landbridge.world import load_world

COLOUR = "#1b6ca8"


def draw(folder: Path) -> None:
    """Fans of four countries from October 2017, and how far the forecasts of 2018 to 2020 can be relied on."""
    panel = ConflictPanel.of(load_world("2017"))
    draw_fans(panel, forecast_conflict(panel, 14, until="2017-10"), ["AFG", "PAK", "SYR", "AZE"], folder / "fans.png")
    _reliability(folder / "reliability.png")


def _reliability(file: Path) -> None:
    import matplotlib.pyplot as plt

    table = reliability(hindcasts())
    figure, axes = plt.subplots(1, 4, figsize=(13, 3.2), layout="constrained")
    _diagonal(axes[0], table["predicted_any"], table["actual_any"], "share of months with deaths", 1e-4)
    _diagonal(axes[1], table["predicted"], table["actual"], "mean deaths a month", 1e-4)
    axes[2].axhspan(100 * LOWEST, 100 * HIGHEST, color="#dddddd")
    axes[2].bar(table.index, 100 * table["coverage"], color=COLOUR)
    axes[2].set(ylim=(70, 100), xlabel="decile of predicted risk", ylabel="coverage of 90 % intervals, %")
    for violent, style in ((False, "-"), (True, "--")):
        shares = DECILES * pit_histogram(hindcasts(), DECILES, violent)
        label = "deaths likelier than not" if violent else "all country-months"
        axes[3].stairs(shares, np.linspace(0, 1, DECILES + 1), label=label, linestyle=style, color=COLOUR)
    axes[3].axhline(1, color="#999999", linewidth=0.8)
    axes[3].set(ylim=(0, 1.5), xlabel="randomised PIT", ylabel="density")
    axes[3].legend(frameon=False, fontsize=8, loc="upper right")
    figure.savefig(file, dpi=110)


def _diagonal(axis: Any, predicted: Any, actual: Any, name: str, least: float) -> None:
    """Predicted against actual by decile, on logarithmic axes; less than ``least`` is drawn at it."""
    x, y = (np.maximum(np.asarray(values, dtype=float), least) for values in (predicted, actual))
    top = max(x.max(), y.max()) * 1.5
    axis.plot([least, top], [least, top], color="#999999", linewidth=0.8)
    axis.plot(x, y, "o", color=COLOUR)
    axis.set(xscale="log", yscale="log", xlabel=f"predicted {name}", ylabel="observed")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
