"""Rail and road from the OpenStreetMap-derived graphs: countries, gauges, and the stitches worth keeping."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landbridge.world.build.network.countries import Atlas, iso3
from landbridge.world.build.network.graph import Graph, overlay, pair, rows
from landbridge.world.build.network.mending import with_gaps_mended

FILES = {"rail": "world_railways", "road": "world_highways_gen"}
_SOURCE = "OpenStreetMap contributors via scgraph-data (ODbL)"
_MISLABELLED_KM = 60.0
_LONGEST_STITCH_KM = 25.0
_LEAST_LAND = 0.5
_WATER_TEST_KM = 12.0


def land_graph(sources: Path, mode: str, atlas: Atlas, detour: float) -> Graph:
    """The rail or road graph with ISO3 countries; ``detour`` multiplies the file's lengths.

    Dropped are stitches (links the data's makers invented) that cross a border or are longer than 25 km, and any
    longer stitch or link between countries that runs mostly over water. Gaps in railways are mended.
    """
    folder = sources / "network"
    nodes = pd.read_parquet(folder / f"{FILES[mode]}_nodes.parquet")
    edges = pd.read_parquet(folder / f"{FILES[mode]}_edges.parquet")
    nodes = pd.DataFrame(
        {
            "lat": nodes["lat"].astype(float).round(4),
            "lon": nodes["lon"].astype(float).round(4),
            "iso3": _country_codes(nodes, atlas),
            "layer": mode,
        }
    )
    graph, _ = Graph.empty().with_nodes(nodes)
    edges = edges[edges["u"] != edges["v"]]
    graph = graph.with_links(
        edges.assign(
            mode=mode,
            km=edges["km"].astype(float) * detour,
            status=np.where(edges["stitch"], "stitch", "existing"),
            assumed=edges["stitch"],
            source=_SOURCE,
        )
    )
    graph = graph.without(_false_links(graph, atlas))
    return with_countries(with_gaps_mended(graph) if mode == "rail" else graph)


def with_countries(graph: Graph) -> Graph:
    """Name on every land link its country (of its first end), the border it crosses and, on rails, the gauge."""
    at_u, at_v = graph.ends("iso3")
    land = graph.links["mode"].isin(["rail", "road", "transfer"]).to_numpy()
    crossing = land & (at_u != at_v) & (at_u != "") & (at_v != "")
    border = np.where(crossing, [pair(a, b) for a, b in zip(at_u, at_v, strict=True)], "")
    country = np.where(land, np.where(at_u == "", at_v, at_u), "")
    known = graph.links["gauge_mm"].to_numpy() > 0
    rail = graph.links["mode"].eq("rail").to_numpy()
    gauge = np.where(known | ~rail, graph.links["gauge_mm"], gauges(country))
    return Graph(graph.nodes, graph.links.assign(iso3=country, border=border, gauge_mm=gauge))


def gauges(codes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Main-line track gauge of each country in mm: 1435 unless the overlay says otherwise."""
    table = overlay("gauges")
    by_country = {code: row.gauge_mm for row in rows(table) for code in str(row.countries).split()}
    return np.array([by_country.get(code, 1435) for code in codes], dtype=np.int64)


def segments(graph: Graph, which: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Straight lines (lon, lat) of some links."""
    at = graph.nodes[["lon", "lat"]].to_numpy(dtype=float)
    links = graph.links[which]
    ends = np.stack([at[links["u"].to_numpy(dtype=int)], at[links["v"].to_numpy(dtype=int)]], axis=1)
    return np.asarray(shapely.linestrings(ends))


def _country_codes(nodes: pd.DataFrame, atlas: Atlas) -> NDArray[np.object_]:
    """The file's country of each node as ISO3, corrected where the node lies far from that country."""
    names = nodes["country"].astype(object).fillna("")
    codes = names.map({name: iso3(name) for name in names.unique()}).to_numpy(dtype=object)
    far = atlas.distance_km(nodes["lat"], nodes["lon"], codes) > _MISLABELLED_KM
    doubtful = (codes == "") | (far & np.isin(codes, atlas.codes))
    codes[doubtful] = atlas.country_of(nodes["lat"][doubtful], nodes["lon"][doubtful])
    return codes


def _false_links(graph: Graph, atlas: Atlas) -> NDArray[np.bool_]:
    at_u, at_v = graph.ends("iso3")
    abroad = at_u != at_v
    stitch = graph.links["assumed"].to_numpy(dtype=bool)
    km = graph.straight_km(graph.links)
    false = stitch & (abroad | (km > _LONGEST_STITCH_KM))
    lon_u, lon_v = graph.ends("lon")
    false |= np.abs(lon_u.astype(float) - lon_v.astype(float)) > 180
    suspect = ~false & (abroad | stitch) & (km > _WATER_TEST_KM)
    over_land = atlas.land_share(segments(graph, suspect))
    false[np.flatnonzero(suspect)[over_land < _LEAST_LAND]] = True
    return false
