"""Country-year indicators: GDP, population, electricity, human development, deaths in conflict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.world.build.gdp import gdp_series
from landbridge.world.build.population import population_series
from landbridge.world.build.regions import REGION
from landbridge.world.build.sources import read, source
from landbridge.world.package import Column, Table

if TYPE_CHECKING:
    from pandas import DataFrame

_COLUMNS = ["iso3", "indicator", "year", "value", "status", "source"]


def indicators_table(sources: Path, last_year: int) -> Table:
    """All indicators, long form; estimated values say how they were made.

    Raises:
        DataError: a file is missing.
    """
    import pandas as pd

    parts = {
        "gdp_usd": gdp_series(sources, last_year),
        "population": population_series(sources),
        "electricity_access_pct": _wdi(sources, "electricity_access_pct"),
        "hdi": _hdi(sources),
        "conflict_deaths": conflict_deaths(sources),
    }
    frame = pd.concat([part.assign(indicator=name) for name, part in parts.items()], ignore_index=True)
    frame = frame[_COLUMNS].astype({"year": "int32", "value": "float64"})
    return Table(
        name="indicators",
        frame=frame.sort_values(["indicator", "iso3", "year"], ignore_index=True),
        description="Country-year indicators. A country-year that is absent is not known.",
        columns=(
            Column("iso3", "ISO3 of the country"),
            Column(
                "indicator",
                "gdp_usd (current USD), population (persons), electricity_access_pct (% of population), hdi (0 to 1), "
                "conflict_deaths (deaths in organised violence of all types per year, best estimate)",
            ),
            Column("year", "calendar year"),
            Column("value", "value of the indicator", "by indicator"),
            Column("status", "observed or estimated"),
            Column("source", "source, or how it was estimated"),
        ),
        key=("iso3", "indicator", "year"),
        licence="CC BY 4.0 (human development: CC BY 3.0 IGO)",
        sources=tuple(source(name) for name in ("wdi", "itpde", "baci", "population", "hdi", "ucdp")),
    )


def _countries(frame: DataFrame) -> DataFrame:
    return frame[frame["iso3"].isin(REGION)]


def _wdi(sources: Path, column: str) -> DataFrame:
    frame = _countries(read(sources, "wdi").query("year >= 1990")).dropna(subset=[column])
    return frame[["iso3", "year"]].assign(value=frame[column], status="observed", source="World Bank WDI")


def _hdi(sources: Path) -> DataFrame:
    frame = _countries(read(sources, "hdi")).dropna(subset=["hdi"])
    return frame[["iso3", "year"]].assign(value=frame["hdi"], status="observed", source="UNDP")


def conflict_deaths(sources: Path) -> DataFrame:
    """Deaths in organised violence by country and year; a year without events in a listed country counts zero.

    Raises:
        DataError: the file is missing.
    """
    frame = _countries(read(sources, "ucdp"))
    yearly = frame.assign(year=frame["month"].str[:4].astype(int)).pivot_table(
        index="iso3", columns="year", values="best_all", aggfunc="sum", fill_value=0
    )
    return yearly.reset_index().melt("iso3", var_name="year").assign(status="observed", source="UCDP GED")
