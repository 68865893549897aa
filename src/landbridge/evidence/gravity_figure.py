"""The figure on gravity in docs/trade.md: ``python -m landbridge.evidence.gravity_figure FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from landbridge.study.gravity import Between
from landbridge.trade.core import Array
from landbridge.trade.prediction import predicted_against_actual
from landbridge.world import load_world

YEARS = {"2017": "#1b6ca8", "2022": "#c4532d"}
BINS = 15


def draw(file: Path) -> None:
    """Trade over what sizes alone predict, by distance and by time: groups of pairs, equal in number."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator, NullLocator

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
    for year, colour in YEARS.items():
        world = load_world(year)
        between = Between.of(world)
        found = predicted_against_actual(world, {"km": between.distance, "days": between.days})
        size, actual = found["predicted"].sel(by="size").to_numpy(), found["actual"].to_numpy()
        used = found["observed"].to_numpy() & np.isfinite(size)
        for axis, cost, name in zip(
            axes, (between.distance, between.days), ("distance, km", "time, days"), strict=True
        ):
            at, ratio = _grouped(cost.to_numpy()[used], actual[used], size[used])
            axis.plot(at, ratio, "o-", color=colour, markersize=4, label=f"world of {year}")
            axis.set(xscale="log", yscale="log", xlabel=name)
            axis.grid(alpha=0.3)
            for side in (axis.xaxis, axis.yaxis):
                side.set_major_locator(LogLocator(subs=(1, 2, 5)))
                side.set_major_formatter("{x:,.10g}")
                side.set_minor_locator(NullLocator())
    axes[0].set_ylabel("trade over what sizes alone predict")
    axes[0].legend(frameon=False)
    figure.savefig(file, dpi=110)


def _grouped(cost: Array, actual: Array, predicted: Array) -> tuple[Array, Array]:
    """Median cost, and trade over prediction, by group of pairs in order of cost."""
    groups = np.array_split(np.argsort(cost), BINS)
    at = np.array([np.median(cost[group]) for group in groups])
    return at, np.array([actual[group].sum() / predicted[group].sum() for group in groups])


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
