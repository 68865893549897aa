"""What differs by place: freight rates and speeds of a country's roads and railways, times at single frontiers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.network.coded import labels_of
from landbridge.network.model import Floats, Labels
from landbridge.world.dated import in_force

if TYPE_CHECKING:
    from pandas import Categorical, DataFrame

    from landbridge.world import World


def ratios(world: World, running: Categorical, iso3: Categorical) -> tuple[Floats, Floats]:
    """Speed and freight rate [L] over those of the link's mode, in the country where it lies.

    From the table ``haulage``; 1 where it has no row, and everywhere in a world without it.
    """
    import pandas as pd

    of_speed, of_rate = np.ones((2, len(running.categories), len(iso3.categories)))
    if "haulage" in world.resources:
        table = world.table("haulage")
        mode, country = (
            of.categories.get_indexer(pd.Index(table[column])) for of, column in ((running, "mode"), (iso3, "iso3"))
        )
        known = (mode >= 0) & (country >= 0)
        for ratio, column in ((of_speed, "speed_ratio"), (of_rate, "rate_ratio")):
            ratio[mode[known], country[known]] = table[column].to_numpy(dtype=float)[known]
    return of_speed[running.codes, iso3.codes], of_rate[running.codes, iso3.codes]


def frontier_stops(world: World, links: DataFrame, dwell: Labels, year: int) -> tuple[Floats, Floats]:
    """Hours and USD per TEU [L] at crossings where they are known, NaN at all others.

    From the rows of the table ``frontier_times`` in force on 1 July; a row of a post goes before one of its border.
    Soft borders have no customs to wait for, whatever a row says.
    """
    hours, usd = np.full((2, len(links)), np.nan)
    if "frontier_times" in world.resources:
        table = world.table("frontier_times")
        crossing = np.flatnonzero(np.isin(dwell, ("rail_border", "road_border")))
        border, passage, mode = (labels_of(links.iloc[crossing], name) for name in ("border", "passage", "mode"))
        for row in _broad_first(table[in_force(table, year)]):
            hit = crossing[((border == row.key) | (passage == row.key)) & (mode == row.mode)]
            (hours if row.measure == "hours" else usd)[hit] = row.value
    return hours, usd


def _broad_first(table: DataFrame) -> Sequence[Any]:
    by_border = table["key"].str.fullmatch("[A-Z]{3}-[A-Z]{3}").to_numpy(dtype=bool)
    return [*table[by_border].itertuples(index=False), *table[~by_border].itertuples(index=False)]
