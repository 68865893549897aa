"""The figure in docs/institutions.md: ``python -m landbridge.evidence.institutions_figure SOURCES FILE``."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from landbridge.alignment.core.hazard import Array
from landbridge.evidence.membership_panel import LAST, TRAINED, hindsight
from landbridge.study.institutions import EVENTS

COLOURS = {"join": "#1b6ca8", "leave": "#c4532d"}
TITLES = {"join": "joining", "leave": "leaving"}
EDGES = {"join": (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0), "leave": (0.0, 0.3, 0.6, 0.9, 1.0)}
LEAST = 3e-5


def draw(sources: Path, file: Path) -> None:
    """Reliability: what was predicted against what came about, in groups by the probability predicted."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(EVENTS), figsize=(9, 4.2), layout="constrained")
    for axis, event in zip(axes, EVENTS, strict=True):
        later, predicted = hindsight(sources, event)
        at, share, error = _grouped(predicted, later.happened, EDGES[event])
        axis.plot([LEAST, 1], [LEAST, 1], color="#888888", linewidth=1)
        axis.errorbar(at, np.maximum(share, LEAST), error, fmt="o", color=COLOURS[event], markersize=5, capsize=2)
        count = f"{later.happened.sum():.0f} events, {predicted.sum():.0f} expected"
        axis.set(xscale="log", yscale="log", xlim=(LEAST, 0.3), ylim=(LEAST, 0.3))
        axis.set(xlabel="predicted, a year", title=f"{TITLES[event]}, {TRAINED + 1}-{LAST}: {count}")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("came about, with twice its standard error")
    figure.savefig(file, dpi=110)


def _grouped(predicted: Array, happened: Array, edges: tuple[float, ...]) -> tuple[Array, Array, Array]:
    """Mean prediction, share that happened, and bars below and above it [2, groups]; groups by rank of prediction."""
    order, cuts = np.argsort(predicted), (np.array(edges) * len(predicted)).astype(int)
    groups = [order[a:b] for a, b in pairwise(cuts)]
    at, share = (np.array([values[group].mean() for group in groups]) for values in (predicted, happened))
    error = 2 * np.sqrt(np.array([max(happened[group].sum(), 1.0) for group in groups])) / [len(g) for g in groups]
    shown = np.maximum(share, LEAST)
    return at, share, np.stack([np.minimum(error, shown - LEAST), error])


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
