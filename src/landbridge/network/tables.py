"""From a world's tables to the arrays of a network: closures, unions and conflict of the year applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from landbridge.errors import DataError
from landbridge.network.coded import labels_of, links_of, nodes_of, with_values, words_of
from landbridge.network.haulage import frontier_stops, ratios
from landbridge.network.model import (
    ALLOWED,
    CANALS,
    DWELLS,
    RUNNING,
    Flags,
    Floats,
    Hubs,
    Ints,
    Labels,
    Network,
    Quantities,
)
from landbridge.world.dated import in_force
from landbridge.world.indicators import latest

if TYPE_CHECKING:
    from pandas import Categorical, DataFrame

    from landbridge.world import World


def read_network(world: World, year: int) -> Network:
    """The arrays of ``Network`` from the tables nodes, links, cities, closures, union_borders, haulage, frontier_times
    and conflict.

    Raises:
        DataError: a link names an unknown node, or a length or speed is not positive.
    """
    nodes, links = nodes_of(world), links_of(world)
    tail, head = (links[end].to_numpy(dtype=np.int64) for end in ("u", "v"))
    _check(links, tail, head, len(nodes))
    border, iso3, dwell = links["border"].array, links["iso3"].array, _dwell_classes(links, soft_borders(world, year))
    running = running_modes(links["mode"].array, links["dwell"].array)
    return Network(
        world=world,
        year=year,
        lat=nodes["lat"].to_numpy(dtype=float),
        lon=nodes["lon"].to_numpy(dtype=float),
        node_iso3=labels_of(nodes, "iso3"),
        node_name=labels_of(nodes, "name"),
        tail=tail,
        head=head,
        mode=labels_of(links, "mode"),
        running=words_of(running),
        km=links["km"].to_numpy(dtype=float),
        passage=labels_of(links, "passage"),
        border=words_of(border),
        dwell=words_of(dwell),
        iso3=words_of(iso3),
        capacity=links["capacity"].to_numpy(dtype=float),
        closed_by=_closed_by(world, links, year),
        avoided=links["avoided"].to_numpy(dtype=float),
        trunk=_trunk(world, links),
        quantities=_quantities(
            links,
            running,
            dwell,
            iso3,
            _seasonal_wait(world, links, year),
            ratios(world, running, iso3),
            frontier_stops(world, links, words_of(dwell), year),
            _violence(world, year),
            _spread(world),
        ),
        hubs=_hubs(world),
        city_nodes=world.table("cities")["node"].to_numpy(dtype=np.int64),
    )


def running_modes(mode: Categorical, dwell: Categorical) -> Categorical:
    """The mode whose speed and rate a link has: a port's connector the sea's, a gauge break rail, others road."""
    import pandas as pd

    connector = {"port": "sea", "gauge": "rail"}
    running = [
        [connector.get(stop, "road") if each == "transfer" else each for stop in dwell.categories]
        for each in mode.categories
    ]
    words, code = np.unique(np.array(running, dtype=str), return_inverse=True)
    table = code.reshape(len(running), -1)
    return pd.Categorical.from_codes(table[mode.codes, dwell.codes], words.tolist())


def _dwell_classes(links: DataFrame, soft: Sequence[str]) -> Categorical:
    """The stops on the links, with crossings of soft borders told from others."""
    customs = links["dwell"].isin(["rail_border", "road_border"]) & links["border"].isin(soft)
    return with_values(links[["dwell"]], np.flatnonzero(customs), dwell="soft_border")["dwell"].array


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
    deaths, people = (latest(world, name, year) for name in ("conflict_deaths", "population"))
    changed = world.table("conflict").set_index("iso3")["intensity"]
    deaths = changed.combine_first(deaths) if len(changed) else deaths
    rate = (1e6 * deaths / people.reindex(deaths.index)).dropna()
    return {str(country): float(value) for country, value in rate[rate > 0].items()}


def _violence(world: World, year: int) -> dict[str, float]:
    """Conflict deaths a year per million people in every economy, zero where there is peace."""
    found = deaths_per_million(world, year)
    return {country: found.get(country, 0.0) for country in world.table("economies")["iso3"]}


def _spread(world: World) -> dict[str, float]:
    """Standard error of the logarithm of a study's deaths, by country, where the study has one."""
    table = world.table("conflict")
    return dict(zip(table["iso3"], table["spread"], strict=True)) if "spread" in table else {}


def _closed_by(world: World, links: DataFrame, year: int) -> Labels:
    """Why each link is closed in the year, in words; empty where it is open."""
    reason = labels_of(links, "closed_by")
    reason[(reason == "") & ~links["open"].to_numpy(dtype=bool)] = "not built"
    for row, hit in _closures(world, links, year, always=True):
        only, since = str(row.mode), str(row.since)
        words = f"{row.key} closed{only and ' to ' + only}{since and ' since ' + since}: {row.source}"
        reason[hit[reason[hit] == ""]] = words
    return reason


def _seasonal_wait(world: World, links: DataFrame, year: int) -> Floats:
    """Hours [L] that goods wait on average at crossings which are closed for part of the year."""
    hours = np.zeros(len(links))
    for row, hit in _closures(world, links, year, always=False):
        hours[hit] += row.share * row.wait_hours
    return hours


def _closures(world: World, links: DataFrame, year: int, *, always: bool) -> Iterator[tuple[Any, Ints]]:
    """The closures in force, those of all year or those of part of it, and the links [K] that each binds."""
    table = world.table("closures")
    table = table[in_force(table, year) & ((table["share"] >= 1.0) == always)]
    tagged = np.flatnonzero((links["border"] != "").to_numpy() | (links["passage"] != "").to_numpy())
    border, passage, mode = (labels_of(links.iloc[tagged], column) for column in ("border", "passage", "mode"))
    bound = ~links["exempt"].to_numpy(dtype=bool)[tagged]
    for row in table.itertuples(index=False):
        hit = bound & ((border == row.key) | (passage == row.key)) & ((mode == row.mode) | (row.mode == ""))
        yield row, tagged[hit]


def _trunk(world: World, links: DataFrame) -> dict[str, Flags]:
    """By main mode, the links of the table ``trunk`` and those that studies added; a world without it: the skeleton.

    Raises:
        DataError: the trunk was computed from other links.
    """
    if "trunk" not in world.resources:
        return dict.fromkeys(ALLOWED, links["skeleton"].to_numpy(dtype=bool))
    table = world.table("trunk")
    rows = table["link"].to_numpy(dtype=np.int64)
    known = rows.max(initial=-1) < len(links)
    if not known or (links[["u", "v"]].to_numpy()[rows] != table[["u", "v"]].to_numpy()).any():
        raise DataError("Table trunk belongs to other links. Run: python -m landbridge.network.trunk [FOLDER]")
    trunk = {}
    for main_mode in ALLOWED:
        trunk[main_mode] = links["feeder"].to_numpy(dtype=bool).copy()
        trunk[main_mode][rows[table[main_mode].to_numpy(dtype=bool)]] = True
    return trunk


def _quantities(
    links: DataFrame,
    running: Categorical,
    dwell: Categorical,
    iso3: Categorical,
    wait: Floats,
    relative: tuple[Floats, Floats],
    known_stops: tuple[Floats, Floats],
    violence: dict[str, float],
    spread: dict[str, float],
) -> Quantities:
    km = links["km"].to_numpy(dtype=float)
    speed, hours, usd = (
        links[column].to_numpy(dtype=float) for column in ("speed_kmh_override", "hours_override", "usd_override")
    )
    hours, usd = np.where(np.isnan(hours), known_stops[0], hours), np.where(np.isnan(usd), known_stops[1], usd)
    own_speed, own_hours, own_usd = ~np.isnan(speed), ~np.isnan(hours), ~np.isnan(usd)
    speed_ratio, rate_ratio = relative
    slow = np.where(own_speed, 0.0, km / (links["speed_factor"].to_numpy(dtype=float) * speed_ratio))
    fixed = np.where(own_speed, km / np.where(own_speed, speed, 1.0), 0.0) + np.where(own_hours, hours, 0.0)
    fixed = fixed + links["risk_hours"].to_numpy(dtype=float) + wait
    of_canal = _position(links["passage"].array, CANALS)
    canal_km = np.bincount(of_canal[of_canal >= 0], km[of_canal >= 0], len(CANALS))
    canal_share = np.where(of_canal >= 0, km / np.maximum(canal_km, 1.0)[of_canal], 0.0)
    of_country = np.where((running == "rail") | (running == "road"), _position(iso3, list(violence)), -1)
    of_mode, of_stop = _position(running, RUNNING), _position(dwell, DWELLS)
    return Quantities(
        hours=_columns(
            len(links),
            (of_mode, slow, len(RUNNING)),
            (of_stop, np.where(own_hours, 0.0, 1.0), len(DWELLS)),
            (of_canal, canal_share, len(CANALS)),
            (np.zeros(len(links), dtype=np.int64), fixed, 1),
        ),
        usd=_columns(
            len(links),
            (of_mode, km * rate_ratio, len(RUNNING)),
            (of_stop, np.where(own_usd, 0.0, 1.0), len(DWELLS)),
            (of_canal, canal_share, len(CANALS)),
            (np.zeros(len(links), dtype=np.int64), np.where(own_usd, usd, 0.0), 1),
        ),
        land_km=_columns(len(links), (of_country, km, len(violence))),
        crossings=_crossings(links["border"].array, list(violence)),
        severity=np.array([*violence.values()]),
        spread=np.array([spread.get(country, 0.0) for country in violence]),
    )


def _crossings(border: Categorical, countries: list[str]) -> sparse.csr_matrix:
    """Land borders of each country that a link crosses [L, C]: one for the country on either side."""
    import pandas as pd

    sides = [str(name).split("-") for name in border.categories]
    ends = (pd.Index(countries).get_indexer(pd.Index([side[end] for side in sides]))[border.codes] for end in (0, -1))
    return sum(_columns(len(border), (end, np.ones(len(border)), len(countries))) for end in ends)


def _position(labels: Categorical, among: Sequence[str]) -> Ints:
    """Position of every label among some, -1 where it is none of them."""
    import pandas as pd

    return pd.Index(among).get_indexer(labels.categories)[labels.codes]


def _columns(n_links: int, *groups: tuple[Ints, Floats, int]) -> sparse.csr_matrix:
    """Groups of columns side by side; in each a link has its value in the column given, or none (-1)."""
    rows, columns, values, first = [], [], [], 0
    for position, value, width in groups:
        here = np.flatnonzero((position >= 0) & (value != 0.0))
        rows.append(here)
        columns.append(first + position[here])
        values.append(value[here])
        first += width
    entries = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_matrix((np.concatenate(values), entries), shape=(n_links, first))


def _hubs(world: World) -> Hubs:
    cities = world.table("cities")
    order = {country: position for position, country in enumerate(world.countries)}
    hubs = cities[cities["hub"] & cities["iso3"].isin(list(order))]
    hubs = hubs.assign(economy=hubs["iso3"].map(order)).sort_values(["economy", "node"])
    economy, weight = hubs["economy"].to_numpy(dtype=np.int64), hubs["weight"].to_numpy(dtype=float)
    weight = weight / np.bincount(economy, weight)[economy]
    shape = (len(order), len(hubs))
    people = sparse.csr_matrix((weight, (economy, np.arange(len(hubs)))), shape=shape)
    return Hubs(hubs["node"].to_numpy(dtype=np.int64), economy, weight, people)


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
