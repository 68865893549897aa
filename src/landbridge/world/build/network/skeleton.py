"""The part of the network that shortest paths use: what remains when local roads and sidings are left aside."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from landbridge.world.build.network.graph import Graph, nearest
from landbridge.world.distance import great_circle_km

_SOURCES_AT_ONCE = 100
_PORTS_OF_A_HUB = 6
_CROSSINGS_APART_KM = 50.0


def between_countries(graph: Graph, hubs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The links that country-to-country routes need: all at sea, and on land what joins hubs, ports and crossings.

    Ports: for each hub the six nearest of its country. Crossings: of each border and mode those 50 km apart, posts with
    names first. ``hubs`` [nodes] marks the hubs.
    """
    nodes, links = graph.nodes, graph.links
    terminals = hubs | _chosen_ports(nodes, hubs)
    touches = terminals[links["u"].to_numpy(dtype=int)] | terminals[links["v"].to_numpy(dtype=int)]
    crossing = links["border"].ne("").to_numpy()
    land = links["mode"].isin(["rail", "road"]).to_numpy()
    gauge = links["dwell"].eq("gauge").to_numpy()
    left_out = (links["mode"].eq("transfer").to_numpy() & ~touches & ~gauge & ~crossing) | (
        land & crossing & ~_chosen_crossings(graph)
    )
    keep = np.zeros(len(links), dtype=bool)
    rest = np.flatnonzero(~left_out)
    keep[rest] = skeleton(links.iloc[rest], terminals, pd.Series((land & ~crossing)[rest]))
    return keep


def skeleton(links: pd.DataFrame, terminals: NDArray[np.bool_], optional: pd.Series) -> NDArray[np.bool_]:
    """Which links lie on a shortest path (km) between two terminals within one country and mode.

    Links that are not ``optional`` [links] stay, and their ends are terminals besides ``terminals`` [nodes].
    """
    keep = ~optional.to_numpy()
    ends = terminals.copy()
    ends[links.loc[keep, ["u", "v"]].to_numpy(dtype=int).ravel()] = True
    inner = np.flatnonzero(~keep)
    for positions in links.iloc[inner].groupby(["iso3", "mode"], sort=False).indices.values():
        mine = inner[positions]
        keep[mine[_on_shortest_paths(links.iloc[mine], ends)]] = True
    return keep


def _chosen_ports(nodes: pd.DataFrame, hubs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    chosen = np.zeros(len(nodes), dtype=bool)
    ports = nodes[nodes["kind"].eq("port") & nodes["layer"].eq("port")]
    for code, mine in nodes[hubs].groupby("iso3"):
        own = ports[ports["iso3"] == code]
        if len(own):
            chosen[own.index.to_numpy()[nearest(mine, own, _PORTS_OF_A_HUB)[1].ravel()]] = True
    return chosen


def _chosen_crossings(graph: Graph) -> NDArray[np.bool_]:
    nodes, links = graph.nodes, graph.links
    lat, lon = nodes["lat"].to_numpy(dtype=float), nodes["lon"].to_numpy(dtype=float)
    at = links["u"].to_numpy(dtype=int)
    nameless = nodes["name"].to_numpy(dtype=object)[at] == ""
    chosen = np.zeros(len(links), dtype=bool)
    groups = links[links["border"] != ""].groupby(["border", "mode"], sort=False).indices
    crossing = np.flatnonzero(links["border"] != "")
    for positions in groups.values():
        mine = crossing[positions]
        for link in mine[np.argsort(nameless[mine], kind="stable")]:
            near = mine[chosen[mine]]
            km = great_circle_km(lat[at[near]], lon[at[near]], lat[at[link]], lon[at[link]])
            chosen[link] = not len(near) or km.min() > _CROSSINGS_APART_KM
    return chosen


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
        node = back.astype(np.intp)
    return np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64)
