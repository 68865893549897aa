"""The figure on hostile shocks in docs/security.md: ``python -m landbridge.evidence.hostility_figure SOURCES FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from landbridge.security.hostility import event_study, read_hostility, shared_membership
from landbridge.world import load_world

DATE = "2018-01-01"


def draw(sources: Path, file: Path) -> None:
    """Paths around hostile shocks: pairs with a regional institution in common, and pairs without."""
    import matplotlib.pyplot as plt

    found = read_hostility(sources)
    shared = shared_membership(found.pairs, load_world("2017").table("memberships"), DATE)
    figure, axis = plt.subplots(figsize=(6, 3.4), layout="constrained")
    for chosen, colour, name in ((shared, "#1b6ca8", "share an institution"), (~shared, "#c4532d", "share none")):
        study = event_study(found.share[:, chosen], np.random.default_rng(0))
        label = f"{name}: {study.shocks} shocks, {study.pairs} pairs"
        axis.plot(study.months, study.path, "o-", color=colour, markersize=3, label=label)
        axis.fill_between(study.months, study.lower, study.upper, color=colour, alpha=0.2, linewidth=0)
    axis.axhline(0, color="#999999", linewidth=0.8)
    axis.set(xlabel="months after the shock", ylabel="hostile share above its baseline")
    axis.legend(frameon=False, fontsize=8)
    figure.savefig(file, dpi=110)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
