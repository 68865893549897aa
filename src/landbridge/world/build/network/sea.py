"""Sea lanes: the searoute graph with its passage tags, gates it lacks, and the Northern Sea Route."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.world.build.network.gates import with_gates
from landbridge.world.build.network.graph import Graph, nearest

_RENAMED = {"ormuz": "hormuz", "chili": "magellan"}
_SOURCE = "searoute (Apache-2.0)"
_NORTHERN = "Eurostat sea lanes (EUPL-1.2)"


def sea_lanes(sources: Path, detour: float) -> Graph:
    """Nodes and links of the world's sea lanes; ``detour`` multiplies the chord lengths."""
    folder = sources / "network"
    nodes = pd.read_parquet(folder / "sea_searoutepy_nodes.parquet").astype(float).assign(kind="sea", layer="sea")
    edges = pd.read_parquet(folder / "sea_searoutepy_edges.parquet")
    graph, _ = Graph.empty().with_nodes(nodes)
    edges["passage"] = edges["passage"].fillna("").astype(object).replace(_RENAMED)
    edges = edges[edges["u"] != edges["v"]].assign(mode="sea", source=_SOURCE, km=edges["km"].astype(float) * detour)
    graph = graph.with_links(edges)
    return _with_northern_sea_route(with_gates(graph), folder, detour)


def _with_northern_sea_route(graph: Graph, folder: Path, detour: float) -> Graph:
    """Add the lanes north of Siberia that only the Eurostat graph has, joined to the nearest lanes at their ends."""
    nodes = pd.read_parquet(folder / "sea_eurostat50_nodes.parquet").astype(float)
    edges = pd.read_parquet(folder / "sea_eurostat50_edges.parquet")
    arctic = nodes["lat"].gt(66) & (nodes["lon"].gt(55) | nodes["lon"].lt(-165))
    edges = edges[arctic[edges["u"]].to_numpy() & arctic[edges["v"]].to_numpy()]
    used = np.unique(edges[["u", "v"]].to_numpy())
    lanes = nodes.loc[used].reset_index(drop=True)
    joined = graph.nodes
    position = pd.Series(np.arange(len(used)), index=used)
    tag = {"passage": "northern_sea_route", "mode": "sea", "source": _NORTHERN}
    graph, ids = graph.with_nodes(lanes.assign(kind="sea", layer="sea"))
    inner = edges.assign(
        u=ids[position[edges["u"]]], v=ids[position[edges["v"]]], km=edges["km"].astype(float) * detour, **tag
    )
    around = lanes["lon"].to_numpy() % 360
    west, east = int(around.argmin()), int(around.argmax())
    ends = lanes.iloc[[west, east]]
    km, at = nearest(ends, joined)
    joins = pd.DataFrame({"u": ids[[west, east]], "v": at[:, 0], "km": km[:, 0] * detour, "assumed": True, **tag})
    return graph.with_links(inner).with_links(joins.assign(status="stitch"))
