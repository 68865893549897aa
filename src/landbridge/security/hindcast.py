"""The forecast against what came, on origins of the past: twelve months of a year, known to October of the year before.

The same country-months as the ViEWS prediction challenge 2023/24: every country of the series in January to December,
three to fourteen months after the last month known.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from landbridge.security.core import Array, Settings
from landbridge.security.model import forecast_conflict
from landbridge.security.panel import ConflictPanel
from landbridge.security.scores import crps, ignorance, interval_score, paired_bootstrap, pit_share

if TYPE_CHECKING:
    from pandas import DataFrame

YEARS = (2018, 2019, 2020)
FIRST_AHEAD, LAST_AHEAD = 3, 14
HALVING = 4.0  # months: the strongest simple forecast's memory
MONTHS_BACK = 96  # months of history it draws from: weights beyond are below 1e-7
DECILES = 10
COVERAGE = 0.9
SCORES = {
    "crps": crps,
    "crps_log": lambda x, y: crps(np.log1p(x), np.log1p(y)),
    "ignorance": ignorance,
    "interval_score": lambda x, y: interval_score(x, y, COVERAGE),
}


@dataclass(frozen=True)
class Hindcast:
    """One target year: ``actual`` [C, 12], and draws [C, 12, S] by forecaster ("landbridge", "own_weighted" ...)."""

    year: int
    countries: tuple[str, ...]
    actual: Array
    draws: dict[str, Array]

    def score(self, name: str, forecaster: str) -> Array:
        """One of ``SCORES`` [C, 12] of one forecaster."""
        score: Array = SCORES[name](self.draws[forecaster], self.actual)
        return score


def hindcast(panel: ConflictPanel, year: int, draws: int = 1000, chosen: Settings | None = None) -> Hindcast:
    """Forecast a year from October of the year before, by landbridge and by the simple forecasters.

    all_zero; last_poisson: Poisson about the last month; own_12, own_18: each of the last months equally likely;
    own_weighted: own history with weights that halve every four months. ``chosen``: settings other than the table's.

    Raises:
        InputError: the panel does not reach from far enough before to the end of the year.
    """
    made = forecast_conflict(panel, LAST_AHEAD, draws, until=f"{year - 1}-10", chosen=chosen)
    panel.until(f"{year}-12")
    now = panel.months.index(made.last)
    used = panel.known[now]
    actual = panel.deaths[now + FIRST_AHEAD : now + LAST_AHEAD + 1, used].T
    past = panel.deaths[now::-1, used].T
    simple = {
        "all_zero": np.zeros((used.sum(), 1)),
        "last_poisson": np.random.default_rng(year).poisson(past[:, :1], (used.sum(), draws)).astype(float),
        "own_12": past[:, :12],
        "own_18": past[:, :18],
        "own_weighted": weighted_history(past, draws),
    }
    every = {name: np.repeat(draw[:, None, :], 12, axis=1) for name, draw in simple.items()}
    countries = tuple(np.array(panel.countries)[used])
    return Hindcast(year, countries, actual, {"landbridge": made.samples[used][:, FIRST_AHEAD - 1 :], **every})


def weighted_history(past: Array, draws: int) -> Array:
    """Draws [C, S] of past months, latest first [C, T], in proportion to weights that halve every four months."""
    weight = 0.5 ** (np.arange(min(past.shape[1], MONTHS_BACK)) / HALVING)
    edges = np.cumsum(weight) / weight.sum()
    chosen = np.searchsorted(edges, (np.arange(draws) + 0.5) / draws)
    drawn: Array = past[:, chosen]
    return drawn


def score_table(hindcasts: list[Hindcast]) -> DataFrame:
    """Means of every score by forecaster, and the mean CRPS of every year."""
    import pandas as pd

    rows = []
    for forecaster in hindcasts[0].draws:
        row: dict[str, object] = {"forecaster": forecaster}
        row |= {str(h.year): h.score("crps", forecaster).mean() for h in hindcasts}
        row |= {name: np.mean([h.score(name, forecaster).mean() for h in hindcasts]) for name in SCORES}
        rows.append(row)
    return pd.DataFrame(rows).set_index("forecaster")


def gain(hindcasts: list[Hindcast], over: str = "own_weighted", score: str = "crps") -> tuple[float, Array]:
    """By how much landbridge scores lower, and the 90 % interval, countries drawn again with all their months."""
    by_country = np.concatenate([h.score(score, over) - h.score(score, "landbridge") for h in hindcasts], axis=1)
    return float(by_country.mean()), paired_bootstrap(by_country, np.random.default_rng(0))


def reliability(hindcasts: list[Hindcast]) -> DataFrame:
    """By decile of predicted risk (mean deaths): cells, mean forecast and actual, predicted and observed share of
    months with deaths, and the coverage of 90 % intervals by the randomised PIT, averaged over its randomness."""
    import pandas as pd

    draws = np.concatenate([h.draws["landbridge"].reshape(-1, h.draws["landbridge"].shape[-1]) for h in hindcasts])
    actual = np.concatenate([h.actual.ravel() for h in hindcasts])
    tail = (1 - COVERAGE) / 2
    cells = pd.DataFrame(
        {
            "predicted": draws.mean(1),
            "actual": actual,
            "predicted_any": (draws > 0).mean(1),
            "actual_any": actual > 0,
            "coverage": pit_share(draws, actual, tail, 1 - tail),
        }
    )
    decile = cells["predicted"].rank(method="first").sub(1).mul(DECILES).floordiv(len(cells)).astype(int) + 1
    return cells.groupby(decile.rename("decile")).mean().assign(cells=decile.value_counts().sort_index())


def pit_histogram(hindcasts: list[Hindcast], bins: int = 10, violent: bool = False) -> Array:
    """Share of the randomised PIT in each of ``bins`` [bins]; ``violent``: only where deaths are likely."""
    edges = np.linspace(0, 1, bins + 1)
    shares = []
    for h in hindcasts:
        draws = h.draws["landbridge"]
        chosen = (draws > 0).mean(-1) > 0.5 if violent else np.ones(h.actual.shape, dtype=bool)
        cells = draws[chosen], h.actual[chosen]
        shares.append(np.stack([pit_share(*cells, *ends) for ends in pairwise(edges)], axis=-1))
    histogram: Array = np.concatenate(shares).mean(0)
    return histogram
