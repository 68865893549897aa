"""The railway graph made light: only lines that shortest paths use, chains of plain nodes drawn together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from landbridge.world.build.network.graph import Graph
from landbridge.world.build.network.skeleton import skeleton
from landbridge.world.distance import great_circle_km

_ANCHOR_DEGREES = 0.3
_LONG_BRANCH_KM = 100.0
_ENDS_APART_KM = 50.0
_ALIKE = ["passage", "border", "dwell", "speed_factor", "iso3", "gauge_mm", "status", "source"]


def with_light_rails(graph: Graph) -> Graph:
    """The graph with only those rail links that lie on a shortest path within a country, contracted.

    Lines behind a gate may be shut: what shortest paths use without them stays, too. So does a branch that ends more
    than 100 km beyond all of these, though no city with an access point lies on it. Lengths are sums of the links
    drawn together, so distances between the nodes that stay are unchanged. About one node in 0.3 degrees stays on
    every line, for the map and for corridors to join.
    """
    terminals = graph.nodes["kind"].isin(["city", "port"]).to_numpy() | graph.nodes["name"].ne("").to_numpy()
    optional = graph.links["mode"].isin(["rail", "road"]) & graph.links["border"].eq("")
    keep = skeleton(graph.links, terminals, optional)
    sure = ~(graph.links["mode"].eq("rail") & optional & graph.links["passage"].ne("")).to_numpy()
    keep[sure] |= skeleton(graph.links[sure], terminals, optional[sure])
    keep |= _long_branches(graph, keep, terminals)
    graph = graph.without(graph.links["mode"].eq("rail").to_numpy() & ~keep)
    return _contracted(graph)


def _long_branches(graph: Graph, keep: NDArray[np.bool_], terminals: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The rail links [links] from dead ends to the kept links or terminals over 100 km along the rails from them.

    The farther of two ends within 50 km of each other is meant.
    """
    links, size = graph.links, len(graph.nodes)
    rails = links[links["mode"].eq("rail")]
    rails = rails.assign(low=rails[["u", "v"]].min(axis=1), high=rails[["u", "v"]].max(axis=1))
    best = rails.sort_values("km").drop_duplicates(["low", "high"])
    matrix = csr_matrix((best["km"], (best["low"], best["high"])), shape=(size, size))
    kept = np.union1d(np.flatnonzero(terminals), links.loc[keep, ["u", "v"]].to_numpy(dtype=int))
    km, before, _ = dijkstra(matrix, directed=False, indices=kept, return_predecessors=True, min_only=True)
    once = np.bincount(best[["low", "high"]].to_numpy(dtype=int).ravel(), minlength=size) == 1
    ends = np.flatnonzero(once & np.isfinite(km) & (km > _LONG_BRANCH_KM))
    lat, lon = graph.nodes["lat"].to_numpy(dtype=float), graph.nodes["lon"].to_numpy(dtype=float)
    chosen = np.zeros(0, dtype=np.intp)
    for end in ends[np.argsort(-km[ends], kind="stable")]:
        if (great_circle_km(lat[chosen], lon[chosen], lat[end], lon[end]) > _ENDS_APART_KM).all():
            chosen = np.append(chosen, end)
    position = dict(zip(zip(best["low"], best["high"], strict=True), best.index, strict=True))
    branch = np.zeros(len(links), dtype=bool)
    for end in chosen:
        while before[end] >= 0:
            branch[position[min(end, before[end]), max(end, before[end])]] = True
            end = before[end]
    return branch


def _contracted(graph: Graph) -> Graph:
    links = graph.links
    plain = _plain_nodes(graph)
    u, v = links["u"].to_numpy(dtype=int), links["v"].to_numpy(dtype=int)
    inner = plain[u] & plain[v]
    shape = (len(graph.nodes), len(graph.nodes))
    chain = connected_components(coo_matrix((np.ones(inner.sum()), (u[inner], v[inner])), shape=shape), directed=False)[
        1
    ]
    touching = plain[u] | plain[v]
    label = np.where(plain[u], chain[u], chain[v])[touching]
    outside = np.concatenate([u[touching & ~plain[u]], v[touching & ~plain[v]]])
    of = np.concatenate([chain[v[touching & ~plain[u]]], chain[u[touching & ~plain[v]]]])
    ends = pd.Series(outside).groupby(of).agg(["first", "last", "size"])
    ends = ends[(ends["size"] == 2) & (ends["first"] != ends["last"])]
    first_link = links[touching].groupby(label).first().loc[ends.index]
    km = pd.Series(links.loc[touching, "km"].to_numpy()).groupby(label).sum().loc[ends.index]
    merged = first_link.assign(u=ends["first"], v=ends["last"], km=km)
    dropped = touching.copy()
    dropped[touching] = np.isin(label, ends.index) | ~np.isin(label, of)
    return Graph(graph.nodes, links[~dropped].reset_index(drop=True)).with_links(merged)


def _plain_nodes(graph: Graph) -> NDArray[np.bool_]:
    """Nameless railway junctions between exactly two links alike, less one anchor in every 0.3-degree cell."""
    links, nodes = graph.links, graph.nodes
    ends = pd.concat([links.assign(node=links["u"]), links.assign(node=links["v"])])
    ends["alike"] = ends[_ALIKE].astype(str).agg("|".join, axis=1)
    at = ends.groupby("node").agg(links=("km", "size"), kinds=("alike", "nunique"), modes=("mode", "nunique"))
    at = at.reindex(nodes.index, fill_value=0)
    rail = nodes["layer"].eq("rail") & nodes["kind"].eq("junction") & nodes["name"].eq("")
    plain = rail & at["links"].eq(2) & at["kinds"].eq(1) & at["modes"].eq(1)
    cell = (nodes["lat"] // _ANCHOR_DEGREES).astype(int) * 10_000 + (nodes["lon"] // _ANCHOR_DEGREES).astype(int)
    anchors = nodes.index[plain][~cell[plain].duplicated()]
    plain[anchors] = False
    return plain.to_numpy()
