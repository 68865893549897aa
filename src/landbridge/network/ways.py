"""Ways between hubs when queues make several of them equal: found one after the other, and how traffic spreads on them.

Ways are cheapest routes at the worths of a day of ``variants.routed_worths``, as in ``loads``. Under hours that queues
made longer a pair of hubs may find another way; it joins those known before. A way once known is never lost. What goods
cost is divided by what an hour of theirs is worth: so all of them meet the same hours, and one potential.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from landbridge.network import core
from landbridge.network.choice import worth_of_days
from landbridge.network.congestion import Choice, Queues
from landbridge.network.loads import between_hubs
from landbridge.network.model import Floats, Ints
from landbridge.network.paths import Paths, Routes, covering
from landbridge.network.variants import Skeleton, Variants, routed, routed_worths

Layer = tuple[str, float]  # a set of modes and a worth of a day
_SHORTER = 1e-5  # by which share a way must cost less than those known, above the rounding of distances


@dataclass(frozen=True)
class Ways:
    """Ways [R] of one layer among T hubs: ``pair`` [R] s T + t with s < t, ``cost`` [R] in hours without queues,
    ``crosses`` [R, K] which links with queues they pass, ``passed`` [M, R] which ways pass each contracted link.
    """

    pair: Ints
    cost: Floats
    crosses: sparse.csr_matrix
    passed: sparse.csr_matrix


@dataclass(frozen=True)
class WayFinder:
    """What finds ways in one network: the links with queues, and what each set of modes makes of them.

    ``links`` [K] positions among the network's links; ``hours`` [K] their usual hours; by layer ``cost`` [M] of its
    contracted links without queues, in hours; by set of modes ``passes`` [M, K] which queues these hold; ``worths`` of
    a day.
    """

    variants: Variants
    links: Ints
    hours: Floats
    worths: tuple[float, ...]
    cost: Mapping[Layer, Floats]
    passes: Mapping[str, sparse.csr_matrix]

    @classmethod
    def of(cls, variants: Variants, queues: Queues, params: Mapping[str, float]) -> WayFinder:
        """For the first of some variants, whose links have the ``queues`` [L]."""
        network, own = variants.networks[0], variants.own_links[0]
        on_trunk = np.isin(own, np.concatenate([skeleton.links for skeleton in variants.skeletons.values()]))
        hours = network.quantities.hours_in_peace(params)
        may_grow = (hours > 0.0) & (queues.delay > 0.0) & (queues.power > 0.0) & np.isfinite(queues.capacity)
        links, worths = np.flatnonzero(may_grow & on_trunk), worth_of_days(params, network.world.sectors)
        return cls(
            variants,
            links,
            hours[links],
            worths,
            {
                (mode, per_day): skeleton.cost(0, params, per_day) / (per_day / 24.0)
                for mode, skeleton in variants.skeletons.items()
                for per_day in routed_worths(mode, worths)
            },
            {mode: _passes(skeleton, own[links]) for mode, skeleton in variants.skeletons.items()},
        )

    def none(self) -> dict[Layer, Ways]:
        """No ways yet."""
        nothing, crosses = np.empty(0, dtype=np.int64), sparse.csr_matrix((0, len(self.links)))
        return {
            layer: Ways(nothing, np.empty(0), crosses, sparse.csr_matrix((len(cost), 0), dtype=np.int8))
            for layer, cost in self.cost.items()
        }

    def further(self, known: Mapping[Layer, Ways], times: Floats) -> dict[Layer, Ways]:
        """The ways known, and of each pair the cheapest under hours multiplied by ``times`` [K] where it is none."""
        longer = self.hours * (times - 1.0)
        return {layer: self._further(layer, ways, longer) for layer, ways in known.items()}

    def _further(self, layer: Layer, known: Ways, longer: Floats) -> Ways:
        skeleton, passes = self.variants.skeletons[layer[0]], self.passes[layer[0]]
        graph = skeleton.graph
        cost = self.cost[layer] + passes @ longer
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
        passed = core.passed_by(trees, row[source], graph.anchors[target], len(cost))
        queued = np.flatnonzero(np.diff(passes.indptr))
        return Ways(
            np.concatenate([known.pair, one * len(better) + other]),
            np.concatenate([known.cost, passed.T @ np.where(np.isfinite(cost), self.cost[layer], 0.0)]),
            sparse.vstack([known.crosses, passed[queued].T @ passes[queued]], format="csr"),
            sparse.hstack([known.passed, passed], format="csr"),
        )

    def choice(self, known: Mapping[Layer, Ways], trade: Floats) -> Choice:
        """What the traffic of all pairs is chosen from, ``trade`` [k, set, i, j] in TEU a year; see ``order``."""
        flow = []
        for position, (mode, skeleton) in enumerate(self.variants.skeletons.items()):
            for per_day, pairs in routed(mode, self.worths, trade[:, position]):
                hubs = between_hubs(self.variants.networks[0], skeleton.changes[0], pairs).ravel()
                flow.append(hubs[np.unique(known[mode, per_day].pair)])
        order, pair = self.order(known)
        return Choice(
            np.concatenate([ways.cost for ways in known.values()])[order],
            sparse.vstack([ways.crosses for ways in known.values()], format="csr")[order],
            pair,
            np.concatenate(flow),
            self.hours,
        )

    def order(self, known: Mapping[Layer, Ways]) -> tuple[Ints, Ints]:
        """The ways of all layers in the order of their pairs [R], and the number of the pair of each [R]."""
        size = len(self.variants.hubs.node) ** 2
        key = np.concatenate([position * size + ways.pair for position, ways in enumerate(known.values())])
        order = np.argsort(key, kind="stable")
        return order, np.unique(key[order], return_inverse=True)[1]

    def routes(self, known: Mapping[Layer, Ways], shares: Floats) -> dict[str, Routes]:
        """The ways with the ``shares`` [R] of traffic in ``order`` that they carry, for ``loads.assign_trade``."""
        order, _ = self.order(known)
        each = np.empty(len(order))
        each[order] = shares
        begin, found = 0, dict[str, Routes]()
        for (mode, _), ways in known.items():
            mine, begin = each[begin : begin + len(ways.pair)], begin + len(ways.pair)
            source, target = np.divmod(ways.pair, len(self.variants.hubs.node))
            found[mode] = (*found.get(mode, ()), (Paths(source, target, ways.passed, mine),))
        return found


def _passes(skeleton: Skeleton, links: Ints) -> sparse.csr_matrix:
    """How many of some links [K], by their positions among all, each contracted link [M] holds."""
    held, column = skeleton.columns(links)
    put = sparse.csr_matrix((np.ones(len(held)), (np.arange(len(held)), held)), shape=(len(held), len(links)))
    return (skeleton.graph.members[:, column] @ put).tocsr()
