"""Seaports: where land meets the sea lanes, each with one way to the sea that costs a port's hours once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landbridge.world.build.network.cities import connect, read_cities
from landbridge.world.build.network.countries import Atlas
from landbridge.world.build.network.graph import Graph, nearest, overlay, rows
from landbridge.world.distance import great_circle_km

_FARTHEST_FROM_COAST_KM = 60.0
_SPACING_KM = 35.0
_LANES_TRIED = 12
_LAND_PENALTY = 6.0
_LONGEST_CONNECTOR_KM = 400.0
_FARTHEST_ROAD_KM = 150.0  # a port farther from every road of its country has the sea only


def read_ports(sources: Path, atlas: Atlas) -> pd.DataFrame:
    """Seaports, largest first: name, iso3, lat, lon, rank (Natural Earth scale rank; 9 from the searoute list).

    In a territory that the map draws as part of its mother country, a port has the code of its nearest city.
    """
    table = pd.read_parquet(sources / "network" / "ne_10m_ports.parquet")
    points = shapely.from_wkb(table["geometry"].to_numpy())
    natural_earth = pd.DataFrame(
        {"name": table["name"], "lat": shapely.get_y(points), "lon": shapely.get_x(points), "rank": table["scalerank"]}
    )
    more = pd.read_parquet(sources / "network" / "ports_searoute.parquet")[["name", "lat", "lon"]].assign(rank=9)
    own = overlay("ports").assign(rank=0)
    ports = pd.concat([own, natural_earth, more], ignore_index=True).dropna(subset=["lat", "lon"])
    ports["iso3"] = atlas.country_of(ports["lat"], ports["lon"])
    far = atlas.distance_km(ports["lat"], ports["lon"], ports["iso3"].to_numpy(dtype=object)) > _FARTHEST_FROM_COAST_KM
    cities = read_cities(sources)
    own_code = cities["iso3"].to_numpy(dtype=object)[nearest(ports, cities)[1][:, 0]]
    ports["iso3"] = np.where(np.isin(own_code, atlas.codes), ports["iso3"], own_code)
    return ports[~far | ports["rank"].eq(0)].sort_values("rank", kind="stable", ignore_index=True)


def choose_ports(ports: pd.DataFrame, lanes: pd.DataFrame, atlas: Atlas) -> pd.DataFrame:
    """The ports kept, with the lane node each reaches (``lane``) over ``sea_km``.

    Ports of the searoute list serve only countries without a listed one. Dropped are ports within 35 km of a larger one
    of the same country and ports whose way to the nearest lane runs over land (inland harbours): where it is a
    country's only port, or one of our own list, a short way over land is forgiven.
    """
    listed = set(ports.loc[ports["rank"] < 9, "iso3"])
    ports = ports[(ports["rank"] < 9) | ~ports["iso3"].isin(listed)].reset_index(drop=True)
    ports = ports[_spaced(ports)].reset_index(drop=True)
    km, at = nearest(ports, lanes, _LANES_TRIED)
    here = np.repeat(ports[["lon", "lat"]].to_numpy(float)[:, None, :], km.shape[1], axis=1)
    there = lanes[["lon", "lat"]].to_numpy(float)[at]
    lines = shapely.linestrings(np.stack([here, there], axis=2).reshape(-1, 2, 2))
    land = atlas.land_share(lines).reshape(km.shape)
    land = np.maximum(land - 8.0 / np.maximum(km, 8.0), 0.0)
    felt = km * (1 + _LAND_PENALTY * land)
    best = felt.argmin(axis=1)
    rows = np.arange(len(ports))
    ports = ports.assign(lane=lanes.index.to_numpy()[at[rows, best]], sea_km=km[rows, best], felt=felt[rows, best])
    spared = ~ports.duplicated("iso3", keep=False) | ports["rank"].eq(0)
    good = ports["felt"].le(_LONGEST_CONNECTOR_KM) & (ports["felt"].le(1.8 * ports["sea_km"]) | spared)
    return ports[good].drop(columns="felt").reset_index(drop=True)


def with_ports(graph: Graph, ports: pd.DataFrame, detour: float) -> tuple[Graph, NDArray[np.int64]]:
    """The graph with a node for each port, its one connector to the sea, and connectors to road and rail."""
    graph, ids = graph.with_nodes(ports[["lat", "lon", "iso3", "name"]].assign(kind="port", layer="port"))
    graph = graph.with_links(
        pd.DataFrame(
            {
                "u": ids,
                "v": ports["lane"].to_numpy(),
                "mode": "transfer",
                "km": np.maximum(ports["sea_km"].to_numpy(), 0.5),
                "dwell": "port",
                "iso3": ports["iso3"].to_numpy(),
                "status": np.where(ports["sea_km"] > 100, "stitch", "existing"),
                "assumed": True,
                "source": "port joined to the nearest sea lane",
            }
        )
    )
    return connect(graph, ids, detour, _FARTHEST_ROAD_KM), ids


def with_islands(graph: Graph, cities: NDArray[np.int64], ports: NDArray[np.int64]) -> Graph:
    """Join every city cut off from the main network to the nearest port, or city, of its country that is on it.

    A country with neither reaches the nearest road abroad: the link then crosses a border.
    """
    component = graph.components()
    main = np.bincount(component).argmax()
    on_main = component == main
    points = graph.nodes.loc[cities[~on_main[cities]]]
    terminals = np.concatenate([ports, cities])
    for row in rows(points):
        pool = graph.nodes.loc[terminals[on_main[terminals]]]
        own = pool[pool["iso3"] == row.iso3]
        pool = own if len(own) else pool
        km = great_circle_km(pool["lat"], pool["lon"], row.lat, row.lon)
        link = {"u": row.Index, "v": pool.index[km.argmin()], "mode": "transfer", "km": max(km.min(), 0.1) * 1.2}
        note = {"status": "stitch", "assumed": True, "source": "city without a line joined to the nearest port or city"}
        graph = graph.with_links(pd.DataFrame([{**link, **note, "iso3": row.iso3}]))
    return graph


def _spaced(ports: pd.DataFrame) -> NDArray[np.bool_]:
    kept = np.zeros(len(ports), dtype=bool)
    for code in ports["iso3"].unique():
        for row in np.flatnonzero(ports["iso3"] == code):
            own = np.flatnonzero(kept & (ports["iso3"] == code).to_numpy())
            near = great_circle_km(ports["lat"][own], ports["lon"][own], ports["lat"][row], ports["lon"][row])
            kept[row] = not len(own) or near.min() > _SPACING_KM
    return kept
