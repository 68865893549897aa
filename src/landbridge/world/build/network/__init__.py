"""The common network of every world: sea, rail, road and ferry links between cities, ports and border posts."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.parameters import central_values
from landbridge.world.build.network import closures as dated
from landbridge.world.build.network.cities import access_cities, read_cities, with_cities
from landbridge.world.build.network.countries import atlas
from landbridge.world.build.network.crossings import (
    posts,
    with_borders_split,
    with_dwell,
    with_posts,
    without_unlisted_crossings,
)
from landbridge.world.build.network.gates import with_gates
from landbridge.world.build.network.graph import Graph
from landbridge.world.build.network.land import land_graph, with_countries
from landbridge.world.build.network.mainlines import with_published_lengths, with_secondary_lines
from landbridge.world.build.network.overlay import waypoints, with_corridors
from landbridge.world.build.network.ports import choose_ports, read_ports, with_islands, with_ports
from landbridge.world.build.network.sea import sea_lanes
from landbridge.world.build.network.skeleton import between_countries
from landbridge.world.build.network.thinning import with_light_rails
from landbridge.world.package import Column, Source, Table

_OSM = Source(
    "OpenStreetMap contributors, world railway and highway graphs as packaged by scgraph-data",
    "ODbL-1.0",
    "2020s",
    "rail and road links",
)
_SEAROUTE = Source("searoute: world sea lanes and ports", "Apache-2.0", "2020s", "sea lanes, passages, minor ports")
_EUROSTAT = Source("Eurostat SeaRoute marine network", "EUPL-1.2", "2020s", "Northern Sea Route")
_NATURAL_EARTH = Source(
    "Natural Earth ports and 1:50m countries", "public domain", "2020s", "ports, countries of nodes"
)
_GEONAMES = Source("GeoNames cities15000", "CC BY 4.0", "2020s", "cities and their populations")
_OWN = Source("landbridge overlay tables (src/landbridge/world/build/network/overlay)", "ODbL-1.0", "2026", "repairs")
_ODBL = "ODbL-1.0"


def tables(sources: Path) -> list[Table]:
    """The tables nodes, links, cities, places and those of the dated overlay, from the raw sources."""
    graph, cities, city_ids = build(sources)
    return [
        _nodes(graph),
        _links(graph, cities, city_ids),
        _cities(graph, cities, city_ids),
        _places(sources, graph),
        _closures(),
        _union_borders(),
        _pipelines(),
        _haulage(),
        _frontier_times(),
    ]


def build(sources: Path) -> tuple[Graph, pd.DataFrame, np.ndarray]:
    """The whole network as a graph, the access cities, and the node of each city."""
    world, values = atlas(sources), central_values()
    detour = {mode: values[f"detour_{mode}"] for mode in ("sea", "rail", "road")}
    graph = sea_lanes(sources, detour["sea"])
    for mode in ("rail", "road"):
        land = land_graph(sources, mode, world, detour[mode])
        land = with_borders_split(without_unlisted_crossings(land), world)
        land = with_countries(with_gates(with_corridors(land, mode, detour[mode])))
        land = with_published_lengths(land, mode)
        if mode == "rail":
            land = with_secondary_lines(land, values["rail_secondary_speed_factor"])
        graph = graph.with_graph(land)
    graph = with_countries(with_corridors(graph, "ferry", 1.0))
    lanes = graph.nodes[graph.nodes["layer"] == "sea"]
    graph, port_ids = with_ports(graph, choose_ports(read_ports(sources, world), lanes, world), detour["road"])
    cities = access_cities(read_cities(sources), sources)
    graph, city_ids = with_cities(graph, cities, detour["road"])
    graph = with_dwell(with_posts(with_countries(with_islands(graph, city_ids, port_ids))))
    graph = _without_duplicates(with_light_rails(_without_duplicates(graph)))
    return _numbered(graph, cities, city_ids)


def _without_duplicates(graph: Graph) -> Graph:
    """One link for each pair of nodes and mode: a repair before the shortest other."""
    low, high = graph.links[["u", "v"]].min(axis=1), graph.links[["u", "v"]].max(axis=1)
    order = graph.links.assign(low=low, high=high, late=graph.links["status"].ne("repair"))
    order = order[order["low"] != order["high"]].sort_values(["late", "km"], kind="stable")
    links = order.drop_duplicates(["low", "high", "mode"]).sort_index()
    return Graph(graph.nodes, links.drop(columns=["low", "high", "late"]).reset_index(drop=True))


def _numbered(graph: Graph, cities: pd.DataFrame, city_ids: np.ndarray) -> tuple[Graph, pd.DataFrame, np.ndarray]:
    """Drop what is joined to nothing, and give the cities their final node ids."""
    names = graph.nodes.assign(before=np.arange(len(graph.nodes)))
    used = np.unique(graph.links[["u", "v"]].to_numpy())
    after = pd.Series(np.arange(len(used)), index=names["before"].to_numpy()[used])
    return graph.compact(), cities, after.reindex(city_ids).to_numpy()


def _nodes(graph: Graph) -> Table:
    frame = graph.nodes[["lat", "lon", "iso3", "kind", "name"]].copy()
    frame.insert(0, "node", np.arange(len(frame), dtype=np.int32))
    frame[["lat", "lon"]] = frame[["lat", "lon"]].astype(np.float32)
    return Table(
        "nodes",
        frame,
        "Places where links of the transport network meet.",
        (
            Column("node", "node id, 0 to N-1"),
            Column("lat", "latitude", "degrees north"),
            Column("lon", "longitude", "degrees east"),
            Column("iso3", "country, empty at sea"),
            Column("kind", "city, port, border, junction or sea"),
            Column("name", "name, empty for most junctions"),
        ),
        ("node",),
        _ODBL,
        (_OSM, _SEAROUTE, _EUROSTAT, _NATURAL_EARTH, _GEONAMES, _OWN),
    )


def _links(graph: Graph, cities: pd.DataFrame, city_ids: np.ndarray) -> Table:
    links = graph.links
    hubs = np.zeros(len(graph.nodes), dtype=bool)
    hubs[city_ids[cities["hub"].to_numpy()]] = True
    frame = pd.DataFrame(
        {
            "link": np.arange(len(links), dtype=np.int32),
            "u": links["u"].astype(np.int32),
            "v": links["v"].astype(np.int32),
            "mode": links["mode"],
            "km": links["km"].astype(np.float32).round(3),
            "passage": links["passage"],
            "border": links["border"],
            "dwell": links["dwell"],
            "speed_factor": links["speed_factor"].astype(np.float32),
            "iso3": links["iso3"],
            "gauge_mm": links["gauge_mm"].astype(np.int16),
            "open": links["open"].astype(bool),
            "status": links["status"],
            "source": links["source"],
            "assumed": links["assumed"].astype(bool),
            "skeleton": between_countries(graph, hubs),
        }
    )
    return Table(
        "links",
        frame,
        "Undirected links of the transport network. Lengths include the detour factor of their mode.",
        (
            Column("link", "link id, 0 to L-1"),
            Column("u", "one end, a node"),
            Column("v", "the other end, a node"),
            Column("mode", "sea, rail, road, ferry or transfer (connector, handling or gauge break)"),
            Column("km", "length including the detour factor of the mode", "km"),
            Column("passage", "name of the strait, canal or border post it passes, or empty"),
            Column("border", "AAA-BBB where it crosses from one country to another, or empty"),
            Column("dwell", "class of hours spent: port, rail_border, road_border, gauge, ferry, terminal, or empty"),
            Column("speed_factor", "multiplies the speed of the mode", "1"),
            Column("iso3", "country it lies in (a crossing: that of u), empty at sea"),
            Column("gauge_mm", "track gauge of rail links, 0 elsewhere", "mm"),
            Column("open", "whether it exists at all in the baseline; dated closures are in closures"),
            Column("status", "existing, repair (from the overlay) or stitch (a join we invented)"),
            Column("source", "where it comes from"),
            Column("assumed", "whether it is our own assumption"),
            Column(
                "skeleton", "on a shortest path within its country and mode between hubs, chosen ports and crossings"
            ),
        ),
        ("link",),
        _ODBL,
        (_OSM, _SEAROUTE, _EUROSTAT, _OWN),
    )


def _cities(graph: Graph, cities: pd.DataFrame, ids: np.ndarray) -> Table:
    frame = pd.DataFrame(
        {
            "node": ids.astype(np.int32),
            "name": cities["name"],
            "iso3": cities["iso3"],
            "population": cities["population"],
            "hub": cities["hub"].astype(bool),
            "weight": cities["weight"].astype(float),
        }
    )
    return Table(
        "cities",
        frame,
        "Access points of every country; country-pair costs are means over hubs, by weight.",
        (
            Column("node", "node of the city"),
            Column("name", "name"),
            Column("iso3", "country"),
            Column("population", "people in the city", "persons"),
            Column("hub", "whether country-pair costs use it (at most 8 a country)"),
            Column(
                "weight",
                "share of the country's city population nearest to this hub, of its exports where they are known by "
                "province; sums to 1 by country",
                "1",
            ),
        ),
        ("node",),
        "CC BY 4.0",
        (_GEONAMES, _OWN),
    )


def _places(sources: Path, graph: Graph) -> Table:
    cities = read_cities(sources).assign(kind="city")
    ports = graph.nodes[graph.nodes["kind"] == "port"].assign(population=0)
    border = posts()
    here = border.assign(iso3=border["iso3"], population=0, kind="border_post")
    other = [
        next(c for c in pair.split("-") if c != iso3)
        for pair, iso3 in zip(border["border"], border["iso3"], strict=True)
    ]
    there = here.assign(name=border["other"], iso3=other)
    stops = waypoints().reset_index().assign(population=0, kind="corridor place")
    columns = ["name", "iso3", "lat", "lon", "population", "kind"]
    frame = pd.concat([table[columns] for table in (cities, here, there, ports, stops)], ignore_index=True)
    frame = frame[frame["name"] != ""].drop_duplicates(["name", "iso3", "kind"])
    frame.insert(1, "ascii", [_ascii(name) for name in frame["name"]])
    frame[["lat", "lon"]] = frame[["lat", "lon"]].astype(np.float32)
    return Table(
        "places",
        frame.reset_index(drop=True),
        "Gazetteer: names that routes and corridors may use.",
        (
            Column("name", "name"),
            Column("ascii", "name without accents"),
            Column("iso3", "country"),
            Column("lat", "latitude", "degrees north"),
            Column("lon", "longitude", "degrees east"),
            Column("population", "people, 0 where it is no city", "persons"),
            Column("kind", "city, border_post, port or corridor place"),
        ),
        ("name", "iso3", "kind"),
        "CC BY 4.0",
        (_GEONAMES, _NATURAL_EARTH, _OWN),
    )


def _closures() -> Table:
    return Table(
        "closures",
        dated.closures(),
        "Borders, passages and links that are closed, by date.",
        (
            Column("key", "border AAA-BBB or passage tag"),
            Column("mode", "mode closed, empty for all"),
            Column("since", "first closed day (ISO date), empty for always"),
            Column("until", "first open day (ISO date), empty for still closed"),
            Column("share", "share of the year in which it is closed, 1 for all of it", "1"),
            Column("wait_hours", "mean wait of goods that find a crossing closed for part of the year", "h"),
            Column("source", "why"),
            Column("assumed", "whether date or extent is our own reading"),
        ),
        ("key", "mode", "since"),
        _ODBL,
        (_OWN,),
    )


def _union_borders() -> Table:
    return Table(
        "union_borders",
        dated.union_borders(),
        "Unions inside which goods cross borders without customs: soft borders, by date.",
        (
            Column("union", "name"),
            Column("members", "ISO3 codes, separated by spaces"),
            Column("since", "first day (ISO date)"),
            Column("until", "first day after (ISO date), empty for still in force"),
            Column("source", "what it rests on"),
        ),
        ("union", "since"),
        _ODBL,
        (_OWN,),
    )


def _pipelines() -> Table:
    return Table(
        "pipelines",
        dated.pipelines(),
        "Pairs of countries between which fuels go by pipe, with the share that does, by date.",
        (
            Column("origin", "country that sells, ISO3"),
            Column("destination", "country that buys, ISO3"),
            Column("commodity", "oil or gas"),
            Column("since", "first day of the line (ISO date), empty for always"),
            Column("until", "first day without it (ISO date), empty for still running"),
            Column("share", "of the pair's trade in fuels, all kinds together, that goes by this line", "1"),
            Column("source", "the line, and what the share rests on"),
            Column("assumed", "whether the share is our own reading"),
        ),
        ("origin", "destination", "commodity", "since"),
        _ODBL,
        (_OWN,),
    )


def _haulage() -> Table:
    return Table(
        "haulage",
        dated.haulage(),
        "Speed and freight rate of lorries and trains in a country over those of the parameters; 1 without a row.",
        (
            Column("iso3", "country"),
            Column("mode", "road or rail"),
            Column("speed_ratio", "speed over the usual one", "1"),
            Column("rate_ratio", "freight rate over the usual one", "1"),
            Column("source", "what it rests on"),
            Column("assumed", "whether it is our own reading"),
        ),
        ("iso3", "mode"),
        _ODBL,
        (_OWN,),
    )


def _frontier_times() -> Table:
    return Table(
        "frontier_times",
        dated.frontier_times(),
        "Hours and money at frontiers where they are known, by date; those of the parameters elsewhere.",
        (
            Column("key", "border AAA-BBB or passage tag of a post, which goes before its border"),
            Column("mode", "road or rail"),
            Column("measure", "hours or usd (per TEU)"),
            Column("since", "first day (ISO date), empty for always"),
            Column("until", "first day after (ISO date), empty for still in force"),
            Column("value", "what the crossing takes", "h or USD per TEU"),
            Column("source", "what it rests on"),
            Column("assumed", "whether a figure is our own reading"),
        ),
        ("key", "mode", "measure", "since"),
        _ODBL,
        (_OWN,),
    )


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ø", "o").replace("ß", "ss").replace("ł", "l"))
    return plain.encode("ascii", "ignore").decode() or name
