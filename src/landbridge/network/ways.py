"""Ways between hubs when queues make several of them equal: found one after the other, and how traffic spreads on them.

Ways are cheapest routes of general manufactures, as in ``loads``. Under hours that queues made
longer a pair of hubs may find another way; it joins those known before. A way once known is never lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from landbridge.network import core
from landbridge.network.choice import general_day
from landbridge.network.congestion import Choice, Queues
from landbridge.network.loads import between_hubs
from landbridge.network.model import Floats, Ints
from landbridge.network.paths import Routes, covering
from landbridge.network.variants import Skeleton, Variants

_SHORTER = 1e-5  # by which share a way must cost less than those known, above the rounding of distances


@dataclass(frozen=True)
class Ways:
    """Ways [R] of one set of modes among T hubs: ``pair`` [R] s T + t with s < t, ``cost`` [R] without queues,
    ``crosses`` [R, K] which links with queues they pass; ``found`` [R] in which round, and the trees of each round.
    """

    pair: Ints
    cost: Floats
    crosses: sparse.csr_matrix
    found: Ints
    rounds: tuple[tuple[core.Trees, Ints], ...]


@dataclass(frozen=True)
class WayFinder:
    """What finds ways in one network: the links with queues, and what each set of modes makes of them.

    ``links`` [K] positions among the network's links; ``worth`` [K] cost of their usual hours; by set of modes
    ``cost`` [M] of its contracted links without queues and ``passes`` [M, K] which queues these hold.
    """

    variants: Variants
    links: Ints
    worth: Floats
    cost: Mapping[str, Floats]
    passes: Mapping[str, sparse.csr_matrix]

    @classmethod
    def of(cls, variants: Variants, queues: Queues, params: Mapping[str, float]) -> WayFinder:
        """For the first of some variants, whose links have the ``queues`` [L]."""
        network, own = variants.networks[0], variants.own_links[0]
        on_trunk = np.isin(own, np.concatenate([skeleton.links for skeleton in variants.skeletons.values()]))
        hours = network.quantities.hours_in_peace(params)
        may_grow = (hours > 0.0) & (queues.delay > 0.0) & (queues.power > 0.0) & np.isfinite(queues.capacity)
        links, per_day = np.flatnonzero(may_grow & on_trunk), general_day(params)
        return cls(
            variants,
            links,
            per_day / 24.0 * hours[links],
            {mode: skeleton.cost(0, params, per_day) for mode, skeleton in variants.skeletons.items()},
            {mode: _passes(skeleton, own[links]) for mode, skeleton in variants.skeletons.items()},
        )

    def none(self) -> dict[str, Ways]:
        """No ways yet."""
        nothing = np.empty(0, dtype=np.int64)
        crosses = sparse.csr_matrix((0, len(self.links)))
        return {mode: Ways(nothing, np.empty(0), crosses, nothing, ()) for mode in self.cost}

    def further(self, known: Mapping[str, Ways], times: Floats) -> dict[str, Ways]:
        """The ways known, and of each pair the cheapest under hours multiplied by ``times`` [K] where it is none."""
        longer = self.worth * (times - 1.0)
        return {mode: self._further(mode, ways, longer) for mode, ways in known.items()}

    def _further(self, mode: str, known: Ways, longer: Floats) -> Ways:
        skeleton, passes = self.variants.skeletons[mode], self.passes[mode]
        graph = skeleton.graph
        cost = self.cost[mode] + passes @ longer
        least = np.full((len(graph.anchors),) * 2, np.inf)
        np.minimum.at(least.ravel(), known.pair, known.cost + known.crosses @ longer)
        distance = skeleton.paths.pairs(cost, graph.anchors)
        better = np.triu(np.isfinite(distance) & (distance < (1.0 - _SHORTER) * least), 1)
        if not better.any():
            return known
        terminals = covering(better | better.T)
        trees = skeleton.paths.trees(cost, graph.anchors[terminals])
        row = np.full(len(better), -1)
        row[terminals] = np.arange(len(terminals))
        one, other = np.nonzero(better)
        from_first = row[one] >= 0
        source, target = np.where(from_first, one, other), np.where(from_first, other, one)
        total, crossed = core.followed(
            trees, row[source], graph.anchors[target], self.cost[mode], np.diff(passes.indptr) > 0
        )
        rows = np.full(better.shape, -1)
        rows[source, target] = row[source]
        light = replace(trees, distance=np.empty((0, 0)))
        return Ways(
            np.concatenate([known.pair, one * len(better) + other]),
            np.concatenate([known.cost, total]),
            sparse.vstack([known.crosses, crossed @ passes], format="csr"),
            np.concatenate([known.found, np.full(len(one), len(known.rounds))]),
            (*known.rounds, (light, rows)),
        )

    def choice(self, known: Mapping[str, Ways], trade: Floats) -> Choice:
        """What the traffic of all pairs is chosen from, ``trade`` [way, i, j] in TEU a year; see ``order``."""
        flow = []
        for position, (mode, skeleton) in enumerate(self.variants.skeletons.items()):
            hubs = between_hubs(self.variants.networks[0], skeleton.changes[0], trade[position]).ravel()
            flow.append(hubs[np.unique(known[mode].pair)])
        order, pair = self.order(known)
        return Choice(
            np.concatenate([ways.cost for ways in known.values()])[order],
            sparse.vstack([ways.crosses for ways in known.values()], format="csr")[order],
            pair,
            np.concatenate(flow),
            self.worth,
        )

    def order(self, known: Mapping[str, Ways]) -> tuple[Ints, Ints]:
        """The ways of all sets in the order of their pairs [R], and the number of the pair of each [R]."""
        size = len(self.variants.hubs.node) ** 2
        key = np.concatenate([position * size + ways.pair for position, ways in enumerate(known.values())])
        order = np.argsort(key, kind="stable")
        return order, np.unique(key[order], return_inverse=True)[1]

    def routes(self, known: Mapping[str, Ways], shares: Floats) -> dict[str, Routes]:
        """The ways with the ``shares`` [R] of traffic in ``order`` that they carry, for ``loads.assign_trade``."""
        order, _ = self.order(known)
        each = np.empty(len(order))
        each[order] = shares
        count, begin, found = len(self.variants.hubs.node), 0, {}
        for mode, ways in known.items():
            mine, begin = each[begin : begin + len(ways.pair)], begin + len(ways.pair)
            split = []
            for number in range(len(ways.rounds)):
                here, share = ways.found == number, np.zeros((count, count))
                share.ravel()[ways.pair[here]] = mine[here]
                split.append(share + share.T)
            found[mode] = Routes(ways.rounds, tuple(split))
        return found


def _passes(skeleton: Skeleton, links: Ints) -> sparse.csr_matrix:
    """How many of some links [K], by their positions among all, each contracted link [M] holds."""
    held, column = skeleton.columns(links)
    put = sparse.csr_matrix((np.ones(len(held)), (np.arange(len(held)), held)), shape=(len(held), len(links)))
    return (skeleton.graph.members[:, column] @ put).tocsr()
