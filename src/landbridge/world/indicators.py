"""Indicators of countries as last known in a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from landbridge.world.world import World


def latest(world: World, indicator: str, year: int | None = None) -> Series:
    """An indicator by country in a year, the world's own unless given, or in the nearest earlier one with a value."""
    found: Series = world.derived("indicators", _latest, indicator, world.year if year is None else year)
    return found


def _latest(indicators: DataFrame, name: str, year: int) -> Series:
    known = indicators[(indicators["indicator"] == name) & (indicators["year"] <= year)]
    return known.sort_values("year").drop_duplicates("iso3", keep="last").set_index("iso3")["value"]
