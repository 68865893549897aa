"""What wars do to their neighbours, estimated over all countries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.security.core import Array
from landbridge.security.panel import ConflictPanel
from landbridge.security.projection import Z90, Projection, local_projection
from landbridge.world.distance import great_circle_km

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World

HORIZON = 12
LAGS = 6  # months of own and others' past that are held fixed
BANDS = (("borders on land", 0.0, np.inf), ("up to 1,500 km", 0.0, 1500.0), ("1,500 to 3,000 km", 1500.0, 3000.0))
GROUPS = ("own", *(name for name, _, _ in BANDS))


@dataclass(frozen=True)
class Spillover:
    """Answers of log(1 + deaths) to one log point more violence in one country.

    Attributes:
        projection: effects by group (``GROUPS``) and month after the shock.
        group: [C, C] which group (1 ..) country j is in for country i; 0: none.
    """

    projection: Projection
    group: NDArray[np.intp]

    def table(self) -> DataFrame:
        """Group, month, effect and its 90 % interval."""
        import pandas as pd

        lower, upper = self.projection.interval()
        return pd.DataFrame(
            [
                {"group": name, "month": h + 1, "effect": effect, "lower": lower[g, h], "upper": upper[g, h]}
                for g, name in enumerate(GROUPS)
                for h, effect in enumerate(self.projection.effect[g])
            ]
        )

    def mean_effect(self) -> tuple[Array, Array]:
        """Mean answer over all months by group, and the lower end of its 90 % interval."""
        groups, horizon = self.projection.effect.shape
        average = np.kron(np.eye(groups), np.full(horizon, 1 / horizon))
        mean = self.projection.effect.mean(1)
        spread = np.sqrt(np.diag(average @ self.projection.covariance @ average.T))
        return mean, mean - Z90 * spread


def centres(world: World, countries: tuple[str, ...]) -> tuple[Array, Array]:
    """Latitude and longitude of the population-weighted middle of each country's cities; nan without any."""
    cities = world.table("places").query("kind == 'city'")
    phi, lam, weight = np.radians(cities["lat"]), np.radians(cities["lon"]), cities["population"]
    parts = {"x": np.cos(phi) * np.cos(lam), "y": np.cos(phi) * np.sin(lam), "z": np.sin(phi)}
    weighted = cities[["iso3"]].assign(**{name: part * weight for name, part in parts.items()})
    mean = weighted.groupby("iso3").sum().reindex(list(countries))
    x, y, z = mean[["x", "y", "z"]].to_numpy(float).T
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def proximity(panel: ConflictPanel, world: World) -> NDArray[np.intp]:
    """Which of ``GROUPS`` each other country is in [C, C]: 1 borders on land, 2 and 3 by distance of centres, 0 far."""
    lat, lon = centres(world, panel.countries)
    km = great_circle_km(lat[:, None], lon[:, None], lat, lon)
    group = np.zeros(km.shape, dtype=np.intp)
    for number, (_, least, most) in reversed(list(enumerate(BANDS, start=1))):
        group[panel.borders > 0 if number == 1 else (km > least) & (km <= most)] = number
    np.fill_diagonal(group, 0)
    return group


def estimate_spillover(panel: ConflictPanel, world: World, horizon: int = HORIZON) -> Spillover:
    """Local projections of log(1 + deaths) on violence at home, next door and further off, lags of each held fixed.

    Violence at home in the month of the shock is held fixed too: what strikes two countries at once is no spill-over.
    """
    group = proximity(panel, world)
    level = np.log1p(panel.deaths)
    around = [level, *(level @ (group == number).T.astype(float) for number in range(1, len(GROUPS)))]
    regressors = np.stack(around, axis=-1)
    past = [np.roll(regressors, lag, axis=0) for lag in range(1, LAGS + 1)]
    used = panel.known.copy()
    for lag in range(1, LAGS + 1):
        used &= np.roll(panel.known, lag, axis=0)
    used[:LAGS] = False
    found = local_projection(level, regressors, np.concatenate(past, axis=-1), used, horizon, lag=2 * horizon)
    return Spillover(found, group)
