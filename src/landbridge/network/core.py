"""Shortest paths on an undirected graph whose weights change often: arrays in, arrays out.

A graph is ``tail[L], head[L]`` (node numbers, one entry per undirected link) and a weight per link; an infinite
weight closes a link. Distances are sums of weights along the cheapest path, ``inf`` where no path exists.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

try:
    import routingkit_cch as routingkit
except ImportError:  # no wheel for this platform: scipy answers the same questions, more slowly
    routingkit = None  # type: ignore[assignment]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_INFINITE = 2**31 - 1  # RoutingKit's "no path"
_LARGEST = 2**31 - 2
_EXACT_ENOUGH = 1e-5  # rounding of a mean weight above which the integer scale is refined
_BLOCKS = 12  # blocks of terminals in the all-pairs triangle: the work falls to (1 + 1/12)/2 of the square


class ShortestPaths(Protocol):
    """What ``prepare`` returns: a graph prepared for many questions under changing weights."""

    def distances(self, weights: Floats, sources: Ints, targets: Ints) -> Floats:
        """Distances [S, T] from every source to every target; ``inf`` where there is no path."""

    def pairs(self, weights: Floats, terminals: Ints) -> Floats:
        """Distances [T, T] among terminals, symmetric with a zero diagonal."""

    def trees(self, weights: Floats, sources: Ints) -> Trees:
        """The tree of cheapest paths from each source to every node."""


def prepare(tail: Ints, head: Ints, lat: Floats, lon: Floats) -> ShortestPaths:
    """A contraction hierarchy where its library is installed, else scipy's Dijkstra with the same methods."""
    return Dijkstra(tail, head, len(lat)) if routingkit is None else Hierarchy(tail, head, lat, lon)


class Hierarchy:
    """A customisable contraction hierarchy: ordered once, re-weighted in milliseconds, queried in microseconds.

    Weights are rounded to 31-bit integers at the finest scale that cannot overflow; the error of a distance stays
    below 1e-4 of it.
    Source: Dibbelt, Strasser & Wagner (2016), "Customizable contraction hierarchies", ACM JEA 21.
    """

    def __init__(self, tail: Ints, head: Ints, lat: Floats, lon: Floats) -> None:
        """``tail, head`` [L] link ends; ``lat, lon`` [N] degrees, by which the nested dissection cuts."""
        arc_tail, arc_head = np.concatenate([tail, head]).tolist(), np.concatenate([head, tail]).tolist()
        order = routingkit.compute_order_inertial(len(lat), arc_tail, arc_head, lat.tolist(), lon.tolist())
        self._hierarchy = routingkit.CCH(order, arc_tail, arc_head, False)
        self._metric: Any = None
        self._tail, self._head, self._n_links, self._n_nodes = tail, head, len(tail), len(lat)
        self._component = components(tail, head, len(lat))
        self._place = np.argsort(np.asarray(order))  # position of a node in the dissection: near nodes stand together

    def distances(self, weights: Floats, sources: Ints, targets: Ints) -> Floats:
        """Distances [S, T]; see ``ShortestPaths``.

        Raises:
            ValueError: a weight is negative or not a number.
        """
        scale = self._scale(weights, sources, targets)
        self._customise(weights, scale)
        return self._rows(sources, targets) / scale

    def pairs(self, weights: Floats, terminals: Ints) -> Floats:
        """Distances [T, T] among terminals, symmetric with a zero diagonal.

        Only terminals of one component are asked about, and of each pair one direction: near terminals stand
        together in the dissection, and each block asks for those after it.
        """
        scale = self._scale(weights, terminals, terminals)
        self._customise(weights, scale)
        distance = np.full((len(terminals), len(terminals)), np.inf)
        ordered = np.argsort(self._place[terminals])
        component = self._component[terminals[ordered]]
        for label in np.flatnonzero(np.bincount(component) > 1):
            group = ordered[component == label]
            distance[np.ix_(group, group)] = self._triangle(terminals[group]) / scale
        np.fill_diagonal(distance, 0.0)
        return distance

    def _triangle(self, terminals: Ints) -> Floats:
        """Distances [T, T] in integer units, the lower triangle mirrored from the upper."""
        count = len(terminals)
        distance = np.empty((count, count))
        step = -(-count // _BLOCKS)
        for first in range(0, count, step):
            last = first + step
            distance[first:last, first:] = self._rows(terminals[first:last], terminals[first:])
            distance[last:, first:last] = distance[first:last, last:].T
        return distance

    def trees(self, weights: Floats, sources: Ints) -> Trees:
        """The tree of cheapest paths from each source; see ``shortest_trees``.

        In integer units a link leads to a node exactly when the distance of its near end and its length make up that
        of the node. No length is rounded to zero, so that no two links lead to each other.
        """
        scale = self._scale(weights, sources, np.arange(self._n_nodes))
        units = self._customise(weights, scale, least=1)
        distance = np.full((len(sources), self._n_nodes), np.inf)
        for label in np.unique(self._component[sources]):
            rows = np.flatnonzero(self._component[sources] == label)
            nodes = np.flatnonzero(self._component == label)
            distance[np.ix_(rows, nodes)] = self._rows(sources[rows], nodes)
        length = np.where(units < _INFINITE, units, np.inf)
        before = np.full(distance.shape, -1, dtype=np.int64)
        into = np.full(distance.shape, -1, dtype=np.int64)
        for near, far in ((self._tail, self._head), (self._head, self._tail)):
            for source, reached in enumerate(distance):
                link = np.flatnonzero((reached[near] + length == reached[far]) & (reached[far] < np.inf))
                before[source, far[link]] = near[link]
                into[source, far[link]] = link
        return Trees(sources, distance / scale, before, into)

    def routes(self, weights: Floats, pairs: Sequence[tuple[int, int]]) -> Ints:
        """Every link that lies on the cheapest path of one of the pairs of nodes, sorted."""
        sources, targets = (np.array(ends, dtype=np.int64) for ends in zip(*pairs, strict=True))
        self._customise(weights, self._scale(weights, sources, targets))
        query = routingkit.CCHQuery(self._metric)
        used = {arc % self._n_links for pair in pairs for arc in query.run(int(pair[0]), int(pair[1])).arc_path}
        return np.array(sorted(used), dtype=np.int64)

    def _scale(self, weights: Floats, sources: Ints, targets: Ints) -> float:
        """Integer units per unit of weight, such that no shortest path exceeds 31 bits.

        No path is longer than the sum of all weights. Where that bound is too coarse, one row per component of the
        graph tells how far its farthest terminal is, and twice that bounds every distance within the component.
        """
        open_weights = weights[np.isfinite(weights)]
        if np.isnan(weights).any() or (open_weights < 0).any():
            raise ValueError("Link weights must be zero, positive or infinite.")
        total, count = float(open_weights.sum()), len(open_weights)
        if total == 0.0:
            return 1.0
        safe = (_LARGEST - count) / total
        if count / _LARGEST < _EXACT_ENOUGH:
            return safe
        self._customise(weights, safe)
        waiting, terminals, farthest = np.unique(sources), np.unique(np.concatenate([sources, targets])), 0.0
        while len(waiting):
            row = self._rows(waiting[:1], terminals)[0]
            reached = terminals[np.isfinite(row)]
            farthest = max(farthest, float(row[np.isfinite(row)].max(initial=0.0)) / safe)
            waiting = np.setdiff1d(waiting[1:], reached)
        return max(safe, 0.9 * _LARGEST / (2.0 * farthest)) if farthest > 0.0 else safe

    def _customise(self, weights: Floats, scale: float, least: int = 0) -> Ints:
        """Set the metric; the integer lengths [L] it was given, none below ``least``."""
        units = np.full(len(weights), _INFINITE, dtype=np.int64)
        is_open = np.isfinite(weights)
        units[is_open] = np.clip(np.rint(weights[is_open] * scale), least, _INFINITE)
        arcs = units.tolist() * 2
        if self._metric is None:
            self._metric = routingkit.CCHMetric(self._hierarchy, arcs)
        else:
            self._metric.reset(arcs)
        return units

    def _rows(self, sources: Ints, targets: Ints) -> Floats:
        query = routingkit.CCHOneToMany(self._metric, targets.tolist())
        rows = [query.distances_from(source) for source in sources.tolist()]
        try:
            packed = b"".join([array("I", row) for row in rows])  # type: ignore[type-var]
        except TypeError:  # a target beyond reach is None
            distance = np.array(rows, dtype=float).reshape(len(sources), len(targets))
            distance[np.isnan(distance)] = np.inf
            return distance
        return np.frombuffer(packed, dtype=np.uintc).reshape(len(sources), len(targets)).astype(float)


class Dijkstra:
    """scipy's Dijkstra behind the methods of ``Hierarchy``: the oracle of its tests, and its stand-in elsewhere."""

    def __init__(self, tail: Ints, head: Ints, n_nodes: int) -> None:
        self._tail, self._head, self._n_nodes = tail, head, n_nodes

    def distances(self, weights: Floats, sources: Ints, targets: Ints) -> Floats:
        """Distances [S, T]; see ``ShortestPaths``."""
        graph, _ = adjacency(self._tail, self._head, weights, self._n_nodes)
        return csgraph.dijkstra(graph, indices=sources)[:, targets]

    def pairs(self, weights: Floats, terminals: Ints) -> Floats:
        """Distances [T, T] among terminals."""
        return self.distances(weights, terminals, terminals)

    def trees(self, weights: Floats, sources: Ints) -> Trees:
        """The tree of cheapest paths from each source."""
        return shortest_trees(self._tail, self._head, weights, self._n_nodes, sources)


def adjacency(tail: Ints, head: Ints, weights: Floats, n_nodes: int) -> tuple[sparse.csr_matrix, Ints]:
    """Symmetric sparse weights [N, N] and, aligned with its data, the link behind each entry.

    Closed links and self-loops are left out; of parallel links the lightest stays. A weight of zero is stored as
    the smallest positive number, since a sparse zero means "no link".
    """
    usable = np.flatnonzero(np.isfinite(weights) & (tail != head))
    link = np.concatenate([usable, usable])
    row = np.concatenate([tail[usable], head[usable]])
    column = np.concatenate([head[usable], tail[usable]])
    data = np.maximum(weights[link], np.finfo(float).tiny)
    order = np.lexsort((data, column, row))
    row, column, data, link = row[order], column[order], data[order], link[order]
    first = np.ones(len(row), dtype=bool)
    first[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
    starts = np.concatenate([[0], np.cumsum(np.bincount(row[first], minlength=n_nodes))])
    return sparse.csr_matrix((data[first], column[first], starts), shape=(n_nodes, n_nodes)), link[first]


def components(tail: Ints, head: Ints, n_nodes: int) -> Ints:
    """The connected component [N] of every node."""
    graph = sparse.coo_matrix((np.ones(len(tail)), (tail, head)), shape=(n_nodes, n_nodes))
    return csgraph.connected_components(graph, directed=False)[1].astype(np.int64)


@dataclass(frozen=True)
class Path:
    """The cheapest path: its links in order, the nodes between them (one more than links), its length.

    ``length`` is ``inf`` and both arrays are empty where there is no path.
    """

    links: Ints
    nodes: Ints
    length: float


def shortest_path(
    tail: Ints, head: Ints, weights: Floats, n_nodes: int, source: int | Ints, target: int | Ints
) -> Path:
    """The cheapest path from any of the source nodes to any of the target nodes, by Dijkstra's algorithm."""
    sources, targets = np.atleast_1d(source), np.atleast_1d(target)
    graph, link = adjacency(tail, head, weights, n_nodes)
    distance, before, _ = csgraph.dijkstra(graph, indices=sources, min_only=True, return_predecessors=True)
    end = int(targets[np.argmin(distance[targets])])
    if not np.isfinite(distance[end]):
        return Path(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.inf)
    nodes = [end]
    while before[nodes[-1]] >= 0:
        nodes.append(int(before[nodes[-1]]))
    nodes.reverse()
    links = [_link_between(graph, link, nodes[step], nodes[step + 1]) for step in range(len(nodes) - 1)]
    return Path(np.array(links, dtype=np.int64), np.array(nodes, dtype=np.int64), float(distance[end]))


def _link_between(graph: sparse.csr_matrix, link: Ints, u: int, v: int) -> int:
    start, stop = graph.indptr[u], graph.indptr[u + 1]
    return int(link[start + np.searchsorted(graph.indices[start:stop], v)])


@dataclass(frozen=True)
class Contraction:
    """A smaller graph with the same distances among its anchors, under any non-negative weights.

    ``members`` [M, L] says which original links make up each new one, so new weights are ``members @ weights``.
    ``nodes`` [K] gives the original number of each new node; ``anchors`` [A] the new number of each anchor.
    """

    tail: Ints
    head: Ints
    nodes: Ints
    anchors: Ints
    members: sparse.csr_matrix


def contract(tail: Ints, head: Ints, anchors: Ints, features: sparse.csr_matrix) -> Contraction:
    """Prune dead ends and join chains of links until nothing more falls away, keeping the anchors.

    A node of degree one that is no anchor lies on no shortest path between anchors; a node of degree two joins its
    two links into one whose weight is their sum; a link that is at least as large as a parallel one in each of
    ``features`` [L, F], of which every weight is a non-negative combination, is never needed. All three are exact
    whatever the weights.
    """
    ends = np.concatenate([tail, head, anchors])
    keep = np.zeros(int(ends.max(initial=-1)) + 1, dtype=bool)
    keep[anchors] = True
    members = sparse.identity(len(tail), format="csr")
    size = len(tail) + 1
    while len(tail) < size:
        size = len(tail)
        for step in (_join_chains, _without_dead_ends):
            tail, head, group = step(tail, head, keep)
            members = group @ members
        needed = _undominated(tail, head, members @ features)
        tail, head, members = tail[needed], head[needed], members[needed]
    nodes = np.unique(np.concatenate([tail, head, anchors]))
    return Contraction(
        np.searchsorted(nodes, tail), np.searchsorted(nodes, head), nodes, np.searchsorted(nodes, anchors), members
    )


def _degree(tail: Ints, head: Ints, n_nodes: int) -> Ints:
    return np.bincount(tail, minlength=n_nodes) + np.bincount(head, minlength=n_nodes)


def _without_dead_ends(tail: Ints, head: Ints, keep: NDArray[np.bool_]) -> tuple[Ints, Ints, sparse.csr_matrix]:
    """The graph after peeling leaf after leaf, and the selection [M, L] of links that stay."""
    stays = np.arange(len(tail))
    while True:
        leaf = (_degree(tail[stays], head[stays], len(keep)) == 1) & ~keep
        loose = leaf[tail[stays]] | leaf[head[stays]]
        if not loose.any():
            return tail[stays], head[stays], sparse.identity(len(tail), format="csr")[stays]
        stays = stays[~loose]


def _join_chains(tail: Ints, head: Ints, keep: NDArray[np.bool_]) -> tuple[Ints, Ints, sparse.csr_matrix]:
    """The graph with every chain of degree-two nodes as one link, and the membership [M, L]; loops fall away."""
    n_links, n_nodes = len(tail), len(keep)
    no_loop = tail != head
    inner = (_degree(tail[no_loop], head[no_loop], n_nodes) == 2) & ~keep
    inside = no_loop & inner[tail] & inner[head]
    chain_of = components(tail[inside], head[inside], n_nodes)
    chained = no_loop & (inner[tail] | inner[head])
    chain = np.where(inner[tail], chain_of[tail], chain_of[head])

    into_tail, into_head = chained & ~inner[tail], chained & ~inner[head]
    end_chain = np.concatenate([chain[into_tail], chain[into_head]])
    end_node = np.concatenate([tail[into_tail], head[into_head]])
    order = np.argsort(end_chain, kind="stable")
    label, (first, second) = end_chain[order][::2], end_node[order].reshape(-1, 2).T
    whole = first != second
    label, first, second = label[whole], first[whole], second[whole]

    single = np.flatnonzero(no_loop & ~chained)
    number = np.full(n_nodes, -1)
    number[label] = len(single) + np.arange(len(label))
    member = np.flatnonzero(chained)
    member = member[number[chain[member]] >= 0]
    rows = np.concatenate([np.arange(len(single)), number[chain[member]]])
    columns = np.concatenate([single, member])
    group = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(single) + len(label), n_links))
    return np.concatenate([tail[single], first]), np.concatenate([head[single], second]), group


def _undominated(tail: Ints, head: Ints, features: sparse.csr_matrix) -> Ints:
    """The links to which no parallel link is at most equal in every feature (of equals the first stays)."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((high, low))
    twin = np.zeros(len(order), dtype=bool)
    twin[1:] = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
    pair = np.cumsum(~twin)
    crowded = np.flatnonzero(np.bincount(pair)[pair] > 1) if len(pair) else np.empty(0, dtype=np.int64)
    size = features[order[crowded]].toarray()
    dominated = np.zeros(len(crowded), dtype=bool)
    shift = 1
    while (together := pair[crowded][shift:] == pair[crowded][:-shift]).any():
        earlier, later = size[:-shift], size[shift:]
        later_worse = together & (later >= earlier).all(axis=1)
        earlier_worse = together & (earlier >= later).all(axis=1) & ~later_worse
        dominated[shift:] |= later_worse
        dominated[:-shift] |= earlier_worse
        shift += 1
    return np.setdiff1d(np.arange(len(order)), order[crowded[dominated]])


@dataclass(frozen=True)
class Trees:
    """A shortest-path tree per source: arrays [S, N]; ``before`` and ``link`` are -1 at the source and beyond reach."""

    sources: Ints
    distance: Floats
    before: Ints
    link: Ints


def shortest_trees(tail: Ints, head: Ints, weights: Floats, n_nodes: int, sources: Ints) -> Trees:
    """The tree of cheapest paths from each source to every node, by Dijkstra's algorithm."""
    graph, link = adjacency(tail, head, weights, n_nodes)
    distance, before = csgraph.dijkstra(graph, indices=sources, return_predecessors=True)
    before = np.where(before < 0, -1, before).astype(np.int64)
    row = np.repeat(np.arange(n_nodes), np.diff(graph.indptr))
    key = row * n_nodes + graph.indices
    node = np.broadcast_to(np.arange(n_nodes), before.shape)
    reached = before >= 0
    into = np.full(before.shape, -1, dtype=np.int64)
    into[reached] = link[np.searchsorted(key, before[reached] * n_nodes + node[reached])]
    return Trees(sources, distance, before, into)


def levels(trees: Trees) -> list[tuple[Ints, Ints]]:
    """Flat (node, predecessor) positions in the arrays [S, N] of the trees, level by level away from the sources."""
    before = trees.before.astype(np.int32)
    n_nodes = np.int32(before.shape[1])
    own = np.arange(before.size, dtype=np.int32)
    parent = np.where(before.ravel() >= 0, own // n_nodes * n_nodes + before.ravel(), own)
    depth, ancestor = (parent != own).astype(np.int16), parent
    while (step := depth[ancestor]).any():
        depth, ancestor = depth + step, ancestor[ancestor]
    order = np.argsort(depth, kind="stable")
    return [(level, parent[level]) for level in np.split(order, np.cumsum(np.bincount(depth)))[1:-1]]


def accumulate(by_level: list[tuple[Ints, Ints]], flow: Floats) -> Floats:
    """What passes through every node [S, N] when ``flow`` [S, N] goes from each source to each node along its tree.

    The value at a node is what arrives over the tree's link into it, for itself and for all beyond; at the source
    it is everything sent. Flow to nodes beyond reach stays where it is.
    """
    through = flow.astype(float).ravel()
    for node, parent in reversed(by_level):
        np.add.at(through, parent, through[node])
    return through.reshape(flow.shape)


def link_loads(trees: Trees, through: Floats, n_links: int) -> Floats:
    """Load [L] of every link: what ``accumulate`` found, summed over the trees that use it."""
    used = trees.link >= 0
    return np.bincount(trees.link[used], weights=through[used], minlength=n_links).astype(float)


def marks_on_path(trees: Trees, by_level: list[tuple[Ints, Ints]], marks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Union [S, N] of the bit marks ``marks`` [L] over all links of the path from each source to each node."""
    step = np.where(trees.link >= 0, marks[trees.link], np.uint64(0)).ravel()
    for node, parent in by_level:
        step[node] |= step[parent]
    return step.reshape(trees.link.shape)
