"""The repairs: corridors drawn by hand, each with its source, joined to the graphs of their mode."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from landbridge.world.build.network.graph import Graph, nearest, overlay, rows
from landbridge.world.build.network.land import segments
from landbridge.world.distance import great_circle_km

_SNAP_KM = 4.0
_JOIN_KM = 30.0
_DEGREE_KM = 111.2


def waypoints() -> pd.DataFrame:
    """Places that corridors pass, by name: iso3, lat, lon."""
    return overlay("waypoints").set_index("name")


def with_corridors(graph: Graph, mode: str, detour: float) -> Graph:
    """Add the corridors of one mode (rail, road or ferry).

    A waypoint becomes a node of its own, joined to the nearest node of its country's rail or road graph where that
    lies within 30 km. A corridor that replaces the graph's own links drops those beside it. Lengths are the published
    ones, or else the great circle times ``detour``.
    """
    table = overlay("corridors")
    places = waypoints()
    for corridor in rows(table[table["mode"] == mode]):
        stops = places.loc[[stop.strip() for stop in corridor.via.split(";")]]
        if corridor.replaces_km:
            graph = _without_parallels(graph, mode, stops, float(corridor.replaces_km))
        graph, ids = _with_stops(graph, stops, "rail" if mode == "rail" else "road", detour)
        chords = great_circle_km(stops["lat"][:-1], stops["lon"][:-1], stops["lat"][1:], stops["lon"][1:])
        km = float(corridor.km) * chords / chords.sum() if corridor.km else chords * detour
        graph = graph.with_links(
            pd.DataFrame(
                {
                    "u": ids[:-1],
                    "v": ids[1:],
                    "mode": mode,
                    "km": km,
                    "passage": corridor.passage,
                    "dwell": "ferry" if mode == "ferry" else "",
                    "gauge_mm": int(corridor.gauge_mm or 0),
                    "status": "repair",
                    "source": corridor.source,
                    "assumed": bool(int(corridor.assumed)),
                }
            )
        )
    return graph


def _without_parallels(graph: Graph, mode: str, stops: pd.DataFrame, width_km: float) -> Graph:
    """Drop the open graph's links that lie wholly within ``width_km`` of a corridor which replaces them."""
    stretch = 1 / np.cos(np.radians(stops["lat"].mean()))
    plane = shapely.linestrings(np.column_stack([stops["lon"] / stretch, stops["lat"]]))
    band = shapely.buffer(plane, width_km / _DEGREE_KM, cap_style="flat")
    beside = shapely.transform(band, lambda xy: np.column_stack([xy[:, 0] * stretch, xy[:, 1]]))
    mine = (graph.links["mode"].eq(mode) & graph.links["status"].ne("repair")).to_numpy()
    doomed = np.zeros(len(graph.links), dtype=bool)
    doomed[mine] = shapely.covers(beside, segments(graph, mine))
    return graph.without(doomed)


def _with_stops(graph: Graph, stops: pd.DataFrame, layer: str, detour: float) -> tuple[Graph, np.ndarray]:
    """A node for each stop (an earlier corridor's node of the same name again), joined to the graph around it."""
    ids = np.full(len(stops), -1)
    named = graph.nodes.index[graph.nodes["layer"].eq(layer) & graph.nodes["name"].isin(stops.index)]
    at = dict(zip(graph.nodes.loc[named, "name"], named, strict=True))
    for position, stop in enumerate(rows(stops)):
        if stop.Index in at:
            ids[position] = at[stop.Index]
            continue
        point = pd.DataFrame([{"lat": stop.lat, "lon": stop.lon}])
        candidates = graph.nodes[graph.nodes["layer"].eq(layer) & graph.nodes["iso3"].eq(stop.iso3)]
        km, found = nearest(point, candidates) if len(candidates) else (np.array([[np.inf]]), np.array([[0]]))
        kind = stop.kind if stop.kind in ("port", "border") else "junction"
        if km[0, 0] <= _SNAP_KM and not candidates["name"].iloc[found[0, 0]]:
            ids[position] = candidates.index[found[0, 0]]
            nodes = graph.nodes.copy()
            nodes.loc[ids[position], ["name", "kind"]] = [stop.Index, kind]
            graph = Graph(nodes, graph.links)
            continue
        node = point.assign(iso3=stop.iso3, kind=kind, name=stop.Index, layer=layer)
        graph, new = graph.with_nodes(node)
        ids[position] = new[0]
        if km[0, 0] <= _JOIN_KM and int(stop.join):
            join = {"u": new[0], "v": candidates.index[found[0, 0]], "mode": layer, "km": max(km[0, 0], 0.1) * detour}
            graph = graph.with_links(
                pd.DataFrame([{**join, "status": "stitch", "assumed": True, "source": "corridor joined to its graph"}])
            )
    return graph, ids
