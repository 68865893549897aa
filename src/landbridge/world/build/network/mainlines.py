"""Lines that more is known of: main railways and the slower rest, railways and roads of a published length."""

from __future__ import annotations

import numpy as np

from landbridge.world.build.network.graph import Graph, overlay, rows
from landbridge.world.build.network.lines import Lines

_LISTED = ("RUS", "KAZ", "BLR")


def with_secondary_lines(graph: Graph, speed_factor: float) -> Graph:
    """The rail graph with ``speed_factor`` on the lines of Russia, Kazakhstan and Belarus off every main line.

    A main line is the shortest path through its listed way points.
    """
    links = graph.links
    lines = Lines(graph, np.ones(len(links), dtype=bool))
    main = np.logical_or.reduce([lines.along(line.via)[0] for line in rows(overlay("main_lines"))])
    secondary = links["iso3"].isin(_LISTED).to_numpy() & ~main
    return Graph(graph.nodes, links.assign(speed_factor=np.where(secondary, speed_factor, links["speed_factor"])))


def with_published_lengths(graph: Graph, mode: str) -> Graph:
    """The rail or road graph with the links of the listed lines stretched so that each has its published length.

    The open graph draws chords of up to 100 km, which straighten lines in mountains. Links behind a gate (high-speed
    lines, lines of a later date) are no part of a line.
    """
    links = graph.links
    table = overlay("published_lengths")
    for line in rows(table[table["mode"] == mode]):
        lines = Lines(Graph(graph.nodes, links), links["passage"].eq("").to_numpy())
        on_line, km = lines.along(line.via)
        links = links.assign(km=np.where(on_line, links["km"] * float(line.km) / km, links["km"]))
    return Graph(graph.nodes, links)
