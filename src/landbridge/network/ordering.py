"""Orders in which a contraction hierarchy takes up the nodes of a graph."""

from __future__ import annotations

import numpy as np

from landbridge.network.core import Ints

CELL = 128  # nodes: greater cells make re-weighting dearer than they make searches cheaper


def terminals_last(order: Ints, tail: Ints, head: Ints, terminals: Ints, cell: int = CELL) -> Ints:
    """The order [N] in which the terminals come last within each cell of at most ``cell`` nodes.

    A search from terminals to terminals looks at them and at what comes above them, and so at fewer nodes. A cell is
    all that comes below a node in the elimination tree of ``order``; what lies outside keeps its place.
    """
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    above = elimination_tree(rank[tail], rank[head], len(order))
    size = np.ones(len(order), dtype=np.int64)
    for node, parent in enumerate(above.tolist()):
        if parent >= 0:
            size[parent] += size[node]
    key = np.arange(len(order), dtype=float)
    root = np.arange(len(order))
    for node in range(len(order) - 1, -1, -1):
        if above[node] >= 0 and size[above[node]] <= cell:
            root[node] = root[above[node]]
    moved = rank[terminals][size[rank[terminals]] <= cell]
    key[moved] = root[moved] + 0.5
    last: Ints = np.asarray(order)[np.argsort(key, kind="stable")]
    return last


def elimination_tree(tail: Ints, head: Ints, n_nodes: int) -> Ints:
    """For each node [N] the first after it with which its elimination joins it, -1 for none; nodes go in their order.

    Source: Liu (1990), "The role of elimination trees in sparse factorization", SIAM J. Matrix Anal. Appl. 11.
    """
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    by_high = np.argsort(high, kind="stable")
    parent, known = [-1] * n_nodes, [-1] * n_nodes
    for node, upper in zip(low[by_high].tolist(), high[by_high].tolist(), strict=True):
        while node != upper:
            step, known[node] = known[node], upper
            if step < 0:
                parent[node] = upper
                break
            node = step
    return np.array(parent, dtype=np.int64)
