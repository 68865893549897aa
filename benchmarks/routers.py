"""Other routers on the same graph and weights: scipy, igraph and scgraph. What is not installed says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from landbridge.network import core
from measurement import cpu_seconds

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Graph:
    """Undirected links ``tail, head`` [L] with weights [L], infinite where closed, between ``nodes`` nodes."""

    tail: Ints
    head: Ints
    weight: Floats
    nodes: int

    def adjacency(self) -> tuple[Ints, Ints, Floats]:
        """Of open links, the lightest between two nodes: ends and weight."""
        matrix, _ = core.adjacency(self.tail, self.head, self.weight, self.nodes)
        upper = np.repeat(np.arange(self.nodes), np.diff(matrix.indptr)) < matrix.indices
        row = np.repeat(np.arange(self.nodes), np.diff(matrix.indptr))
        return row[upper], matrix.indices[upper].astype(np.int64), matrix.data[upper]


@dataclass(frozen=True)
class Answer:
    """What a router took a source, seconds, and its distances [S, T]."""

    seconds: float
    distances: Floats


Router = Callable[[Graph, Ints, Ints], Answer]


def scipy(graph: Graph, sources: Ints, targets: Ints) -> Answer:
    """Dijkstra with predecessors, whose trees a load needs."""
    from scipy.sparse import csgraph

    matrix, _ = core.adjacency(graph.tail, graph.head, graph.weight, graph.nodes)
    seconds = cpu_seconds(lambda: csgraph.dijkstra(matrix, indices=sources, return_predecessors=True), repeat=2)
    return Answer(seconds / len(sources), csgraph.dijkstra(matrix, indices=sources)[:, targets])


def igraph(graph: Graph, sources: Ints, targets: Ints) -> Answer:
    """``Graph.distances``, Dijkstra in C."""
    import igraph as library

    tail, head, weight = graph.adjacency()
    network = library.Graph(n=graph.nodes, edges=np.stack([tail, head], axis=1).tolist())
    weights, to = weight.tolist(), targets.tolist()

    def ask() -> list[list[float]]:
        return list(network.distances(sources.tolist(), to, weights=weights))

    return Answer(cpu_seconds(ask, repeat=2) / len(sources), np.array(ask()))


def scgraph(graph: Graph, sources: Ints, targets: Ints) -> Answer:
    """``get_shortest_path_tree``, Dijkstra in C++, a tree for each source.

    Its contraction hierarchy, which new weights want anew, was not ready after 300 s on 110,000 nodes (version 3.6.0).
    """
    from scgraph import Graph as Library

    tail, head, weight = graph.adjacency()
    links: list[dict[int, float]] = [{} for _ in range(graph.nodes)]
    for one, other, length in zip(tail.tolist(), head.tolist(), weight.tolist(), strict=True):
        links[one][other] = links[other][one] = length
    network = Library(links)

    def ask() -> list[list[float]]:
        return [network.get_shortest_path_tree(source)["distance_matrix"] for source in sources.tolist()]

    return Answer(cpu_seconds(ask, repeat=2) / len(sources), np.array(ask())[:, targets])


ROUTERS: dict[str, Router] = {"scipy": scipy, "igraph": igraph, "scgraph": scgraph}


def ask_all(graph: Graph, sources: Ints, targets: Ints) -> dict[str, Answer | None]:
    """The answer of each router; None where it is not installed."""
    return {name: ask(graph, sources, targets) if find_spec(name) else None for name, ask in ROUTERS.items()}


def in_words(seconds: dict[str, float | None]) -> str:
    """What the routers took: "22 s (scipy), not installed (igraph)"."""
    return ", ".join(
        f"{'not installed' if each is None else f'{each:.3g} s'} ({name})" for name, each in seconds.items()
    )
