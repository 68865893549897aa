"""How the forecast's settings were chosen: its scores on targets before 2018, with one setting changed at a time.

``python -m landbridge.security.estimate`` prints the table of docs/security.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from landbridge.security.core import Settings
from landbridge.security.hindcast import hindcast
from landbridge.security.model import settings
from landbridge.security.panel import ConflictPanel

if TYPE_CHECKING:
    from pandas import DataFrame

TARGETS = range(2005, 2018)
TRIED: dict[str, tuple[float, ...]] = {
    "analogues": (200, 400, 1600, 3200),
    "pool": (0.0, 0.3, 0.4, 0.6, 0.7, 1.0),
    "level_half_life": (0.5, 2.0, 4.0),
    "history_half_life": (2.0, 3.0, 6.0),
}


def alternatives(panel: ConflictPanel, years: Iterable[int] = TARGETS) -> DataFrame:
    """Mean CRPS of deaths and of log(1 + deaths), by setting changed and its value; the first row is as chosen."""
    import pandas as pd

    chosen, targets = settings(), list(years)
    rows = [{"setting": "as chosen", "value": np.nan, **_scores(panel, chosen, targets)}]
    for name, values in TRIED.items():
        for value in values:
            cast = type(getattr(chosen, name))
            scores = _scores(panel, replace(chosen, **{name: cast(value)}), targets)
            rows.append({"setting": name, "value": value, **scores})
    return pd.DataFrame(rows)


def _scores(panel: ConflictPanel, chosen: Settings, years: list[int]) -> dict[str, float]:
    made = [hindcast(panel, year, chosen=chosen) for year in years]
    return {name: float(np.mean([h.score(name, "landbridge").mean() for h in made])) for name in ("crps", "crps_log")}


if __name__ == "__main__":
    from landbridge.world import load_world

    print(alternatives(ConflictPanel.of(load_world("2017"))).to_string(index=False))
