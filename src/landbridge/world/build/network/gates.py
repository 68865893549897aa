"""Passage tags by gate: a line drawn on the map tags every link of its mode that crosses it."""

from __future__ import annotations

import numpy as np
import shapely

from landbridge.world.build.network.graph import Graph, overlay, rows


def with_gates(graph: Graph) -> Graph:
    """Tag the links that cross a gate of their mode, unless they carry a tag already."""
    lat, lon = (graph.nodes[axis].to_numpy(dtype=float) for axis in ("lat", "lon"))
    u, v = graph.links["u"].to_numpy(dtype=int), graph.links["v"].to_numpy(dtype=int)
    lines = shapely.linestrings(np.stack([np.column_stack([lon[u], lat[u]]), np.column_stack([lon[v], lat[v]])], 1))
    passage = graph.links["passage"].to_numpy(dtype=object).copy()
    mode = graph.links["mode"].to_numpy(dtype=object)
    across_the_date_line = np.abs(lon[u] - lon[v]) > 180
    for gate in rows(overlay("gates")):
        free = (mode == gate.mode) & (passage == "") & ~across_the_date_line
        line = shapely.linestrings([(gate.lon_1, gate.lat_1), (gate.lon_2, gate.lat_2)])
        passage[free & shapely.intersects(lines, line)] = gate.passage
    return Graph(graph.nodes, graph.links.assign(passage=passage))
