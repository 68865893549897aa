"""Graphs whose weights change often, on arrays: contraction, shortest-path trees, what flows along them.

A graph is ``tail[L], head[L]`` (node numbers, one entry per undirected link) and a weight per link; an infinite
weight closes a link. Distances are sums of weights along the cheapest path, ``inf`` where no path exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def adjacency(tail: Ints, head: Ints, weights: Floats, n_nodes: int) -> tuple[sparse.csr_matrix, Ints]:
    """Symmetric sparse weights [N, N] and, aligned with its data, the link behind each entry.

    Closed links and self-loops are left out; of parallel links the lightest stays. A weight of zero is stored as
    the smallest positive number, since a sparse zero means "no link".
    """
    usable = np.flatnonzero(np.isfinite(weights) & (tail != head))
    data = np.maximum(weights[usable], np.finfo(float).tiny)
    low, high = np.minimum(tail[usable], head[usable]), np.maximum(tail[usable], head[usable])
    order = np.lexsort((data, low * n_nodes + high))
    low, high, data, link = low[order], high[order], data[order], usable[order]
    lightest = np.ones(len(link), dtype=bool)
    lightest[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, data, link = low[lightest], high[lightest], data[lightest], link[lightest]
    ends = np.concatenate([low, high]), np.concatenate([high, low])
    entry = sparse.csr_matrix((np.tile(np.arange(len(link)), 2), ends), shape=(n_nodes, n_nodes))
    graph = sparse.csr_matrix((data[entry.data], entry.indices, entry.indptr), shape=(n_nodes, n_nodes))
    return graph, link[entry.data]


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
    return path_in(*adjacency(tail, head, weights, n_nodes), np.atleast_1d(source), np.atleast_1d(target))


def path_in(graph: sparse.csr_matrix, link: Ints, sources: Ints, targets: Ints) -> Path:
    """``shortest_path`` in a graph and with the links behind its entries that ``adjacency`` returned."""
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
    distance: NDArray[Any]
    before: NDArray[np.signedinteger[Any]]
    link: NDArray[np.signedinteger[Any]]


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


def passed_by(trees: Trees, source: Ints, target: Ints, n_links: int) -> sparse.csr_matrix:
    """Which paths along the trees pass each link [L, P], in ones; nodes beyond reach have a path without links.

    ``source, target`` [P] row of the trees, and node, that each path joins.
    """
    rows, n_nodes = trees.before.shape
    into, up = trees.link.ravel(), (trees.before + n_nodes * np.arange(rows)[:, None]).ravel()
    path, at = np.arange(len(source), dtype=np.int32), source * n_nodes + target
    links, paths = [np.empty(0, dtype=np.int32)], [path[:0]]
    while len(path):
        link = into[at]
        going = link >= 0
        if not going.all():
            path, at, link = path[going], at[going], link[going]
        links.append(link.astype(np.int32))
        paths.append(path)
        at = up[at]
    link, path = np.concatenate(links), np.concatenate(paths)
    once = sparse.coo_matrix((np.ones(len(link), dtype=np.int8), (link, path)), shape=(n_links, len(source)))
    once.has_canonical_format = True
    return once.tocsr()
