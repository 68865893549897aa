"""The forecast with its labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from landbridge.errors import InputError
from landbridge.parameters import central_values
from landbridge.security.core import Array, Settings, forecast
from landbridge.security.panel import ConflictPanel, month_number, month_of

if TYPE_CHECKING:
    from pandas import DataFrame

DRAWS, SEED = 1000, 20171116
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class ConflictForecast:
    """Predictive distributions of deaths by country and month.

    Attributes:
        countries: [C] ISO3.
        months: [H] the months forecast.
        last: the last month known when it was made.
        samples: [C, H, S] equally likely draws; nan for a country whose last month is not known.
    """

    countries: tuple[str, ...]
    months: tuple[str, ...]
    last: str
    samples: Array

    def of(self, iso3: str) -> Array:
        """The draws [H, S] of one country."""
        return self.samples[self.countries.index(iso3)]

    def table(self, countries: list[str]) -> DataFrame:
        """Country, month, mean, chance of any deaths, and quantiles."""
        import pandas as pd

        rows = []
        for iso3 in countries:
            for month, draws in zip(self.months, self.of(iso3), strict=True):
                quantiles = dict(zip(map(_quantile_name, QUANTILES), np.quantile(draws, QUANTILES), strict=True))
                rows.append(
                    {
                        "country": iso3,
                        "month": month,
                        "mean": draws.mean(),
                        "chance_of_deaths": (draws > 0).mean(),
                        **quantiles,
                    }
                )
        return pd.DataFrame(rows)


def _quantile_name(level: float) -> str:
    return f"q{round(100 * level):02d}"


def settings() -> Settings:
    """The settings of ``parameters.toml``."""
    value = central_values()
    return Settings(
        analogues=round(value["conflict_analogues"]),
        pool=value["conflict_analogue_pool"],
        level_half_life=value["conflict_level_half_life"],
        history_half_life=value["conflict_history_half_life"],
    )


def forecast_conflict(
    panel: ConflictPanel,
    horizon: int = 12,
    draws: int = DRAWS,
    seed: int = SEED,
    until: str | None = None,
    chosen: Settings | None = None,
) -> ConflictForecast:
    """Deaths in each of the next ``horizon`` months, from what was known at the end of ``until`` (the panel's last).

    ``chosen``: settings other than those of ``parameters.toml``.

    Raises:
        InputError: the horizon, the draws or the month are not supported.
    """
    if draws < 2:
        raise InputError(f"{draws} draws: wanted are 2 or more.")
    seen = panel if until is None else panel.until(until)
    rng = np.random.default_rng(seed)
    found = forecast(seen.deaths, seen.known, seen.features(), horizon, draws, chosen or settings(), rng)
    now = month_number(seen.months[-1])
    months = tuple(month_of(now + step) for step in range(1, horizon + 1))
    return ConflictForecast(seen.countries, months, seen.months[-1], found.samples)
