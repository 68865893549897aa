"""Cities: the access points of every country, its hubs with their weights, and how they reach rail and road."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pycountry
from numpy.typing import NDArray

from landbridge.world.build.network.graph import Graph, nearest, overlay, rows
from landbridge.world.distance import great_circle_km

_POPULATION_OF_ACCESS = 350_000
_SPACING_KM = 25.0
_ROAD_CONNECTOR_KM = 30.0
_FARTHEST_ROAD_KM = 450.0  # beyond lies another island
_RAIL_CONNECTOR_KM = 25.0
_SMALL_COMPONENT = 20
_CANDIDATE_HUBS = 150


def read_cities(sources: Path) -> pd.DataFrame:
    """Cities over 15,000 people, largest first: name, iso3, lat, lon, population."""
    table = pd.read_parquet(sources / "network" / "geonames_cities15000.parquet")
    codes = {entry.alpha_2: entry.alpha_3 for entry in pycountry.countries} | {"XK": "XKX"}
    cities = pd.DataFrame(
        {
            "name": table["name"],
            "iso3": table["countrycode"].map(codes),
            "lat": table["latitude"].astype(float),
            "lon": table["longitude"].astype(float),
            "population": table["population"].astype(np.int64),
        }
    ).dropna(subset=["iso3"])
    cities["population"] = cities["population"].clip(lower=1)
    return cities.sort_values(["population", "name"], ascending=[False, True], ignore_index=True)


def access_cities(cities: pd.DataFrame, sources: Path) -> pd.DataFrame:
    """The cities that become nodes: hubs, capitals, each country's largest, and all above 350,000 people.

    Adds the columns ``hub`` and ``weight``: share of the country's city population nearest to the hub, or of its
    exports where ``hub_trade`` knows them by province.
    """
    populations = _national_population(sources)
    areas = pd.read_parquet(sources / "trade" / "geo_cepii.parquet").drop_duplicates("iso3").set_index("iso3")["area"]
    listed = overlay("hubs").groupby("iso3")
    trade = overlay("hub_trade").astype({"share": float}).groupby("iso3")
    capitals = _capitals(cities, sources)
    chosen = []
    for code, group in cities.groupby("iso3", sort=True):
        count = hub_count(populations.get(str(code), float(group["population"].sum())), float(areas.get(code, 0.0)))
        own = listed.get_group(code) if code in listed.groups else overlay("hubs").head(0)
        kept_rows = [_named(group, name) for name in own["name"]]
        forced = [row for row, hub in zip(kept_rows, own["hub"], strict=True) if hub]
        group = group.loc[group.index[:_CANDIDATE_HUBS].union(kept_rows)]
        hubs = hub_positions(group, max(count, min(8, len(forced) + 1)), _positions(group, forced))
        weight = _of_trade(group, trade.get_group(code)) if code in trade.groups else _represented(group, hubs)
        kept = group["population"].ge(_POPULATION_OF_ACCESS).to_numpy(copy=True)
        kept[0] = True
        kept[hubs] = True
        named = _positions(group, kept_rows) + list(np.flatnonzero(group.index.isin(capitals)))
        group = group.assign(hub=np.isin(np.arange(len(group)), hubs), weight=weight)
        chosen.append(group[_spaced(group, kept, hubs + named)])
    return pd.concat(chosen, ignore_index=True)


def hub_count(population: float, area_km2: float) -> int:
    """How many hubs a country gets, 1 to 8: more with the square roots of its people and its area."""
    return int(np.clip(0.8 + np.sqrt(population / 30e6) + np.sqrt(area_km2 / 1.2e6), 1, 8))


def hub_positions(cities: pd.DataFrame, count: int, forced: list[int]) -> list[int]:
    """Greedy weighted p-median: each next hub is the city that most reduces population times distance to a hub."""
    lat, lon, people = (cities[column].to_numpy(dtype=float) for column in ("lat", "lon", "population"))
    apart = great_circle_km(lat[:, None], lon[:, None], lat[None, :], lon[None, :])
    hubs = list(dict.fromkeys([0, *forced]))[: max(count, len(forced))]
    reach = apart[:, hubs].min(axis=1)
    while len(hubs) < min(count, len(cities)):
        saved = people @ np.maximum(reach[:, None] - apart, 0.0)
        hubs.append(int(saved.argmax()))
        reach = np.minimum(reach, apart[:, hubs[-1]])
    return hubs


def with_cities(graph: Graph, cities: pd.DataFrame, detour: float) -> tuple[Graph, NDArray[np.int64]]:
    """The graph with a node for each city, joined to the roads (within 450 km) and rails (25 km) of its country."""
    graph, ids = graph.with_nodes(cities[["lat", "lon", "iso3", "name"]].assign(kind="city", layer="city"))
    return connect(graph, ids, detour, _FARTHEST_ROAD_KM), ids


def connect(graph: Graph, ids: NDArray[np.int64], detour: float, farthest_road_km: float) -> Graph:
    """Join nodes to the nearest road and rail of their country; reaching rail costs a terminal's handling."""
    points = graph.nodes.loc[ids]
    reachable = _well_connected(graph)
    for mode, limit, dwell in (("road", farthest_road_km, ""), ("rail", _RAIL_CONNECTOR_KM, "terminal")):
        pool = graph.nodes[reachable & graph.nodes["layer"].eq(mode)]
        for code, group in points.groupby("iso3"):
            candidates = pool[pool["iso3"] == code]
            if candidates.empty:
                continue
            km, at = nearest(group, candidates)
            near = km[:, 0] <= limit
            far = km[near, 0] > _ROAD_CONNECTOR_KM
            graph = graph.with_links(
                pd.DataFrame(
                    {
                        "u": group.index.to_numpy()[near],
                        "v": candidates.index.to_numpy()[at[near, 0]],
                        "mode": "transfer",
                        "km": np.maximum(km[near, 0], 0.1) * detour,
                        "dwell": dwell,
                        "iso3": code,
                        "status": np.where(far, "stitch", "existing"),
                        "assumed": True,
                        "source": "access to the nearest line",
                    }
                )
            )
    return graph


def _well_connected(graph: Graph) -> NDArray[np.bool_]:
    """Nodes in components of at least 20 nodes, or in their country's largest component of the layer."""
    component = graph.components()
    size = np.bincount(component)[component]
    keys = [graph.nodes["iso3"], graph.nodes["layer"]]
    largest = pd.Series(size).groupby(keys).transform("max").to_numpy()
    return np.asarray((size >= _SMALL_COMPONENT) | (size == largest))


def _national_population(sources: Path) -> dict[str, float]:
    table = pd.read_parquet(sources / "trade" / "population_wb_1990_2024.parquet")
    latest = table[table["year"] <= 2017].sort_values("year").drop_duplicates("code", keep="last")
    return dict(zip(latest["code"], latest["population"].astype(float), strict=True))


def _capitals(cities: pd.DataFrame, sources: Path) -> NDArray[np.int64]:
    """Rows of ``cities`` within 30 km of a capital of CEPII's list, the largest such city of the same country."""
    table = pd.read_parquet(sources / "trade" / "geo_cepii.parquet")
    positions: list[int] = []
    for capital in rows(table[table["cap"] == 1]):
        own = cities[cities["iso3"] == capital.iso3]
        close = own[great_circle_km(own["lat"], own["lon"], capital.lat, capital.lon) < 30]
        positions += list(close.index[:1])
    return np.array(positions)


def _named(group: pd.DataFrame, name: str) -> int:
    found = group.index[group["name"] == name]
    if not len(found):
        raise ValueError(f"hubs.csv: no city called {name!r} in {group['iso3'].iloc[0]}")
    return int(found[0])


def _positions(group: pd.DataFrame, labels: list[int]) -> list[int]:
    return [int(position) for position in group.index.get_indexer(pd.Index(labels))]


def _represented(cities: pd.DataFrame, hubs: list[int]) -> NDArray[np.float64]:
    """Share of the cities' population nearest to each hub (0 at other cities)."""
    lat, lon, people = (cities[column].to_numpy(dtype=float) for column in ("lat", "lon", "population"))
    apart = great_circle_km(lat[:, None], lon[:, None], lat[hubs][None, :], lon[hubs][None, :])
    return np.bincount(np.array(hubs)[apart.argmin(axis=1)], people, len(cities)) / people.sum()


def _of_trade(cities: pd.DataFrame, hubs: pd.DataFrame) -> NDArray[np.float64]:
    """Share of the country's exports at each hub (0 at other cities)."""
    weight = np.zeros(len(cities))
    weight[_positions(cities, [_named(cities, name) for name in hubs["name"]])] = hubs["share"] / hubs["share"].sum()
    return weight


def _spaced(cities: pd.DataFrame, wanted: NDArray[np.bool_], always: list[int]) -> NDArray[np.bool_]:
    """Of the wanted cities (largest first), those not within 25 km of a larger one kept; some always."""
    lat, lon = cities["lat"].to_numpy(), cities["lon"].to_numpy()
    kept = np.zeros(len(cities), dtype=bool)
    kept[always] = True
    for row in np.flatnonzero(wanted & ~kept):
        kept[row] = great_circle_km(lat[kept], lon[kept], lat[row], lon[row]).min() > _SPACING_KM
    return kept
