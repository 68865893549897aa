"""The part of the network that shortest paths use: what remains when local roads and sidings are left aside."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

_SOURCES_AT_ONCE = 100


def skeleton(links: pd.DataFrame, n_nodes: int, terminals: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Links on a shortest path (km) between two terminals within one country and mode; all others but rail and road.

    Terminals: the nodes where another mode, a connector or a crossing begins, and ``terminals`` [n_nodes].
    """
    keep = ~links["mode"].isin(["rail", "road"]).to_numpy() | links["border"].ne("").to_numpy()
    ends = terminals.copy()
    ends[links.loc[keep, ["u", "v"]].to_numpy(dtype=int).ravel()] = True
    inner = np.flatnonzero(~keep)
    groups = links.iloc[inner].groupby(["iso3", "mode"], sort=False).indices
    for positions in groups.values():
        mine = inner[positions]
        keep[mine[_on_shortest_paths(links.iloc[mine], ends)]] = True
    return keep


def _on_shortest_paths(links: pd.DataFrame, ends: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of these links lie on a shortest path between two of the marked nodes."""
    nodes, at = np.unique(links[["u", "v"]].to_numpy(dtype=int), return_inverse=True)
    u, v = at.reshape(-1, 2).T
    size = len(nodes)
    marked = np.flatnonzero(ends[nodes])
    matrix = csr_matrix((links["km"].to_numpy(), (u, v)), shape=(size, size))
    low, high = np.minimum(u, v), np.maximum(u, v)
    pairs = low * size + high
    used = np.zeros(len(links), dtype=bool)
    order = np.argsort(pairs)
    for some in np.array_split(marked, max(1, len(marked) // _SOURCES_AT_ONCE)):
        _, before = dijkstra(matrix, directed=False, indices=some, return_predecessors=True)
        walked = np.unique(_walked(before, marked))
        used[order[np.searchsorted(pairs[order], walked)]] = True
    return used


def _walked(before: NDArray[np.int32], targets: NDArray[np.intp]) -> NDArray[np.int64]:
    """Keys (low node * n + high node) of the tree links between every source and the targets.

    ``before`` [sources, n]: predecessors. All paths are walked back at once, each tree node left once only.
    """
    sources, size = before.shape
    row = np.repeat(np.arange(sources), len(targets))
    node = np.tile(targets, sources)
    left = np.zeros(before.shape, dtype=bool)
    keys = []
    while len(node):
        back = before[row, node]
        go = (back >= 0) & ~left[row, node]
        row, node = np.divmod(np.unique(row[go] * np.int64(size) + node[go]), size)
        left[row, node] = True
        back = before[row, node].astype(np.int64)
        keys.append(np.unique(np.minimum(node, back) * size + np.maximum(node, back)))
        node = back
    return np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64)
