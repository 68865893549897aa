"""Living standards and violence: does a country that grows, lights its homes or finds its people work fight less?

Local projections on country-years: log(1 + deaths) one to three years later on a year's growth of income per head, its
gain in access to electricity and its unemployment, with deaths of the year and the year before held fixed, and country
and year effects. These are associations within countries over time. Recruitment itself is not in the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import DataError
from landbridge.security.core import Array
from landbridge.security.panel import ConflictPanel
from landbridge.security.projection import Projection, local_projection

if TYPE_CHECKING:
    from pandas import DataFrame

FILE = "trade/wdi.parquet"
HORIZON = 3  # years
MEASURES = {
    "growth": "growth of GDP per head, percentage points",
    "electricity": "gain in access to electricity, percentage points of people",
    "unemployment": "unemployment, percentage points",
}


@dataclass(frozen=True)
class LivingStandards:
    """Effects on log(1 + deaths) of one point more of each of ``measures``, by year after (1 .. 3)."""

    measures: tuple[str, ...]
    projection: Projection

    def table(self) -> DataFrame:
        """Measure, year after, effect in percent of 1 + deaths, 90 % interval."""
        import pandas as pd

        lower, upper = self.projection.interval()
        return pd.DataFrame(
            [
                {
                    "measure": name,
                    "year": h + 1,
                    "percent": 100 * np.expm1(self.projection.effect[k, h]),
                    "lower": 100 * np.expm1(lower[k, h]),
                    "upper": 100 * np.expm1(upper[k, h]),
                }
                for k, name in enumerate(self.measures)
                for h in range(self.projection.effect.shape[1])
            ]
        )


def read_measures(sources: Path, panel: ConflictPanel) -> tuple[tuple[int, ...], dict[str, Array]]:
    """Years of the panel, and each of ``MEASURES`` [Y, C]; nan where not known.

    Raises:
        DataError: the file is missing.
    """
    import pandas as pd

    if not (sources / FILE).is_file():
        raise DataError(f"{sources / FILE} does not exist: effects of living standards are estimated from it.")
    rows = pd.read_parquet(sources / FILE)
    years = tuple(range(int(panel.months[0][:4]), int(panel.months[-1][:4]) + 1))

    def square(column: str) -> Array:
        wide = rows.pivot_table(index="year", columns="iso3", values=column)
        found: Array = wide.reindex(index=[years[0] - 1, *years], columns=list(panel.countries)).to_numpy(float)
        return found

    income, access = square("gdp_pc_const2010_usd"), square("electricity_access_pct")
    unemployment = (square("unemployment_male_pct") + square("unemployment_female_pct")) / 2
    return years, {
        "growth": 100 * np.diff(np.log(income), axis=0),
        "electricity": np.diff(access, axis=0),
        "unemployment": unemployment[1:],
    }


def yearly_deaths(panel: ConflictPanel) -> tuple[Array, NDArray[np.bool_]]:
    """Deaths by calendar year [Y, C], and where all twelve months are known."""
    shape = (len(panel.months) // 12, 12, len(panel.countries))
    known: NDArray[np.bool_] = np.asarray(panel.known.reshape(shape).all(1))
    return panel.deaths.reshape(shape).sum(1), known


def estimate_living(
    panel: ConflictPanel, measures: dict[str, Array], ever_violent: bool = False, horizon: int = HORIZON
) -> LivingStandards:
    """Local projections on all ``measures`` [Y, C] at once; the panel must hold whole years.

    ``ever_violent``: only countries with 25 or more deaths in some year.
    """
    deaths, known = yearly_deaths(panel)
    level = np.log1p(deaths)
    regressors = np.stack(list(measures.values()), axis=-1)
    before = np.concatenate([level[:1], level[:-1]])
    used = known & np.concatenate([known[:1] & False, known[:-1]])
    if ever_violent:
        used = used & (deaths.max(0) >= 25)
    complete: NDArray[np.bool_] = np.asarray(np.isfinite(regressors).all(-1))
    regressors = np.where(np.isfinite(regressors), regressors, 0.0)
    controls = np.stack([level, before], axis=-1)
    found = local_projection(level, regressors, controls, used, horizon, lag=2 * horizon, origins=complete)
    return LivingStandards(tuple(measures), found)
