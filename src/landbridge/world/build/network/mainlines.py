"""Main lines and the rest: slower trains on the secondary railways of countries whose main lines are listed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from landbridge.world.build.network.graph import Graph, nearest, overlay, rows

_LISTED = ("RUS", "KAZ", "BLR")


def with_secondary_lines(graph: Graph, speed_factor: float) -> Graph:
    """The rail graph with ``speed_factor`` on the lines of Russia, Kazakhstan and Belarus off every main line.

    A main line is the shortest path through its listed way points.
    """
    links, nodes = graph.links, graph.nodes
    low, high = (links[["u", "v"]].agg(side, axis=1).to_numpy(dtype=int) for side in ("min", "max"))
    best = links.assign(low=low, high=high).sort_values("km").drop_duplicates(["low", "high"])
    matrix = csr_matrix((best["km"], (best["low"], best["high"])), shape=(len(nodes), len(nodes)))
    used = nodes.iloc[np.unique(links[["u", "v"]].to_numpy())]
    main: set[tuple[int, int]] = set()
    for line in rows(overlay("main_lines")):
        points = pd.DataFrame([point.split() for point in line.via.split(";")], columns=["lat", "lon"], dtype=float)
        stops = used.index.to_numpy()[nearest(points, used)[1][:, 0]]
        _, before = dijkstra(matrix, directed=False, indices=stops[:-1], return_predecessors=True)
        for row, node in enumerate(stops[1:]):
            while before[row, node] >= 0:
                back = before[row, node]
                main.add((min(node, back), max(node, back)))
                node = back
    on_main = np.fromiter(((u, v) in main for u, v in zip(low, high, strict=True)), dtype=bool, count=len(links))
    secondary = links["iso3"].isin(_LISTED).to_numpy() & ~on_main
    return Graph(nodes, links.assign(speed_factor=np.where(secondary, speed_factor, links["speed_factor"])))
