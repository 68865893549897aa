"""Severed railways: dead ends joined to the line they stop short of. Every join is an invented link, and says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from landbridge.world.build.network.graph import Graph, nearest

_GAP_KM = 12.0
_FACING_GAP_KM = 35.0
_DETOUR_OF_A_GAP = 6.0
_LEAST_WAY_ROUND_KM = 40.0
_ROUNDABOUTNESS = 1.2
_NEIGHBOURS = 60
_SOURCES_AT_ONCE = 200


def with_gaps_mended(graph: Graph) -> Graph:
    """Join dead ends to nodes of their country that are close on the map and far along the network.

    First any node within 12 km, then dead ends facing each other within 35 km; in both cases only where the way round
    is over 40 km and over six times the gap.
    """
    graph = _joined(graph, _GAP_KM, facing=False)
    return _joined(graph, _FACING_GAP_KM, facing=True)


def _joined(graph: Graph, gap_km: float, facing: bool) -> Graph:
    degree = np.bincount(graph.links[["u", "v"]].to_numpy().ravel(), minlength=len(graph.nodes))
    ends = np.flatnonzero(degree == 1)
    others = ends if facing else np.flatnonzero(degree > 0)
    km, at = nearest(graph.nodes.iloc[ends], graph.nodes.iloc[others], _NEIGHBOURS)
    target = others[at]
    country = graph.nodes["iso3"].to_numpy(dtype=object)
    round_km = _network_km(graph, ends, target, gap_km * _DETOUR_OF_A_GAP + _LEAST_WAY_ROUND_KM)
    gap = (km <= gap_km) & (target != ends[:, None]) & (country[target] == country[ends][:, None])
    gap &= round_km > np.maximum(_LEAST_WAY_ROUND_KM, _DETOUR_OF_A_GAP * km)
    first = np.where(gap.any(axis=1), gap.argmax(axis=1), -1)
    rows = np.flatnonzero(first >= 0)
    if not len(rows):
        return graph
    joins = pd.DataFrame({"u": ends[rows], "v": target[rows, first[rows]], "km": km[rows, first[rows]]})
    joins["km"] = np.maximum(joins["km"], 0.1) * _ROUNDABOUTNESS
    joins = joins[~pd.DataFrame(np.sort(joins[["u", "v"]].to_numpy(), axis=1)).duplicated().to_numpy()]
    note = {"mode": graph.links["mode"].iloc[0], "status": "stitch", "assumed": True}
    return graph.with_links(joins.assign(**note, source="dead end joined to the line it stops short of"))


def _network_km(
    graph: Graph, sources: NDArray[np.intp], targets: NDArray[np.intp], limit_km: float
) -> NDArray[np.float64]:
    """Distance along the links from each source [n] to its own targets [n, k]; inf beyond the limit."""
    links = graph.links.assign(low=graph.links[["u", "v"]].min(axis=1), high=graph.links[["u", "v"]].max(axis=1))
    links = links.sort_values("km").drop_duplicates(["low", "high"])
    size = len(graph.nodes)
    matrix = csr_matrix((links["km"], (links["low"], links["high"])), shape=(size, size))
    found = np.empty(targets.shape)
    for rows in np.array_split(np.arange(len(sources)), max(1, len(sources) // _SOURCES_AT_ONCE)):
        reach = dijkstra(matrix, directed=False, indices=sources[rows], limit=limit_km)
        found[rows] = np.take_along_axis(reach, targets[rows], axis=1)
    return found
