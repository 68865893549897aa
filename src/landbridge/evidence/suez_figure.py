"""The figure of docs/suez.md: ``python -m landbridge.evidence.suez_figure SOURCES FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from landbridge.evidence.suez_history import by_year
from landbridge.evidence.suez_panel import YEARS
from landbridge.evidence.suez_prediction import changes

ESTIMATORS = {"log": ("logarithms of flows above zero", "#1b6ca8", -0.35), "ppml": ("PPML", "#c4532d", 0.35)}
GROUPS = 12


def draw(sources: Path, file: Path) -> None:
    """Left: trade of pairs that the closure parted, by year, against 1964. Right: said by the model, and happened."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    left.axvspan(1967.4, 1975.4, color="#dddddd", zorder=0)
    left.axhline(0, color="black", linewidth=0.7)
    for estimator, (name, colour, aside) in ESTIMATORS.items():
        found = by_year(sources, estimator)
        at = np.array(YEARS) + aside
        height, error = (np.r_[0.0, values] for values in (found.coefficient, found.standard_error))
        left.errorbar(at, height, 1.96 * error, fmt="o-", color=colour, markersize=4, capsize=2, label=name)
    left.set(xlabel="year (the canal was shut in the grey span)", ylabel="elasticity to the detour, against 1964")
    left.set_xticks(list(YEARS))
    left.set_ylim(bottom=-0.85)
    left.legend(frameon=False, loc="lower left", fontsize=8)

    table = changes(sources)
    groups = np.array_split(np.argsort(table["said_alone"].to_numpy()), GROUPS)
    said, happened = (table[f"{name}_alone"].to_numpy() for name in ("said", "happened"))
    at = np.array([said[group].mean() for group in groups])
    mean = np.array([happened[group].mean() for group in groups])
    error = np.array([happened[group].std() / np.sqrt(len(group)) for group in groups])
    right.plot(at, at, "--", color="grey", label="the model is right")
    slope = float(said @ happened / (said @ said))
    right.plot(at, slope * at, color="#1b6ca8", label=f"least squares: {slope:.2f}")
    right.errorbar(at, mean, 1.96 * error, fmt="o", color="black", markersize=4, capsize=2)
    right.set(xlabel="log change 1964-72 said by the model", ylabel="log change that happened")
    right.set_title(f"{len(table):,} flows in {GROUPS} groups, less effects of both ends", fontsize=9)
    right.legend(frameon=False, fontsize=8)
    for axis in (left, right):
        axis.grid(alpha=0.3)
    figure.savefig(file, dpi=100)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
