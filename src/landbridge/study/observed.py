"""Observed quantities: numbers read off a world's tables, each as a tidy table that labels narrow down."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from pandas import DataFrame

from landbridge.alignment.dyad import TRACKS, dyad_profile
from landbridge.alignment.lead_lag import ORDER, packaged_lead_lags
from landbridge.errors import InputError, did_you_mean
from landbridge.labels import country, one_of
from landbridge.study.conflict import expected_deaths_table, spillover_pairs
from landbridge.study.names import Names, members
from landbridge.trade.prediction import both_ways, carried_sectors, great_circle, predicted_against_actual, ratio
from landbridge.variables import variables
from landbridge.world import World, load_world
from landbridge.world.world import packaged_worlds

Array = NDArray[np.float64]
Labels = Mapping[str, list[Any]]

ERROR = "standard_error"
NAMES: dict[str, Callable[[World], list[str]]] = {
    "institution": lambda world: Names(world).institutions,
    "sector": lambda world: world.sectors,
    "track": lambda world: list(TRACKS),
    "leader": lambda world: list(ORDER),
    "follower": lambda world: list(ORDER),
}


def observed_table(world: World, quantity: str, **labels: Any) -> DataFrame:
    """An observed quantity as a tidy table: a column per label, ``value``, and ``standard_error`` where it has one.

    Labels narrow it down: one value, or a list. Countries may be written in any usual spelling.

    Raises:
        InputError: no such quantity or label; the message names the nearest.
    """
    known = {name: variable for name, variable in variables().items() if not variable.modelled}
    if quantity not in known:
        raise InputError(f'No observed quantity called "{quantity}".{did_you_mean(quantity, known)}')
    dims = known[quantity].dims
    allowed = [*dims, *known[quantity].optional]
    for label in labels:
        if label not in allowed:
            raise InputError(
                f"{quantity} has no label {label}.{did_you_mean(label, allowed)} It has: {', '.join(allowed)}."
            )
    wanted = {label: _spelt(world, label, given) for label, given in labels.items()}
    table = _TABLES[quantity](world, wanted)
    columns = [column for column in (*dims, *known[quantity].optional) if column in table.columns]
    numbers = [name for name in ("value", ERROR) if name in table.columns]
    return _narrow(table, wanted)[[*columns, *numbers]].sort_values(columns).reset_index(drop=True)


def observed_value(world: World, quantity: str, **labels: Any) -> float | None:
    """One observed number, or None where the world has none at these labels.

    Raises:
        InputError: no such quantity, a label unknown or missing.
    """
    table = observed_table(world, quantity, **labels)
    if missing := [dim for dim in variables()[quantity].dims if dim not in labels]:
        raise InputError(f"{quantity} needs {', '.join(missing)} to be one number.")
    return float(table["value"].iloc[0]) if len(table) else None


def observed_draws(world: World, quantity: str, draws: int, **labels: Any) -> Array | None:
    """An observed number with a normal error in every draw; None where it has no standard error.

    The same number has the same errors wherever it is asked for, and a distance those of its two points.
    """
    if quantity == "ideal_point_distance":
        country, partner, year = (labels[name] for name in ("country", "partner", "year"))
        ends = [observed_draws(world, "ideal_point", draws, country=code, year=year) for code in (country, partner)]
        return None if ends[0] is None or ends[1] is None else np.abs(ends[0] - ends[1])
    table = observed_table(world, quantity, **labels)
    if ERROR not in table or table.empty:
        return None
    seed = zlib.crc32(repr((quantity, sorted(labels.items()))).encode())
    normal = np.random.default_rng(seed).standard_normal(draws)
    drawn: Array = float(table["value"].iloc[0]) + float(table[ERROR].iloc[0]) * normal
    return drawn


def _spelt(world: World, label: str, given: Any) -> list[Any]:
    several = given if isinstance(given, list | tuple) else [given]
    if label in ("country", "partner", "relative_to"):
        return [country(str(entry)) for entry in several]
    if label == "year":
        return [_year(entry) for entry in several]
    return [one_of(str(entry), NAMES[label](world), label) for entry in several]


def _year(entry: Any) -> int:
    try:
        return int(entry)
    except ValueError:
        raise InputError(f'year is "{entry}"; wanted is a number such as 2017.') from None


def _narrow(table: DataFrame, labels: Labels) -> DataFrame:
    for label, wanted in labels.items():
        if label in table.columns:
            table = table[table[label].isin(wanted)]
    return table


def _indicator(name: str) -> Callable[[World, Labels], DataFrame]:
    def table(world: World, labels: Labels) -> DataFrame:
        indicators = world.table("indicators")
        return indicators[indicators["indicator"] == name].rename(columns={"iso3": "country"})

    return table


def _ideal_point(world: World, labels: Labels) -> DataFrame:
    """A year of two sessions has the mean of both, and of their errors."""
    points = world.table("ideal_points").rename(columns={"iso3": "country", "ideal_point": "value"})
    points = _narrow(points, {label: labels[label] for label in ("year",) if label in labels})
    numbers = [name for name in ("value", ERROR) if name in points]
    return points.groupby(["country", "year"], as_index=False)[numbers].mean()


def _ideal_point_distance(world: World, labels: Labels) -> DataFrame:
    points = _ideal_point(world, labels)
    own, other = (
        _narrow(points, {"country": labels[key]}) if key in labels else points for key in ("country", "partner")
    )
    pairs = own.merge(other.rename(columns={"country": "partner"}), on="year", suffixes=("", "_partner"))
    pairs = pairs[pairs["country"] != pairs["partner"]]
    if ERROR in pairs:
        pairs = pairs.assign(**{ERROR: np.hypot(pairs[ERROR], pairs[f"{ERROR}_partner"])})
    return pairs.assign(value=(pairs["value"] - pairs["value_partner"]).abs())


def _vote_agreement(world: World, labels: Labels) -> DataFrame:
    """Each pair from either side; a year of two sessions has the mean of both."""
    table = world.table("agreement")
    table = _narrow(table, {key: labels[key] for key in ("year",) if key in labels})
    for key in ("country", "partner"):
        if key in labels:
            table = table[table["iso3_a"].isin(labels[key]) | table["iso3_b"].isin(labels[key])]
    one = table.rename(columns={"iso3_a": "country", "iso3_b": "partner", "scott_pi": "value"})
    back = one.rename(columns={"country": "partner", "partner": "country"})
    both = pd.concat([one, back])[["country", "partner", "year", "value"]]
    return both.groupby(["country", "partner", "year"], as_index=False, observed=True).agg(value=("value", "mean"))


def _membership(world: World, labels: Labels) -> DataFrame:
    """1 or 0 for every economy and institution; the years asked for, or the world's."""
    economies = labels.get("country", sorted(world.table("economies")["iso3"]))
    rows = [
        {"institution": institution, "country": code, "year": year, "value": float(code in inside)}
        for institution in labels.get("institution", Names(world).institutions)
        for year in labels.get("year", [world.year])
        for inside in [set(members(world, institution, year))]
        for code in economies
    ]
    return pd.DataFrame(rows, columns=["institution", "country", "year", "value"])


def _membership_year(world: World, labels: Labels) -> DataFrame:
    table = world.table("memberships")
    present = table[(table["role"] == "member") & (table["end"].fillna("").astype(str) == "")]
    return present.assign(
        country=present["iso3"], value=present["start"].astype(str).str[:4].astype(float)
    ).drop_duplicates(["institution", "country"])


def _shared_memberships(world: World, labels: Labels) -> DataFrame:
    inside = _membership(world, {"year": labels.get("year", [world.year])})
    inside = inside[inside["value"] > 0]
    pairs = inside.merge(inside, on=["institution", "year"], suffixes=("", "_other")).rename(
        columns={"country_other": "partner"}
    )
    counted = pairs.groupby(["country", "partner", "year"], as_index=False).agg(value=("institution", "size"))
    return counted[counted["country"] != counted["partner"]]


def _trade_value(world: World, labels: Labels) -> DataFrame:
    """Yearly tables where both countries are in them; by sector, and for the others, the worlds of the year."""
    names = {"exporter": "country", "importer": "partner", "value_musd": "value"}
    goods = _foreign(pd.concat([_goods(at) for at in _worlds(world, labels)]).rename(columns=names), labels)
    if "sector" in labels:
        return goods
    keys = ["country", "partner", "year"]
    total = goods.groupby(keys, as_index=False)["value"].sum()
    history = _foreign(world.table("trade_history").rename(columns=names), labels)
    return pd.concat([history[[*keys, "value"]], total]).drop_duplicates(keys)


def _foreign(table: DataFrame, labels: Labels) -> DataFrame:
    return _narrow(table[table["country"] != table["partner"]], labels)


def _worlds(world: World, labels: Labels) -> list[World]:
    """The study's world and the packaged ones of other years, those asked for."""
    years = labels.get("year")
    packaged = [load_world(name) for name in packaged_worlds()]
    others = [at for at in packaged if at.year != world.year and at.sectors == world.sectors]
    found = [at for at in (world, *others) if years is None or at.year in years]
    return found or [world]


def _goods(world: World) -> DataFrame:
    trade = world.table("trade")
    return trade[trade["sector"].isin(carried_sectors(world))].assign(year=world.year)


def _trade_ratio(world: World, labels: Labels) -> DataFrame:
    both = _two_way(world, {key: labels[key] for key in ("year",) if key in labels})
    own = both[both["country"].isin(labels["country"])] if "country" in labels else both
    other = own.rename(columns={"partner": "relative_to", "value": "theirs"})
    own, other = (
        _narrow(table, {key: labels[key]} if key in labels else {})
        for table, key in ((own, "partner"), (other, "relative_to"))
    )
    pairs = own.merge(other, on=["country", "year"])
    pairs = pairs[(pairs["partner"] != pairs["relative_to"]) & (pairs["theirs"] > 0)]
    return pairs.assign(value=pairs["value"] / pairs["theirs"])


def _two_way(world: World, labels: Labels) -> DataFrame:
    """Trade in goods both ways by country, partner and year."""
    one = _trade_value(world, labels)
    back = one.rename(columns={"country": "partner", "partner": "country", "value": "back"})
    both = one.merge(back, how="left", on=["country", "partner", "year"])
    return both.assign(value=both["value"] + both["back"].fillna(0.0))[["country", "partner", "year", "value"]]


@lru_cache(maxsize=64)
def _profile(world: World, own: str, other: str) -> DataFrame:
    """The profile of a pair, made once for all that is asked of it."""
    return dyad_profile(world, own, other)


def _relation(world: World, labels: Labels) -> DataFrame:
    """The profile of each pair that is named."""
    parts = [_profile(world, own, other) for own in labels.get("country", []) for other in labels.get("partner", [])]
    if not parts:
        raise InputError("relation needs a country and a partner: landbridge show relation PAK RUS voting.")
    return pd.concat(parts)


def _lead(world: World, labels: Labels) -> DataFrame:
    return packaged_lead_lags(world).rename(columns={"coefficient": "value"})


def _tie_departure(world: World, labels: Labels) -> DataFrame:
    """Each pair from either side; in units of its own standard error."""
    one = world.table("ties").rename(columns={"iso3_a": "country", "iso3_b": "partner", "departure": "value"})
    back = one.rename(columns={"country": "partner", "partner": "country"})
    return pd.concat([one, back]).assign(**{ERROR: 1.0})


def _gravity_ratio(by: str) -> Callable[[World, Labels], DataFrame]:
    """Trade both ways over its prediction by size, or by size and distance."""

    def table(world: World, labels: Labels) -> DataFrame:
        found = _gravity_ratios(world).sel(by=by).rename(exporter="country", importer="partner")
        return found.to_series().dropna().rename("value").reset_index()

    return table


@lru_cache(maxsize=2)
def _gravity_ratios(world: World) -> xr.DataArray:
    return ratio(both_ways(predicted_against_actual(world, {"distance": great_circle(world)})))


_TABLES: dict[str, Callable[[World, Labels], DataFrame]] = {
    "ideal_point": _ideal_point,
    "ideal_point_distance": _ideal_point_distance,
    "vote_agreement": _vote_agreement,
    "relation": _relation,
    "lead": _lead,
    "tie_departure": _tie_departure,
    "membership": _membership,
    "membership_year": _membership_year,
    "shared_memberships": _shared_memberships,
    "trade_value": _trade_value,
    "trade_ratio": _trade_ratio,
    "gravity_ratio_size_only": _gravity_ratio("size"),
    "gravity_ratio_with_distance": _gravity_ratio("distance"),
    "gdp": _indicator("gdp_usd"),
    "population": _indicator("population"),
    "conflict_deaths": _indicator("conflict_deaths"),
    "expected_conflict_deaths": lambda world, _: expected_deaths_table(world),
    "conflict_spillover": lambda world, _: spillover_pairs(world),
    "conflict_spillover_floor": lambda world, _: spillover_pairs(world, floor=True),
    "electricity_access": _indicator("electricity_access_pct"),
    "hdi": _indicator("hdi"),
}
