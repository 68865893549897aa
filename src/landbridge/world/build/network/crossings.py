"""Frontiers: where links cross from one country to another, at which posts, with which hours and gauge breaks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from landbridge.world.build.network.countries import Atlas
from landbridge.world.build.network.graph import Graph, overlay, pair, rows
from landbridge.world.build.network.land import gauges, segments, with_countries
from landbridge.world.distance import great_circle_km

_POST_KM = 45.0
_SPAN_KM = 20.0  # a post stands for all crossings of its mode so near: double tracks, bridges side by side
_SPLIT_KM = 3.0
_GAUGE_BREAK_KM = 0.1


def posts() -> pd.DataFrame:
    """Border posts: name, other (name across the line), border, lat, lon, modes, passage tag, source."""
    table = overlay("border_posts")
    return table.assign(border=[pair(*border.split("-")) for border in table["border"]])


def frontiers() -> pd.DataFrame:
    """Borders whose posts of a mode are all listed: crossings away from every listed post are dropped."""
    table = overlay("frontiers")
    return table.assign(border=[pair(*border.split("-")) for border in table["border"]])


def without_unlisted_crossings(graph: Graph) -> Graph:
    """Drop the crossings of listed frontiers that are farther than 45 km from every post of their mode."""
    doomed = np.zeros(len(graph.links), dtype=bool)
    middle_lat, middle_lon = _middles(graph)
    table = posts()
    for row in rows(frontiers()):
        crossing = np.flatnonzero((graph.links["border"] == row.border) & (graph.links["mode"] == row.mode))
        here = table[(table["border"] == row.border) & table["modes"].str.contains(row.mode)]
        if here.empty or row.keep == "corridors":
            doomed[crossing] = True
            continue
        km = great_circle_km(
            middle_lat[crossing][:, None], middle_lon[crossing][:, None], here["lat"].to_numpy(), here["lon"].to_numpy()
        )
        reach = np.maximum(_POST_KM, graph.links["km"].to_numpy()[crossing][:, None] / 2 + _POST_KM / 3)
        doomed[crossing] = ~(km < reach).any(axis=1)
    doomed &= graph.links["status"].ne("repair").to_numpy()
    return graph.without(doomed)


def with_borders_split(graph: Graph, atlas: Atlas) -> Graph:
    """Cut every long crossing where it meets the frontier, so that each part lies in its own country.

    The new node belongs to the country of ``u``; the short last part, 0.5 km, is the crossing link.
    """
    land = graph.links["mode"].isin(["rail", "road"]) & graph.links["status"].ne("repair")
    which = (land & graph.links["border"].ne("") & graph.links["km"].gt(_SPLIT_KM)).to_numpy()
    at_u, _ = graph.ends("iso3")
    links = graph.links[which]
    span = 0.25 / links["km"].to_numpy()
    share = np.clip(atlas.share_inside(segments(graph, which), at_u[which]), 0.1, 0.9)
    lat_u, lat_v = (end[which].astype(float) for end in graph.ends("lat"))
    lon_u, lon_v = (end[which].astype(float) for end in graph.ends("lon"))
    rest = graph.links[~which]
    graph = Graph(graph.nodes, rest.reset_index(drop=True))
    sides = []
    for where in (share - span, share + span):
        lat, lon = lat_u + where * (lat_v - lat_u), lon_u + where * (lon_v - lon_u)
        sides.append((lat, lon))
    layer = links["mode"].to_numpy()
    v_country = graph.nodes["iso3"].to_numpy(dtype=object)[links["v"].to_numpy(dtype=int)]
    near_u = pd.DataFrame(
        {"lat": sides[0][0], "lon": sides[0][1], "iso3": at_u[which], "layer": layer, "kind": "border"}
    )
    near_v = pd.DataFrame({"lat": sides[1][0], "lon": sides[1][1], "iso3": v_country, "layer": layer, "kind": "border"})
    graph, ids_u = graph.with_nodes(near_u)
    graph, ids_v = graph.with_nodes(near_v)
    km = links["km"].to_numpy()
    for part in (
        links.assign(v=ids_u, km=km * (share - span), border="", gauge_mm=0),
        links.assign(u=ids_u, v=ids_v, km=km * 2 * span, gauge_mm=0),
        links.assign(u=ids_v, km=km * (1 - share - span), border="", gauge_mm=0),
    ):
        graph = graph.with_links(part)
    return with_countries(graph)


def with_posts(graph: Graph) -> Graph:
    """Name the crossing nearest to each border post: its nodes take the post's names.

    It and all others of the mode within 20 km of it carry the passage tag, so that a closed post leaves no track open.
    """
    nodes, links = graph.nodes.copy(), graph.links.copy()
    middle_lat, middle_lon = _middles(graph)
    at_u, _ = graph.ends("iso3")
    for post in rows(posts()):
        for mode in post.modes.split("+"):
            crossing = np.flatnonzero((links["border"] == post.border) & (links["mode"] == mode))
            if not len(crossing):
                continue
            km = great_circle_km(middle_lat[crossing], middle_lon[crossing], post.lat, post.lon)
            if km.min() > _POST_KM:
                continue
            link = crossing[km.argmin()]
            apart = great_circle_km(middle_lat[crossing], middle_lon[crossing], middle_lat[link], middle_lon[link])
            near = crossing[(apart <= _SPAN_KM) & (links["passage"].to_numpy()[crossing] == "")]
            links.loc[near, "passage"] = post.passage
            u, v = (int(end) for end in links[["u", "v"]].to_numpy()[link])
            home, abroad = (u, v) if at_u[link] == post.iso3 else (v, u)
            for node, name in ((home, post.name), (abroad, post.other)):
                if not nodes.at[node, "name"]:
                    nodes.loc[node, ["name", "kind"]] = [name, "border"]
    return Graph(nodes, links)


def with_dwell(graph: Graph) -> Graph:
    """Hours class of every crossing, and a gauge break of 0.1 km behind each rail crossing where gauges differ."""
    links = graph.links.copy()
    crossing = links["border"] != ""
    links.loc[crossing & links["mode"].eq("rail"), "dwell"] = "rail_border"
    links.loc[crossing & links["mode"].isin(["road", "transfer"]), "dwell"] = "road_border"
    at_u, at_v = graph.ends("iso3")
    break_here = (crossing & links["mode"].eq("rail")).to_numpy() & (gauges(at_u) != gauges(at_v))
    far_side = links.loc[break_here, "v"].to_numpy(dtype=int)
    yard = graph.nodes.loc[far_side].assign(kind="border", name="")
    graph, ids = Graph(graph.nodes, links).with_nodes(yard)
    links.loc[break_here, "v"] = ids
    links.loc[break_here, "gauge_mm"] = gauges(at_u)[break_here]
    return Graph(graph.nodes, links).with_links(
        pd.DataFrame(
            {
                "u": ids,
                "v": far_side,
                "mode": "transfer",
                "km": _GAUGE_BREAK_KM,
                "dwell": "gauge",
                "iso3": at_v[break_here],
                "source": "gauges.csv",
            }
        )
    )


def _middles(graph: Graph) -> tuple[np.ndarray, np.ndarray]:
    (lat_u, lat_v), (lon_u, lon_v) = graph.ends("lat"), graph.ends("lon")
    return (lat_u.astype(float) + lat_v.astype(float)) / 2, (lon_u.astype(float) + lon_v.astype(float)) / 2
