"""Railway lines traced on the graph: the shortest path through their way points."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from landbridge.world.build.network.graph import Graph, nearest


class Lines:
    """The rails of a graph, for tracing lines along those that are ``usable`` [links]."""

    def __init__(self, graph: Graph, usable: NDArray[np.bool_]) -> None:
        links, size = graph.links, len(graph.nodes)
        self._low, self._high = (links[["u", "v"]].agg(side, axis=1).to_numpy(dtype=int) for side in ("min", "max"))
        best = links.assign(low=self._low, high=self._high)[usable].sort_values("km").drop_duplicates(["low", "high"])
        self._matrix = csr_matrix((best["km"], (best["low"], best["high"])), shape=(size, size))
        self._used = graph.nodes.iloc[np.unique(best[["low", "high"]].to_numpy())]
        self._usable = usable

    def along(self, via: str) -> tuple[NDArray[np.bool_], float]:
        """The links [links] on the shortest path through way points ("lat lon;lat lon;..."), and its length in km."""
        points = pd.DataFrame([point.split() for point in via.split(";")], columns=["lat", "lon"], dtype=float)
        stops = self._used.index.to_numpy()[nearest(points, self._used)[1][:, 0]]
        km, before = dijkstra(self._matrix, directed=False, indices=stops[:-1], return_predecessors=True)
        pairs = set()
        for row, node in enumerate(stops[1:]):
            while before[row, node] >= 0:
                back = before[row, node]
                pairs.add((min(node, back), max(node, back)))
                node = back
        on_line = [pair in pairs for pair in zip(self._low.tolist(), self._high.tolist(), strict=True)]
        return np.array(on_line) & self._usable, float(km[np.arange(len(stops) - 1), stops[1:]].sum())
