"""From a world's tables to the arrays of a network: closures, unions and conflict of the year applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from landbridge.errors import DataError
from landbridge.network.model import DWELLS, RUNNING, Flags, Floats, Hubs, Ints, Labels, Network, Quantities

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World

STUDY_COLUMNS: dict[str, Any] = {
    "hours_override": np.nan,
    "usd_override": np.nan,
    "speed_kmh_override": np.nan,
    "exempt": False,
    "closed_by": "",
}


def read_network(world: World, year: int) -> Network:
    """The arrays of ``Network`` from the tables nodes, links, cities, closures, union_borders and conflict.

    Raises:
        DataError: a link names an unknown node, or a length or speed is not positive.
    """
    nodes, links = world.table("nodes"), with_study_columns(world.table("links"))
    tail, head = (links[end].to_numpy(dtype=np.int64) for end in ("u", "v"))
    _check(links, tail, head, len(nodes))
    dwell = _labels(links, "dwell")
    border, iso3 = _labels(links, "border"), _labels(links, "iso3")
    running = running_modes(_labels(links, "mode"), dwell)
    soft = np.isin(border, soft_borders(world, year))
    dwell = np.where(soft & np.isin(dwell, ["rail_border", "road_border"]), "soft_border", dwell)
    return Network(
        world=world,
        year=year,
        lat=nodes["lat"].to_numpy(dtype=float),
        lon=nodes["lon"].to_numpy(dtype=float),
        node_iso3=_labels(nodes, "iso3"),
        node_name=_labels(nodes, "name"),
        tail=tail,
        head=head,
        mode=_labels(links, "mode"),
        running=running,
        km=links["km"].to_numpy(dtype=float),
        passage=_labels(links, "passage"),
        border=border,
        dwell=dwell,
        iso3=iso3,
        closed_by=_closed_by(world, links, year),
        skeleton=links["skeleton"].to_numpy(dtype=bool),
        quantities=_quantities(links, running, dwell, iso3, deaths_per_million(world, year)),
        hubs=_hubs(world),
        city_nodes=world.table("cities")["node"].to_numpy(dtype=np.int64),
    )


def with_study_columns(links: DataFrame) -> DataFrame:
    """The links with the optional columns that studies write: overrides (NaN: the parameter's value), exemptions."""
    missing = {column: value for column, value in STUDY_COLUMNS.items() if column not in links}
    return links.assign(**missing)


def running_modes(mode: Labels, dwell: Labels) -> Labels:
    """The mode whose speed and rate a link has: a port's connector the sea's, a gauge break rail, others road."""
    connector = np.where(dwell == "port", "sea", np.where(dwell == "gauge", "rail", "road"))
    return np.where(mode == "transfer", connector, mode)


def in_force(table: DataFrame, year: int) -> Flags:
    """Which dated rows (``since``, ``until``, empty: open-ended) hold on 1 July of the year."""
    day = f"{year:04d}-07-01"
    since, until = _labels(table, "since"), _labels(table, "until")
    return np.array([start <= day and (not end or day < end) for start, end in zip(since, until, strict=True)], bool)


def soft_borders(world: World, year: int) -> list[str]:
    """Borders "AAA-BBB" inside a customs or passport union of that year."""
    table = world.table("union_borders")
    table = table[in_force(table, year)]
    pairs = set()
    for members in table["members"].astype(str):
        codes = sorted(members.split())
        pairs |= {f"{a}-{b}" for position, a in enumerate(codes) for b in codes[position + 1 :]}
    return sorted(pairs)


def deaths_per_million(world: World, year: int) -> dict[str, float]:
    """Conflict deaths a year per million people by country: the table ``conflict`` of a study, else observed.

    Observed: the indicator ``conflict_deaths`` of the year, or of the nearest earlier one.
    """
    indicators = world.table("indicators")
    latest = (
        indicators[indicators["year"] <= year].sort_values("year").drop_duplicates(["iso3", "indicator"], keep="last")
    )
    deaths, people = (
        latest[latest["indicator"] == name].set_index("iso3")["value"] for name in ("conflict_deaths", "population")
    )
    changed = world.table("conflict").set_index("iso3")["intensity"]
    deaths = changed.combine_first(deaths) if len(changed) else deaths
    rate = (1e6 * deaths / people.reindex(deaths.index)).dropna()
    return {str(country): float(value) for country, value in rate[rate > 0].items()}


def _closed_by(world: World, links: DataFrame, year: int) -> Labels:
    """Why each link is closed in the year, in words; empty where it is open."""
    reason = _labels(links, "closed_by").copy()
    reason[(reason == "") & ~links["open"].to_numpy(dtype=bool)] = "not built"
    border, passage, mode = _labels(links, "border"), _labels(links, "passage"), _labels(links, "mode")
    bound = ~links["exempt"].to_numpy(dtype=bool)
    table = world.table("closures")
    for row in table[in_force(table, year)].itertuples():
        hit = bound & ((border == row.key) | (passage == row.key))
        if row.mode:
            hit &= mode == row.mode
        since = f" since {row.since}" if row.since else ""
        reason[hit & (reason == "")] = f"{row.key} closed{f' to {row.mode}' if row.mode else ''}{since}: {row.source}"
    return reason


def _quantities(
    links: DataFrame, running: Labels, dwell: Labels, iso3: Labels, violence: dict[str, float]
) -> Quantities:
    km = links["km"].to_numpy(dtype=float)
    speed, hours, usd = (
        links[column].to_numpy(dtype=float) for column in ("speed_kmh_override", "hours_override", "usd_override")
    )
    slow = km / links["speed_factor"].to_numpy(dtype=float)
    own_speed, own_hours, own_usd = ~np.isnan(speed), ~np.isnan(hours), ~np.isnan(usd)
    of_mode = [running == mode for mode in RUNNING]
    stops = [dwell == kind for kind in DWELLS]
    fixed = np.where(own_speed, km / np.where(own_speed, speed, 1.0), 0.0) + np.where(own_hours, hours, 0.0)
    on_land = np.isin(running, ["rail", "road"])
    violent = sorted(violence)
    in_country = [np.where(on_land & (iso3 == country), km, 0.0) for country in violent]
    return Quantities(
        hours=_columns(
            [np.where(here & ~own_speed, slow, 0.0) for here in of_mode]
            + [np.where(here & ~own_hours, 1.0, 0.0) for here in stops]
            + [fixed, *in_country]
        ),
        usd=_columns(
            [np.where(here, km, 0.0) for here in of_mode]
            + [np.where(here & ~own_usd, 1.0, 0.0) for here in stops]
            + [np.where(own_usd, usd, 0.0), *in_country]
        ),
        severity=np.array([violence[country] for country in violent]),
    )


def _columns(columns: list[Floats]) -> sparse.csr_matrix:
    return sparse.hstack([sparse.csc_matrix(column[:, None]) for column in columns], format="csr")


def _hubs(world: World) -> Hubs:
    cities = world.table("cities")
    order = {country: position for position, country in enumerate(world.countries)}
    hubs = cities[cities["hub"] & cities["iso3"].isin(list(order))]
    hubs = hubs.assign(economy=hubs["iso3"].map(order)).sort_values(["economy", "node"])
    economy, start = np.unique(hubs["economy"].to_numpy(dtype=np.int64), return_index=True)
    weight = hubs["weight"] / hubs.groupby("iso3")["weight"].transform("sum")
    return Hubs(hubs["node"].to_numpy(dtype=np.int64), weight.to_numpy(dtype=float), start, economy)


def _check(links: DataFrame, tail: Ints, head: Ints, n_nodes: int) -> None:
    """Refuse links to nowhere and lengths or speeds that are not positive.

    Raises:
        DataError: naming the first such link.
    """
    unknown = (tail < 0) | (tail >= n_nodes) | (head < 0) | (head >= n_nodes)
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        raise DataError(f"Table links: link {row} joins nodes {tail[row]} and {head[row]}; there are {n_nodes} nodes.")
    for column in ("km", "speed_factor", "speed_kmh_override"):
        value = links[column].to_numpy(dtype=float)
        wrong = ~(value > 0.0) & ~(np.isnan(value) & (column == "speed_kmh_override"))
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise DataError(f"Table links: link {row} has {column} {value[row]}; it must be positive.")


def _labels(frame: DataFrame, column: str) -> Labels:
    return frame[column].to_numpy(dtype=object)
