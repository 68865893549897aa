"""The forecast of violence as a table to show and a chart to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.errors import InputError
from landbridge.parameters import central_values
from landbridge.security.model import forecast_conflict
from landbridge.security.panel import ConflictPanel, read_months
from landbridge.security.road import link_risk
from landbridge.security.shock import read_shock, simulate_shock
from landbridge.security.spillover import Spillover, estimate_spillover
from landbridge.world.indicators import latest

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World


def conflict_table(
    world: World,
    *,
    country: Sequence[str] | str,
    horizon: int = 12,
    until: str | None = None,
    months: Path | None = None,
    fans: Path | None = None,
    shock: str | None = None,
) -> DataFrame:
    """Deaths forecast in each of the next months: country, month, mean, chance of any, quantiles.

    Args:
        country: one or several.
        horizon: months ahead, 1 to 14.
        until: the last month that the forecast may know; None: the last of the data.
        months: a CSV file of later months (country, month, deaths) that follow the world's own.
        fans: a file for fan charts (png, svg, pdf).
        shock: COUNTRY:START:END:DEATHS a month; the table then sets deaths without and with it side by side, by the
            estimated spill-over.

    Raises:
        InputError: a country has no series, the months do not fit, or the horizon is not supported.
    """
    panel = ConflictPanel.of(world)
    if months is not None:
        panel = panel.with_months(read_months(months), str(months))
    named = [country] if isinstance(country, str) else list(country)
    countries = list(dict.fromkeys(panel.countries[panel.position(name)] for name in named))
    if shock is not None:
        if until is not None:
            panel = panel.until(until)
        moved = simulate_shock(panel, estimate_spillover(panel, world), read_shock(shock), horizon)
        forecast, table = moved.shocked, moved.table(countries)
    else:
        forecast = forecast_conflict(panel, horizon, until=until)
        table = forecast.table(countries)
    if unknown := [iso3 for iso3 in countries if np.isnan(forecast.of(iso3)).any()]:
        raise InputError(f"{', '.join(unknown)} had no series yet in {forecast.last}: choose a later month.")
    if fans is not None:
        from landbridge.security.chart import draw_fans

        draw_fans(panel, forecast, countries, fans)
    return table


def conflict_view(world: World, **asked: Sequence[Any]) -> DataFrame:
    """The forecast as ``show`` asks for it: see ``conflict_table``, each option in a list of one."""
    countries = asked.pop("country")
    return conflict_table(world, country=countries, **{name: value for name, (value,) in asked.items()})


def spillover_table(world: World) -> DataFrame:
    """How much violence answers to violence at home, next door and further off: group, month, effect, 90 % interval."""
    return _spillover(world)[1].table()


def link_risk_table(world: World) -> DataFrame:
    """What a year of forecast violence does to land transport through each country, at the central parameters.

    Deaths of the twelve months after the data, over the population last known; countries without a grade are left out.
    """
    import pandas as pd

    panel = ConflictPanel.of(world)
    people = latest(world, "population", int(panel.months[-1][:4])).reindex(list(panel.countries)).to_numpy(float)
    deaths = forecast_conflict(panel, 12).samples.sum(1)
    kept = np.isfinite(people) & np.isfinite(deaths).all(1)
    risk = link_risk(1e6 * deaths[kept] / people[kept, None], central_values())
    table = pd.DataFrame({"country": np.array(panel.countries)[kept], **asdict(risk)})
    return table[table["grade"] > 0].sort_values("grade", ascending=False, ignore_index=True)


def spillover_pairs(world: World, floor: bool = False) -> DataFrame:
    """Mean answer of each country to each partner that is near, country, partner, value; ``floor``: its lower end."""
    import pandas as pd

    countries, found = _spillover(world)
    country, partner = np.nonzero(found.group)
    value = found.mean_effect()[int(floor)][found.group[country, partner]]
    names = np.array(countries)
    return pd.DataFrame({"country": names[country], "partner": names[partner], "value": value})


@lru_cache(maxsize=2)
def _spillover(world: World) -> tuple[Sequence[str], Spillover]:
    panel = ConflictPanel.of(world)
    return panel.countries, estimate_spillover(panel, world)


def expected_deaths_table(world: World) -> DataFrame:
    """Deaths to expect in the world's year, as known at the end of the year before: country, value."""
    import pandas as pd

    panel = ConflictPanel.of(world)
    forecast = forecast_conflict(panel, 12, until=min(f"{world.year - 1}-12", panel.months[-1]))
    table = pd.DataFrame({"country": forecast.countries, "value": forecast.samples.mean(2).sum(1)})
    return table.dropna(ignore_index=True)
