"""The figure on exposure in docs/institutions.md: ``python -m landbridge.evidence.response_figure SOURCES FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

from landbridge.evidence.response_panel import ICIO_FIRST, ICIO_LAST, VARIANTS, fitted, fitted_icio


def draw(sources: Path, file: Path) -> None:
    """The estimates with their 95 % intervals, one above another."""
    import matplotlib.pyplot as plt

    fits = {variant.title: fitted(sources, name) for name, variant in VARIANTS.items()}
    fits[f"yearly input-output tables, {ICIO_FIRST}-{ICIO_LAST}"] = fitted_icio(sources)
    figure, axis = plt.subplots(figsize=(9, 4.6), layout="constrained")
    for place, fit in enumerate(fits.values()):
        low, high = fit.interval
        colour = "#888888" if low <= 0 <= high else "#1b6ca8" if high < 0 else "#c4532d"
        axis.plot([low, high], [place, place], color=colour, linewidth=2)
        axis.plot(fit.coefficient, place, "o", color=colour, markersize=6)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set(xlabel="change of distance in votes per unit; below zero: closer")
    axis.set_yticks(range(len(fits)), list(fits))
    axis.invert_yaxis()
    axis.grid(axis="x", alpha=0.3)
    figure.savefig(file, dpi=110)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
