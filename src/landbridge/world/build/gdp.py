"""GDP in every year a world needs, with the gaps filled and every filled value named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.world.build.economies import Membership, with_rest
from landbridge.world.build.icio import Icio
from landbridge.world.build.regions import REGION
from landbridge.world.build.sources import read

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_FIRST_YEAR = 1990
_NEIGHBOURS = ("JPN", "KOR")


def gdp_series(sources: Path, last_year: int) -> DataFrame:
    """GDP in current USD, ``iso3, year, value, status, source``, 1990 to ``last_year``.

    Nothing from after the trade table nearest to ``last_year`` is used, and nothing from after 2017 for 2017. Years
    between two observations are interpolated geometrically. After the last observation GDP follows the economy's share
    of world trade times world GDP; where its trade is unknown, world GDP alone.

    Raises:
        DataError: a file is missing.
    """
    import pandas as pd

    observed = _observed(sources, last_year)
    years = range(_FIRST_YEAR, last_year + 1)
    wide = observed.pivot(index="iso3", columns="year", values="value").reindex(columns=years)
    share = _trade_share(sources, last_year).reindex(index=wide.index, columns=years).ffill(axis=1)
    world = wide.loc[wide.notna().all(axis=1)].sum()
    rows = []
    for iso3 in wide.index:
        series = wide.loc[iso3]
        known = series.dropna().index
        if known.empty:
            continue
        last = known.max()
        between = _interpolate(series)
        ratio = share.loc[iso3] / share.loc[iso3, last]
        for year in [year for year in years if pd.isna(series[year]) and year > known.min()]:
            if year < last:
                rows.append((iso3, year, between[year], "between two observed years, geometrically"))
            elif ratio[year] > 0:
                value = series[last] * ratio[year] * world[year] / world[last]
                rows.append((iso3, year, value, f"last observed {last}, carried by its share of world trade"))
            else:
                rows.append(
                    (iso3, year, series[last] * world[year] / world[last], f"last observed {last}, with world GDP")
                )
    estimated = pd.DataFrame(rows, columns=["iso3", "year", "value", "source"]).assign(status="estimated")
    return pd.concat([observed, estimated], ignore_index=True).sort_values(["iso3", "year"], ignore_index=True)


def gdp_of_year(incomes: DataFrame, year: int, trading: Membership, icio: Icio) -> tuple[Series, dict[str, str]]:
    """GDP of the trading economies in one year of ``gdp_series``, million USD, and a remark on each estimated one."""
    now = incomes.query("year == @year").set_index("iso3")
    gdp = with_rest(now["value"] / 1e6, trading)
    gdp = gdp.fillna({"TWN": gdp_of_taiwan(icio, gdp)})
    estimated = now.loc[now["status"] == "estimated", "source"]
    notes = {str(iso3): f"GDP of {year} estimated: {how}" for iso3, how in estimated.items()}
    notes["TWN"] = f"GDP of {year} estimated: gross output at the ratio of Japan and South Korea"
    return gdp, notes


def gdp_of_taiwan(icio: Icio, gdp: Series) -> float:
    """GDP of Taiwan, million USD, which no source gives: its gross output at the ratio of Japan and South Korea."""
    output = dict(zip(icio.economies, icio.flows.sum(axis=(1, 2)), strict=True))
    return float(output["TWN"] * sum(gdp[near] for near in _NEIGHBOURS) / sum(output[near] for near in _NEIGHBOURS))


def _observed(sources: Path, last_year: int) -> DataFrame:
    wdi = read(sources, "wdi").dropna(subset=["gdp_usd"])
    wdi = wdi[wdi["year"].between(_FIRST_YEAR, last_year) & wdi["iso3"].isin(REGION)]
    return wdi[["iso3", "year"]].assign(value=wdi["gdp_usd"], status="observed", source="World Bank WDI")


def _interpolate(series: Series) -> Series:
    return np.exp(np.log(series).interpolate(limit_area="inside"))


def _trade_share(sources: Path, last_year: int) -> DataFrame:
    """Each state's share of world trade (exports + imports) by year: ITPD-E to 2016, for later years also BACI 2023."""
    share = _share(read(sources, "itpde").rename(columns={"value_musd": "value"}))
    if last_year <= 2017:
        return share
    share = share.join(_share(read(sources, "baci").rename(columns={"value_usd": "value"})), how="outer")
    share = share.reindex(columns=range(_FIRST_YEAR, last_year + 2))
    return share.T.apply(_interpolate).T


def _share(flows: DataFrame) -> DataFrame:
    sold, bought = (flows.groupby([side, "year"])["value"].sum().unstack() for side in ("exporter", "importer"))
    total = sold.add(bought, fill_value=0.0)
    return total / total.sum()
