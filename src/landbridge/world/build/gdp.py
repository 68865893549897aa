"""GDP in every year a world needs, with the gaps filled and every filled value named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.world.build.icio import Icio
from landbridge.world.build.regions import REGION
from landbridge.world.build.sources import read

if TYPE_CHECKING:
    from pandas import DataFrame, Series

OBSERVED = "observed"
_FIRST_YEAR = 1990
_LAST_TRADE = 2016
_NEIGHBOURS = ("JPN", "KOR")


def gdp_series(sources: Path, last_year: int) -> DataFrame:
    """GDP in current USD, ``iso3, year, value, status, source``, using nothing from after ``last_year``.

    Years between two observations are interpolated geometrically. After the last observation an economy grows with
    its share of world trade in ITPD-E (to 2016) times world GDP; where that is unknown, with world GDP alone.

    Raises:
        DataError: a file is missing.
    """
    import pandas as pd

    observed = _observed(sources, last_year)
    years = range(_FIRST_YEAR, max(last_year, observed["year"].max()) + 1)
    wide = observed.pivot(index="iso3", columns="year", values="value").reindex(columns=years)
    share = _trade_share(sources).reindex(index=wide.index, columns=years)
    world = wide.loc[wide.notna().all(axis=1)].sum()
    rows = []
    for iso3 in wide.index:
        series = wide.loc[iso3]
        filled = _interpolate(series)
        last = int(filled.dropna().index.max())
        for year in [year for year in years if pd.isna(series[year])]:
            if year < last and pd.notna(filled[year]):
                rows.append((iso3, year, filled[year], "estimated", "between two observed years, geometrically"))
            elif year > last:
                ratio = share.loc[iso3, min(year, _LAST_TRADE)] / share.loc[iso3, min(last, _LAST_TRADE)]
                by_trade = bool(ratio > 0) and last < _LAST_TRADE
                value = filled[last] * world[year] / world[last] * (ratio if by_trade else 1.0)
                how = "own share of world trade" if by_trade else "world GDP"
                rows.append((iso3, year, value, "estimated", f"last observed {last}, carried by {how}"))
    estimated = pd.DataFrame(rows, columns=["iso3", "year", "value", "status", "source"])
    return pd.concat([observed, estimated], ignore_index=True).sort_values(["iso3", "year"], ignore_index=True)


def _observed(sources: Path, last_year: int) -> DataFrame:
    import pandas as pd

    wdi = read(sources, "wdi").dropna(subset=["gdp_usd"])
    wdi = wdi[wdi["year"].between(_FIRST_YEAR, last_year) & wdi["iso3"].isin(REGION)]
    rows = wdi[["iso3", "year"]].assign(value=wdi["gdp_usd"], status=OBSERVED, source="World Bank WDI")
    if last_year < 2022:
        return rows
    later = read(sources, "gdp_2023")
    extra = later[["iso3"]].assign(
        year=2023, value=later["gdp_usd"], status=OBSERVED, source="World Bank, GDP of the economies in BACI"
    )
    known = rows.loc[rows["year"] == 2023, "iso3"]
    return pd.concat([rows, extra[~extra["iso3"].isin(known)]], ignore_index=True)


def _interpolate(series: Series) -> Series:
    return np.exp(np.log(series).interpolate(limit_area="inside"))


def _trade_share(sources: Path) -> DataFrame:
    """Each state's share of world trade by year (exports + imports), from ITPD-E."""
    flows = read(sources, "itpde")
    both = (
        flows.groupby(["exporter", "year"])["value_musd"]
        .sum()
        .unstack()
        .add(flows.groupby(["importer", "year"])["value_musd"].sum().unstack(), fill_value=0.0)
    )
    return both / both.sum()


def gdp_of_taiwan(icio: Icio, gdp: Series) -> float:
    """GDP of Taiwan, million USD, which no source gives: its gross output at the ratio of Japan and South Korea."""
    output = dict(zip(icio.economies, icio.flows.sum(axis=(1, 2)), strict=True))
    return float(output["TWN"] * sum(gdp[near] for near in _NEIGHBOURS) / sum(output[near] for near in _NEIGHBOURS))
