"""Queues: what more traffic than usual does to the hours of ports, border posts, canals, and lines of a known capacity.

With x the load and c the capacity of a link, both in TEU a year, its hours are multiplied by

    m = (1 + a (x / c)^b) / (1 + a (x0 / c)^b)

where x0 is the load of the baseline, whose delay the world's hours hold already. Where no study states a capacity, a
stop's is x0 / ``utilisation``, and at least ``least_capacity``; a line's is without limit.
Source: Bureau of Public Roads (1964) for the form, and for a and b of lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from landbridge.errors import SolveError
from landbridge.network.model import CANALS, Flags, Floats, Ints, Network

STOPS = ("port", "rail_border", "road_border", "gauge")  # dwell classes where shipments queue
ALIKE = 0.002  # share of a way's cost within which shippers take another for as good
GIVES_WAY = 3.0  # elasticity of a pair's traffic to its cost, a guess that only the speed of convergence hangs on
_SETTLED = 1e-6  # relative step of the hours at which the search ends
_OF_ROOM = 0.9  # share of the way to an empty link's hours that a step may go
_MOST_STEPS = 100


@dataclass(frozen=True)
class Queues:
    """Volume-delay curves of links.

    ``capacity`` [K] in TEU a year (``inf``: never full), the ``usual`` load [K] at which the multiplier is one,
    ``delay`` [K] a and ``power`` [K] b.
    """

    capacity: Floats
    usual: Floats
    delay: Floats
    power: Floats

    def of(self, links: Ints) -> Queues:
        """The curves of some links."""
        return Queues(self.capacity[links], self.usual[links], self.delay[links], self.power[links])

    def times(self, load: Floats) -> Floats:
        """What the hours [K] are multiplied by at a load [K], TEU a year."""
        return self._slowness(load) / self._slowness(self.usual)

    def load(self, times: Floats) -> Floats:
        """The load [K] at which the hours are multiplied by ``times`` [K]: the inverse of ``times``."""
        return np.asarray(self.capacity * self._fill(times) ** (1.0 / self.power))

    def load_slope(self, times: Floats) -> Floats:
        """The derivative [K] of ``load``."""
        fill = self._fill(times)
        by_fill = self.capacity / self.power * fill ** (1.0 / self.power - 1.0)
        return np.asarray(by_fill * self._slowness(self.usual) / self.delay)

    def empty(self) -> Floats:
        """What the hours [K] are multiplied by without any traffic."""
        return 1.0 / self._slowness(self.usual)

    def _fill(self, times: Floats) -> Floats:
        """(x / c)^b at a multiplier; a little above zero where that is of an empty link."""
        return np.maximum((times * self._slowness(self.usual) - 1.0) / self.delay, 1e-12)

    def _slowness(self, load: Floats) -> Floats:
        return np.asarray(1.0 + self.delay * (load / self.capacity) ** self.power)


def may_queue(network: Network) -> Flags:
    """Links [L] that traffic may make slower: stops, canals, and lines of which a study states the capacity."""
    return np.asarray(_stops(network) | ~np.isnan(network.capacity))


def queues(network: Network, before: Network, usual: Floats, params: Mapping[str, float]) -> Queues:
    """The curves [L] of a network made from another by changes of links.

    ``usual`` [L0] load of the links of ``before``, TEU a year. Links that are new, or were closed before, have no
    usual load from which a capacity could follow: they are never full unless a study states it.
    """
    load, known = np.zeros(len(network.km)), np.zeros(len(network.km), dtype=bool)
    load[: len(usual)], known[: len(usual)] = usual, before.open
    stop = _stops(network)
    own = np.maximum(load / max(params["utilisation"], 1e-6), params["least_capacity"])
    capacity = np.where(np.isnan(network.capacity), np.where(stop & known, own, np.inf), network.capacity)
    delay, power = (np.where(stop, params[f"stop_{name}"], params[f"line_{name}"]) for name in ("delay", "power"))
    return Queues(capacity, load, delay, power)


def _stops(network: Network) -> Flags:
    return np.asarray(np.isin(network.dwell, STOPS) | np.isin(network.passage, CANALS))


@dataclass(frozen=True)
class Choice:
    """Ways [R] from which the traffic of pairs [P] is chosen, those of a pair one after the other.

    ``cost`` [R] in hours where none are multiplied, ``crosses`` [R, K] how often each passes the links with queues,
    ``pair`` [R]; ``flow`` [P] traffic of the pairs, TEU a year; ``worth`` [K] the usual hours of each link.
    """

    cost: Floats
    crosses: sparse.csr_matrix
    pair: Ints
    flow: Floats
    worth: Floats

    @cached_property
    def first(self) -> Ints:
        """The first way of each pair [P]."""
        return np.flatnonzero(np.diff(self.pair, prepend=-1))

    @cached_property
    def alike(self) -> Floats:
        """By how much the ways of each pair [P] may differ in cost and still be as good."""
        return np.asarray(ALIKE * np.minimum.reduceat(self.cost, self.first))

    @cached_property
    def several(self) -> Ints:
        """The pairs that have more than one way."""
        return np.flatnonzero(np.bincount(self.pair) > 1)

    @cached_property
    def only(self) -> tuple[Ints, Ints, sparse.csr_matrix]:
        """The pairs that have one way, and which row of those [U, K] that such ways cross is each one's: few differ."""
        pairs = np.flatnonzero(np.bincount(self.pair) == 1)
        crosses = self.crosses[self.first[pairs]]
        marks = crosses @ np.random.default_rng(0).random(crosses.shape[1])
        _, first, row = np.unique(marks, return_index=True, return_inverse=True)
        return pairs, row, crosses[first]

    def costs(self, times: Floats) -> Floats:
        """Cost of the ways [R] when hours are multiplied by ``times`` [K]."""
        return np.asarray(self.cost + self.crosses @ (self.worth * (times - 1.0)))

    def split(self, times: Floats) -> tuple[Floats, Floats]:
        """Share of each way [R] in its pair's traffic, and the cost [P] that the pair's shippers find.

        Shares are in proportion to exp(-cost / d), d being ``ALIKE`` of the pair's cost without queues: one way takes
        nearly all where another costs one per cent more, and two that cost the same share alike.
        """
        each, first = self.costs(times), self.first
        least = np.minimum.reduceat(each, first)
        weight = np.exp((least[self.pair] - each) / self.alike[self.pair])
        total = np.add.reduceat(weight, first)
        return weight / total[self.pair], least - self.alike * np.log(total)


def settle(choice: Choice, queues: Queues, start: Floats) -> Floats:
    """Multipliers [K] of the hours at which the loads are those that the hours bring about.

    Solves w_l (X_l(m_l) - D_l(m)) = 0 with X the inverse of the volume-delay curve and D the load that the ways bring,
    which falls as ways get dearer: the gradient of a convex function, the dual of Beckmann, McGuire & Winsten (1956).
    Newton's method, its step halved while it overshoots. The traffic of the pairs holds at the hours of ``start`` [K].

    Raises:
        SolveError: not found in a hundred steps.
    """
    used = np.flatnonzero(np.diff(choice.crosses.tocsc().indptr))
    times = queues.empty()
    choice, queues, base = (
        replace(choice, crosses=choice.crosses[:, used], worth=choice.worth[used]),
        queues.of(used),
        times[used],
    )
    found = np.maximum(start[used], base * (1.0 + 1e-9))
    _, before = choice.split(found)
    gradient, shares, flow = _gradient(choice, queues, found, before)
    for _ in range(_MOST_STEPS):
        curved = _curvature(choice, queues, found, shares, flow, before)
        step = -np.linalg.solve(curved, gradient)
        if np.abs(step / found).max(initial=0.0) < _SETTLED:
            times[used] = found
            return times
        step = np.maximum(step, -_OF_ROOM * (found - base))
        if gradient @ step >= 0.0:
            step = np.maximum(-gradient / np.diag(curved), -_OF_ROOM * (found - base))
        slope = gradient @ step
        while (ahead := _gradient(choice, queues, found + step, before))[0] @ step > -0.5 * slope:
            step, slope = step / 2.0, slope / 2.0
        found, (gradient, shares, flow) = found + step, ahead
    raise SolveError(f"the loads of ways were not settled in {_MOST_STEPS} steps.")


def _gradient(choice: Choice, queues: Queues, times: Floats, before: Floats) -> tuple[Floats, Floats, Floats]:
    """The gradient [K], the shares of the ways [R], and the traffic of the pairs [P]."""
    shares, cost = choice.split(times)
    flow = choice.flow * (cost / before) ** -GIVES_WAY
    load = choice.crosses.T @ (shares * flow[choice.pair])
    return choice.worth * (queues.load(times) - load), shares, flow


def _curvature(choice: Choice, queues: Queues, times: Floats, shares: Floats, flow: Floats, before: Floats) -> Floats:
    """The second derivative [K, K]: of the curves, of the shares among a pair's ways, of the pairs' traffic."""
    several, (pairs, row, alone) = choice.several, choice.only
    gives_way = GIVES_WAY * flow / before
    ways = np.flatnonzero(np.isin(choice.pair, several))
    pair = np.searchsorted(several, choice.pair[ways])
    crosses = choice.crosses[ways]
    mean = sparse.csr_matrix((shares[ways], (pair, np.arange(len(ways)))), shape=(len(several), len(ways))) @ crosses
    apart = crosses - mean[pair]
    inner = apart.T @ sparse.diags(shares[ways] * (flow / choice.alike)[several][pair]) @ apart
    outer = mean.T @ sparse.diags(gives_way[several]) @ mean
    outer += alone.T @ sparse.csr_matrix((gives_way[pairs], (row, row)), shape=(alone.shape[0],) * 2) @ alone
    curved = (inner + outer).toarray() * choice.worth[:, None] * choice.worth
    return np.asarray(curved + np.diag(choice.worth * queues.load_slope(times)))
