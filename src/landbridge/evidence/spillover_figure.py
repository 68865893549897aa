"""The figure on spill-over in docs/security.md: ``python -m landbridge.evidence.spillover_figure FILE``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from landbridge.labels import country_name
from landbridge.security.panel import ConflictPanel
from landbridge.security.shock import Shock, ShockedForecast, simulate_shock
from landbridge.security.spillover import GROUPS, Spillover, estimate_spillover
from landbridge.world import World, load_world
from landbridge.world.wkb import read_wkb

CASE = Shock("AFG", "2021-01", "2021-06", 4000.0)
NEIGHBOURS = ("PAK", "TJK", "UZB", "IRN", "TKM")
WINDOW = (40.0, 90.0, 20.0, 48.0)  # west, east, south, north


def draw(file: Path) -> None:
    """Answers to one log point of violence by group and month, and a map of the case of Afghanistan."""
    import matplotlib.pyplot as plt

    world = load_world("2017")
    panel = ConflictPanel.of(world)
    spillover = estimate_spillover(panel, world)
    figure, axes = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained", width_ratios=(1, 1.2, 1.5))
    _answers(axes[0], spillover, (0,))
    _answers(axes[1], spillover, (1, 2, 3))
    _map(axes[2], world, simulate_shock(panel, spillover, CASE))
    figure.savefig(file, dpi=110)


def _answers(axis: Any, spillover: Spillover, groups: tuple[int, ...]) -> None:
    lower, upper = spillover.projection.interval()
    months = np.arange(1, lower.shape[1] + 1)
    for g, colour in zip(groups, ("#1b6ca8", "#c4532d", "#777777"), strict=False):
        axis.plot(months, spillover.projection.effect[g], "o-", color=colour, markersize=3, label=GROUPS[g])
        axis.fill_between(months, lower[g], upper[g], color=colour, alpha=0.15, linewidth=0)
    axis.axhline(0, color="#999999", linewidth=0.8)
    axis.set(xlabel="months after the shock", ylabel="log points of 1 + deaths")
    axis.legend(frameon=False, fontsize=8)


def _map(axis: Any, world: World, moved: ShockedForecast) -> None:
    west, east, south, north = WINDOW
    outlines = world.table("boundaries")
    table = moved.table(list(NEIGHBOURS)).set_index("country")
    for iso3, shape in zip(outlines["iso3"], outlines["geometry"], strict=True):
        colour = "#c4532d" if iso3 == CASE.iso3 else "#f3d5c8" if iso3 in table.index else "#eeeeee"
        for ring in read_wkb(shape):
            axis.fill(*ring.T, facecolor=colour, edgecolor="#888888", linewidth=0.4)
    places = {
        "AFG": (66, 33.8),
        "PAK": (69.2, 29),
        "TJK": (71, 38.8),
        "UZB": (63.5, 42),
        "IRN": (54, 32.5),
        "TKM": (59, 39),
    }
    for iso3, (x, y) in places.items():
        row = table.loc[iso3] if iso3 in table.index else None
        text = (
            "4,000 deaths a month"
            if row is None
            else f"{row['percent']:+.1f} %\n({row['lower']:.1f} to {row['upper']:.1f})"
        )
        axis.text(x, y, f"{country_name(iso3)}\n{text}", ha="center", va="center", fontsize=6.5)
    axis.set(xlim=(west, east), ylim=(south, north), aspect=1.2, xticks=[], yticks=[])


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
