"""Population by country and year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.world.build.regions import REGION
from landbridge.world.build.sources import read

if TYPE_CHECKING:
    from pandas import DataFrame


def population_series(sources: Path) -> DataFrame:
    """Persons, ``iso3, year, value, status, source``, 1990-2024; aggregates left out.

    Raises:
        DataError: the file is missing.
    """
    frame = read(sources, "population")
    frame = frame[frame["code"].isin(REGION)]
    return frame.rename(columns={"code": "iso3", "population": "value"})[["iso3", "year", "value"]].assign(
        status="observed", source="World Bank population"
    )
