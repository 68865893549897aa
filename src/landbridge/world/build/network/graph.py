"""The network while it is being built: two frames, and the few verbs that every step uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from landbridge.world.distance import EARTH_RADIUS_KM, great_circle_km

OVERLAY = Path(__file__).parent / "overlay"

NODE_DEFAULTS: dict[str, Any] = {"lat": np.nan, "lon": np.nan, "iso3": "", "kind": "junction", "name": "", "layer": ""}
LINK_DEFAULTS: dict[str, Any] = {
    "u": -1,
    "v": -1,
    "mode": "",
    "km": np.nan,
    "passage": "",
    "border": "",
    "dwell": "",
    "speed_factor": 1.0,
    "iso3": "",
    "gauge_mm": 0,
    "open": True,
    "status": "existing",
    "source": "",
    "assumed": False,
}


def overlay(name: str) -> pd.DataFrame:
    """One of the versioned tables of repairs, empty cells as empty strings."""
    return pd.read_csv(OVERLAY / f"{name}.csv", comment="#", keep_default_na=False, na_values=[])


def rows(frame: pd.DataFrame) -> Iterable[Any]:
    """The rows of a frame as named tuples."""
    return frame.itertuples()


def unit_vectors(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.float64]:
    """Points in degrees as vectors [n, 3] on the unit sphere."""
    phi, lam = np.radians(np.asarray(lat, dtype=float)), np.radians(np.asarray(lon, dtype=float))
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def nearest(points: pd.DataFrame, among: pd.DataFrame, k: int = 1) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Distances in km and positions in ``among`` of the ``k`` rows nearest to each point, both [points, k]."""
    tree = cKDTree(unit_vectors(among["lat"], among["lon"]))
    chords, positions = tree.query(unit_vectors(points["lat"], points["lon"]), k=range(1, min(k, len(among)) + 1))
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(chords / 2, 0.0, 1.0)), positions


def pair(a: str, b: str) -> str:
    """The border between two countries: "AAA-BBB", alphabetical."""
    return "-".join(sorted((a, b)))


@dataclass(frozen=True)
class Graph:
    """Nodes by position and undirected links between them.

    ``nodes`` has the columns of ``NODE_DEFAULTS`` (``layer``: sea, rail, road, city or port) and ``links`` those of
    ``LINK_DEFAULTS``, which are the published columns less ids and ``skeleton``.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame

    @classmethod
    def empty(cls) -> Graph:
        """A graph without nodes."""
        return cls(_completed(pd.DataFrame(), NODE_DEFAULTS), _completed(pd.DataFrame(), LINK_DEFAULTS))

    def with_nodes(self, nodes: pd.DataFrame) -> tuple[Graph, NDArray[np.int64]]:
        """The graph with more nodes, and their ids."""
        ids = np.arange(len(self.nodes), len(self.nodes) + len(nodes))
        return Graph(_stacked(self.nodes, _completed(nodes, NODE_DEFAULTS)), self.links), ids

    def with_links(self, links: pd.DataFrame) -> Graph:
        """The graph with more links; a length left out becomes the great circle."""
        links = _completed(links, LINK_DEFAULTS)
        links["km"] = links["km"].fillna(pd.Series(self.straight_km(links), index=links.index))
        return Graph(self.nodes, _stacked(self.links, links))

    def with_graph(self, other: Graph) -> Graph:
        """Both graphs side by side."""
        graph, ids = self.with_nodes(other.nodes)
        shifted = other.links.assign(u=ids[other.links["u"]], v=ids[other.links["v"]])
        return Graph(graph.nodes, _stacked(graph.links, shifted))

    def without(self, doomed: NDArray[np.bool_] | pd.Series) -> Graph:
        """The graph less some links."""
        return Graph(self.nodes, self.links[~np.asarray(doomed)].reset_index(drop=True))

    def straight_km(self, links: pd.DataFrame) -> NDArray[np.float64]:
        """Great-circle distance between the ends of links."""
        lat, lon = self.nodes["lat"].to_numpy(), self.nodes["lon"].to_numpy()
        u, v = links["u"].to_numpy(dtype=int), links["v"].to_numpy(dtype=int)
        return great_circle_km(lat[u], lon[u], lat[v], lon[v])

    def ends(self, column: str) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """A node column at both ends of every link."""
        values = self.nodes[column].to_numpy(dtype=object)
        return values[self.links["u"].to_numpy(dtype=int)], values[self.links["v"].to_numpy(dtype=int)]

    def components(self) -> NDArray[np.int32]:
        """The connected component of every node, over all links."""
        shape = (len(self.nodes), len(self.nodes))
        matrix = coo_matrix((np.ones(len(self.links)), (self.links["u"], self.links["v"])), shape=shape)
        return np.asarray(connected_components(matrix, directed=False)[1])

    def compact(self) -> Graph:
        """The graph without the nodes that no link touches."""
        used = np.unique(self.links[["u", "v"]].to_numpy())
        ids = np.full(len(self.nodes), -1)
        ids[used] = np.arange(len(used))
        links = self.links.assign(u=ids[self.links["u"]], v=ids[self.links["v"]])
        return Graph(self.nodes.iloc[used].reset_index(drop=True), links)


def _completed(frame: pd.DataFrame, defaults: dict[str, Any]) -> pd.DataFrame:
    complete = frame.copy()
    for column, default in defaults.items():
        if column not in complete:
            complete[column] = default
    return complete[list(defaults)].reset_index(drop=True)


def _stacked(above: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    return below if above.empty else above if below.empty else pd.concat([above, below], ignore_index=True)
