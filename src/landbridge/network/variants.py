"""Networks that differ in few links, such as the scenarios of a study, on one contracted graph for each set of modes.

What is the same in all of them is contracted, ordered and routed once; a variant costs only what its changes touch.
All stand on one trunk: were the links that one scenario adds to it missing from the baseline, a finer trunk would look
like a better road.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from landbridge.network import core
from landbridge.network.choice import CountryCosts, worth_of_days
from landbridge.network.model import ALLOWED, Flags, Floats, Hubs, Ints, Network, Quantities
from landbridge.network.paths import ShortestPaths, prepare
from landbridge.network.pipelines import pipeline_share
from landbridge.world.distance import great_circle_km

BENDING = ("sea", "rail")  # sets of modes whose routes differ by what goods are worth
SAME_ROUTE = 1e-4  # relative difference of cost below which two sets of modes give the same route


@dataclass(frozen=True)
class Change:
    """What one variant makes of a contracted graph.

    ``rows`` [R] links that may cost something else than usual, ``quantities`` theirs here; ``closed`` [M] links that
    are closed here. ``reachable`` [H, H] hubs that are joined, ``share`` [C, C] the same by country, weighted.
    """

    rows: Ints
    quantities: Quantities
    closed: Flags
    reachable: Flags
    share: Floats


@dataclass(frozen=True)
class Skeleton:
    """The links of one set of modes among the hubs, contracted.

    ``links`` [K] positions among all links of the variants; ``usual`` the quantities of the graph's own links [M];
    ``changes`` by variant.
    """

    graph: core.Contraction
    links: Ints
    paths: ShortestPaths
    usual: Quantities
    changes: tuple[Change, ...]

    def cost(self, variant: int, params: Mapping[str, float], per_day: float) -> Floats:
        """Generalised cost [M] of goods of which a day is worth so much per TEU; ``inf`` where a link is closed."""
        return _cost(self.usual.generalised_cost(params, per_day), self.changes[variant], params, per_day)

    def cost_in_each(self, params: Mapping[str, float], per_day: float) -> list[Floats]:
        """The same in every variant."""
        usual = self.usual.generalised_cost(params, per_day)
        return [_cost(usual, change, params, per_day) for change in self.changes]

    def columns(self, links: Ints) -> tuple[Ints, Ints]:
        """Which of some links, by their positions among all, it holds, and where each of these stands in ``links``."""
        column = np.searchsorted(self.links, links)
        held = np.flatnonzero(self.links[np.minimum(column, len(self.links) - 1)] == links)
        return held, column[held]


def _slowed(skeleton: Skeleton, change: Change, network: Network, own_links: Ints, times: Floats) -> Change:
    """A variant's change when the hours of its links are multiplied by ``times`` [L]."""
    slower = np.flatnonzero(times != 1.0)
    held, column = skeleton.columns(own_links[slower])
    slower = slower[held]
    longer = sparse.diags(times[slower] - 1.0) @ network.quantities.hours[slower]
    further = (skeleton.graph.members[:, column] @ longer).tocsr()
    rows = np.union1d(change.rows, np.flatnonzero(np.diff(further.indptr)))
    at = np.arange(further.shape[0])
    at[change.rows] = len(at) + np.arange(len(change.rows))
    before = _stacked([skeleton.usual, change.quantities]).of(at[rows])
    hours = before.hours + further[rows]
    quantities = replace(before, hours=hours, severity=change.quantities.severity, spread=change.quantities.spread)
    return replace(change, rows=rows, quantities=quantities)


def _cost(usual: Floats, change: Change, params: Mapping[str, float], per_day: float) -> Floats:
    cost = usual.copy()
    cost[change.rows] = change.quantities.generalised_cost(params, per_day)
    cost[change.closed] = np.inf
    return cost


@dataclass(frozen=True)
class Variants:
    """A network and others made from it by changes of links, ready for costs between countries and for loads.

    ``own_links`` by variant: where its links stand among the links of all; the first network's come first.
    """

    networks: tuple[Network, ...]
    own_links: tuple[Ints, ...]
    skeletons: Mapping[str, Skeleton]

    @classmethod
    def of(cls, networks: Sequence[Network], slowing: Callable[[Network], Flags] | None = None) -> Variants:
        """Networks whose first nodes and links are those of the first network, each with its own after them.

        ``slowing``: of a network, the links [L] that ``slowed`` may make slower later; without it none.
        """
        union = _Union.of(networks, slowing)
        return cls(tuple(networks), union.links, {main_mode: union.contracted(main_mode) for main_mode in ALLOWED})

    @property
    def n_links(self) -> int:
        """Number of links of all variants together."""
        known = (*self.own_links, *(skeleton.links for skeleton in self.skeletons.values()))
        return 1 + max(int(links.max(initial=-1)) for links in known)

    def only(self, *some: int) -> Variants:
        """Some of the variants, in that order, on the same contracted graphs."""
        skeletons = {
            mode: replace(skeleton, changes=tuple(skeleton.changes[variant] for variant in some))
            for mode, skeleton in self.skeletons.items()
        }
        return Variants(
            tuple(self.networks[variant] for variant in some),
            tuple(self.own_links[variant] for variant in some),
            skeletons,
        )

    def slowed(self, times: Sequence[Floats]) -> Variants:
        """The variants with the hours of their links multiplied by ``times`` [L] of each, which is 1 for most."""
        skeletons = {}
        for mode, skeleton in self.skeletons.items():
            changes = zip(skeleton.changes, self.networks, self.own_links, times, strict=True)
            skeletons[mode] = replace(skeleton, changes=tuple(_slowed(skeleton, *each) for each in changes))
        return replace(self, skeletons=skeletons)

    @property
    def hubs(self) -> Hubs:
        """The hubs, the same in all variants."""
        return self.networks[0].hubs

    @cached_property
    def air_km(self) -> Floats:
        """Km over the sphere [C, C] between countries, the mean over their hubs by people."""
        first, hubs = self.networks[0], self.hubs
        lat, lon = first.lat[hubs.node], first.lon[hubs.node]
        return hubs.sums(great_circle_km(lat[:, None], lon[:, None], lat[None], lon[None]))

    @cached_property
    def piped(self) -> Floats:
        """Share [C, C] of the trade in fuels that goes by pipeline."""
        return pipeline_share(self.networks[0].world, self.networks[0].year)

    def country_costs(self, params: Mapping[str, float], uses_among: Ints | None = None) -> list[CountryCosts]:
        """Costs between countries by main mode in every variant; each pair of hubs has its own route.

        Routes are found for three worths of a day (``choice.worth_of_days``), where the costs are exact; lorries take
        one route whatever they carry, so by road alone for the outer two. Country pairs are means over the reachable
        pairs of hubs, weighted by the people whom the hubs stand for.

        Args:
            uses_among: positions of the countries among which ``CountryCosts.uses`` is wanted, zero elsewhere.

        Returns:
            costs in the world's order of countries: ``inf`` where nothing is reachable, zero on the diagonal and for
            economies off the network.
        """
        worths = worth_of_days(params, self.networks[0].world.sectors)
        at_hubs = {
            main_mode: [
                skeleton.paths.pairs_of_each(skeleton.cost_in_each(params, per_day), skeleton.graph.anchors)
                for per_day in routed_worths(main_mode, worths)
            ]
            for main_mode, skeleton in self.skeletons.items()
        }
        means = _Means(self, worths, np.arange(len(self.piped)) if uses_among is None else uses_among)
        return [
            means.between_countries(
                variant, {mode: [each[variant] for each in found] for mode, found in at_hubs.items()}
            )
            for variant in range(len(self.networks))
        ]


class _Means:
    """Costs between countries from costs between hubs; what variants have in common is computed once."""

    def __init__(self, variants: Variants, worths: tuple[float, float, float], some: Ints) -> None:
        self._variants, self._worths = variants, worths
        people = variants.hubs.people[some]
        hubs = np.flatnonzero(people.getnnz(axis=0))
        self._some, self._people, self._among_some = np.ix_(some, some), people[:, hubs], np.ix_(hubs, hubs)
        self._known: dict[tuple[int, int], Floats] = {}

    def between_countries(self, variant: int, at_hubs: Mapping[str, Sequence[Floats]]) -> CountryCosts:
        """Costs of one variant; ``at_hubs`` by main mode costs [H, H] at the worths of a day it is routed for."""
        variants = self._variants
        countries = variants.networks[0].world.countries
        shape = (len(self._worths), len(ALLOWED), len(countries), len(countries))
        cost, uses = np.empty(shape), np.zeros(shape)
        changes = [skeleton.changes[variant] for skeleton in variants.skeletons.values()]
        narrower: list[Floats] = []
        for position, main_mode in reversed(list(enumerate(ALLOWED))):
            found = at_hubs[main_mode]
            cost[:, position] = self._at_worths([self._mean(each, changes[position]) for each in found])
            some = self._at_worths([each[self._among_some] for each in found])
            for at, here in enumerate(some):
                cheaper = here < (1.0 - SAME_ROUTE) * narrower[at] if narrower else np.isfinite(here)
                uses[at, position][self._some] = self._people @ (self._people @ cheaper.astype(float)).T
            narrower = some
        absent = np.flatnonzero(np.diff(variants.hubs.people.indptr) == 0)
        cost[..., absent, :] = cost[..., absent] = 0.0
        cost[..., np.arange(len(countries)), np.arange(len(countries))] = 0.0
        share = np.array([change.share for change in changes])
        return CountryCosts(list(countries), self._worths, cost, uses, share, variants.air_km, variants.piped)

    def _at_worths(self, found: list[Floats]) -> list[Floats]:
        """Costs at all worths; at the middle one linear between the others where no routes were found for it."""
        if len(found) == len(self._worths):
            return found
        low, high = found
        nearness = _nearness(self._worths)
        return [low, (1.0 - nearness) * low + nearness * high, high]

    def _mean(self, cost: Floats, change: Change) -> Floats:
        """Mean cost [C, C] over the reachable pairs of hubs; ``inf`` where there is none."""
        key = (id(cost), id(change.reachable))
        if key not in self._known:
            total = self._variants.hubs.sums(cost if change.reachable.all() else np.where(change.reachable, cost, 0.0))
            self._known[key] = np.divide(total, change.share, out=np.full_like(total, np.inf), where=change.share > 0.0)
        return self._known[key]


def routed_worths(main_mode: str, worths: Sequence[float]) -> Sequence[float]:
    """The worths of a day for which a set of modes has routes."""
    return worths if main_mode in BENDING else (worths[0], worths[-1])


def routed(main_mode: str, worths: Sequence[float], at_worths: Floats) -> list[tuple[float, Floats]]:
    """The worths of a day for which a set of modes has routes, and what falls on their routes of ``at_worths``
    [k, i, j]: a number's derivatives by the costs at all worths, or trade.

    The costs between two routed worths are linear in theirs, so that the two share what falls on one between.
    """
    if main_mode in BENDING:
        return list(zip(worths, at_worths, strict=True))
    low, middle, high = at_worths
    nearness = _nearness(worths)
    return [(worths[0], low + (1.0 - nearness) * middle), (worths[-1], high + nearness * middle)]


def _nearness(worths: Sequence[float]) -> float:
    """How far the middle worth lies on the way from the least to the greatest."""
    return (worths[1] - worths[0]) / (worths[2] - worths[0])


@dataclass(frozen=True)
class _Union:
    """All nodes and links of some networks: those of the first, which all have, then the further ones of each.

    ``tail, head`` [L], ``lat, lon`` [N]; ``usual`` quantities [L], as in the first network that has the link;
    ``links`` by network: positions of its own links; ``changed`` [L] by network: links that are not as usual;
    ``slowing`` by network: which of its own links may become slower later.
    """

    networks: tuple[Network, ...]
    tail: Ints
    head: Ints
    lat: Floats
    lon: Floats
    usual: Quantities
    links: tuple[Ints, ...]
    changed: tuple[Flags, ...]
    slowing: tuple[Flags, ...]

    @classmethod
    def of(cls, networks: Sequence[Network], slowing: Callable[[Network], Flags] | None) -> _Union:
        """The union of networks that begin with the nodes and links of the first; see ``Variants.of``."""
        first, count = networks[0], len(networks[0].km)
        nodes = _side_by_side([len(network.lat) for network in networks])
        links = _side_by_side([len(network.km) for network in networks])
        further = [network.quantities.of(slice(count, None)) for network in networks[1:]]
        changed = []
        for network in networks:
            differs = np.zeros(sum(len(network.km) for network in networks) - count * (len(networks) - 1), dtype=bool)
            differs[:count] = _differ(first.quantities, network.quantities.of(slice(count)))
            changed.append(differs)
        return cls(
            tuple(networks),
            _joined([own[network.tail] for network, own in zip(networks, nodes, strict=True)], count),
            _joined([own[network.head] for network, own in zip(networks, nodes, strict=True)], count),
            _joined([network.lat for network in networks], len(first.lat)),
            _joined([network.lon for network in networks], len(first.lat)),
            _stacked([first.quantities, *further]),
            links,
            tuple(changed),
            tuple(slowing(network) if slowing else np.zeros(len(network.km), dtype=bool) for network in networks),
        )

    def contracted(self, main_mode: str) -> Skeleton:
        """The skeleton of one set of modes."""
        hubs, count = self.networks[0].hubs, len(self.networks[0].km)
        usable = [self._usable(variant, main_mode) for variant in range(len(self.networks))]
        links = np.flatnonzero(np.logical_or.reduce(usable))
        usual = self.usual.of(links)
        usable, changed = [each[links] for each in usable], [each[links] for each in self.changed]
        varies = np.logical_or.reduce([*changed, *(each != usable[0] for each in usable)])
        varies |= self._slowing()[links]
        violent = np.logical_or.reduce([network.quantities.severity > 0.0 for network in self.networks])
        features = sparse.hstack([usual.features(violent), _incomparable(varies)], format="csr")
        graph = core.contract(self.tail[links], self.head[links], hubs.node, features)
        whole = usual.of(graph.members)
        changes: list[Change] = []
        for variant, network in enumerate(self.networks):
            elsewhere = network.quantities.severity != self.usual.severity
            felt = (whole.land_km + whole.crossings) @ elsewhere > 0.0
            touched = (graph.members @ changed[variant].astype(float) > 0.0) | felt
            rows = np.flatnonzero(touched)
            shared = network.quantities.of(links[links < count])
            there = {"severity": network.quantities.severity, "spread": network.quantities.spread}
            own = replace(_stacked([shared, usual.of(links >= count)]), **there)
            closed = graph.members @ (~usable[variant]).astype(float) > 0.0
            changes.append(_change(graph, rows, own.of(graph.members[rows]), closed, hubs, changes))
        lat, lon = self.lat[graph.nodes], self.lon[graph.nodes]
        paths = prepare(graph.tail, graph.head, lat, lon, graph.anchors)
        return Skeleton(graph, links, paths, whole, tuple(changes))

    def _slowing(self) -> Flags:
        """Links [L] that may become slower in some variant."""
        may = np.zeros(len(self.tail), dtype=bool)
        for own, slowing in zip(self.links, self.slowing, strict=True):
            may[own] |= slowing
        return may

    def _usable(self, variant: int, main_mode: str) -> Flags:
        """Links [L] that are open in a variant, run as an allowed mode, and lie on the trunk of any variant."""
        trunk, usable = np.zeros((2, len(self.tail)), dtype=bool)
        for network, own in zip(self.networks, self.links, strict=True):
            trunk[own] |= network.trunk[main_mode]
        network = self.networks[variant]
        usable[self.links[variant]] = network.open & network.allowed(ALLOWED[main_mode])
        return usable & trunk


def _change(
    graph: core.Contraction, rows: Ints, quantities: Quantities, closed: Flags, hubs: Hubs, known: Sequence[Change]
) -> Change:
    """A variant's change; which hubs are joined is taken from a variant with the same closures, if there is one."""
    for other in known:
        if np.array_equal(other.closed, closed):
            return Change(rows, quantities, closed, other.reachable, other.share)
    component = core.components(graph.tail[~closed], graph.head[~closed], len(graph.nodes))[graph.anchors]
    reachable = component[:, None] == component[None, :]
    return Change(rows, quantities, closed, reachable, hubs.sums(reachable.astype(float)))


def _differ(one: Quantities, other: Quantities) -> Flags:
    """Links [L] whose quantities differ, violence aside."""
    differs = np.zeros(one.hours.shape[0], dtype=bool)
    for mine, theirs in zip(one.matrices, other.matrices, strict=True):
        differs |= np.diff((mine != theirs).indptr) > 0
    return differs


def _stacked(parts: Sequence[Quantities]) -> Quantities:
    """Quantities of one set of links after another."""
    matrices = zip(*(part.matrices for part in parts), strict=True)
    hours, usd, land_km, crossings = (sparse.vstack(each, format="csr") for each in matrices)
    return replace(parts[0], hours=hours, usd=usd, land_km=land_km, crossings=crossings)


def _incomparable(links: Flags) -> sparse.csr_matrix:
    """Two columns [L, 2] in which a marked link is neither at least nor at most as large as any other."""
    number = np.where(links, np.random.default_rng(0).uniform(1.0, 2.0, len(links)), 0.0)
    return sparse.csr_matrix(np.stack([number, -number], axis=1))


def _side_by_side(counts: Sequence[int]) -> tuple[Ints, ...]:
    """Positions of each one's items in the union."""
    first, at, positions = counts[0], counts[0], []
    for count in counts:
        positions.append(np.concatenate([np.arange(first), np.arange(at, at + count - first)]))
        at += count - first
    return tuple(positions)


def _joined(columns: Sequence[NDArray[Any]], first: int) -> NDArray[Any]:
    """The first column, and of the others what goes beyond its length ``first``."""
    return np.concatenate([columns[0], *(column[first:] for column in columns[1:])])
